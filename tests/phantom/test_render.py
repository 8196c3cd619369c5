"""Witnesses: brute-force averages over voxels, closed form of a blurred edge, invariants between grids."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.image import FloatArray, Grid
from pnst.phantom import render
from pnst.phantom.acquire import GridSpec, make_grid
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.layers import TISSUE_COUNT
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.render import Renderer
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.tissue import Tissue


@pytest.fixture(scope="module")
def scene() -> Scene:
    lesion = LesionSpec(
        radii_mm=(9.0, 11.0, 14.0),
        tilt_deg=(15, -20, 5),
        centre_mm=(12, -7, 30),
        edema_mm=5.0,
        rim_cap_deg=45.0,
        edge_sigma_mm=1.8,
        indistinct_cap_deg=70.0,
    )
    return Scene(Shape(lesion, np.random.default_rng(2)), SurroundSpec())


def tissue_map(scene: Scene, grid: Grid, thickness_mm: float | None = None, fineness: int = 1) -> FloatArray:
    """(ni · fineness, nj · fineness, nk, tissues): the mixtures themselves."""
    renderer = Renderer(scene, grid, np.eye(TISSUE_COUNT), thickness_mm=thickness_mm, fineness=fineness)
    return np.stack(list(renderer.slices()), axis=2)


def test_partial_volume_is_the_average_over_the_voxel(scene: Scene) -> None:
    spec = GridSpec(spacing_mm=(1.2, 1.5, 4.0), turn_deg=(12, -8, 20), extent_mm=(48, 48, 40))
    grid = make_grid(spec, scene)
    mixture = tissue_map(scene, grid)
    np.testing.assert_allclose(mixture.sum(axis=-1), 1, atol=1e-5)
    rng = np.random.default_rng(0)
    mixed = np.argwhere(mixture.max(axis=-1) < 0.9)
    for voxel in mixed[rng.choice(len(mixed), 40, replace=False)]:
        points = grid.to_world(voxel + rng.uniform(-0.5, 0.5, size=(20_000, 3)))
        mean = scene.fractions(points, 1e-3).mean(axis=0)
        assert np.abs(mixture[tuple(voxel)] - mean).max() < 0.03


def test_slices_thinner_than_their_distance_see_less(scene: Scene) -> None:
    spec = GridSpec(spacing_mm=(1.5, 1.5, 6.0), extent_mm=(40, 40, 50))
    grid = make_grid(spec, scene)
    touching, apart = tissue_map(scene, grid), tissue_map(scene, grid, thickness_mm=2.0)
    assert (apart.max(axis=-1) > 0.999).sum() > (touching.max(axis=-1) > 0.999).sum()


def test_different_voxels_see_the_same_anatomy(scene: Scene) -> None:
    specs = (
        GridSpec(spacing_mm=(0.8, 0.8, 4.0), turn_deg=(5, 9, 3), extent_mm=(58, 58, 64)),
        GridSpec(spacing_mm=(1.3, 1.1, 2.2), plane="sagittal", turn_deg=(0, -14, 6), extent_mm=(64, 62, 60)),
    )
    volumes = []
    for spec in specs:
        grid = make_grid(spec, scene)
        volumes.append(
            tissue_map(scene, grid)[..., [Tissue.TUMOUR, Tissue.EDEMA]].sum(axis=(0, 1, 2)) * grid.voxel_volume_mm3
        )
    np.testing.assert_allclose(volumes[0], volumes[1], rtol=3e-3)


def test_an_infiltrating_edge_is_the_error_function_and_a_sharp_one_is_a_step(scene: Scene) -> None:
    from scipy.special import ndtr

    axis = np.array([1.0, 0, 0]) @ scene.shape.axes
    heights = np.linspace(-5, 5, 41)
    for toward, sigma in ((axis, 1.8), (-axis, 0.0)):
        foot = toward / scene.shape.level(toward)
        points = scene.shape.to_world(foot + heights[:, None] * toward)
        share = scene.fractions(points, 1e-4)[:, Tissue.TUMOUR]
        depth = scene.distance(scene.shape.to_local(points))
        exact = ndtr(-depth / sigma) if sigma else (depth < 0).astype(float)
        kept = np.abs(depth) > 1e-3
        np.testing.assert_allclose(share[kept], exact[kept], atol=1e-3)


def test_blocks_change_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a look at every single voxel, on a grid whose sides no block divides."""
    grid = make_grid(GridSpec(spacing_mm=(1.1, 0.9, 4.2), turn_deg=(12, -8, 20), extent_mm=(63, 59, 50)), scene)
    assert min(grid.shape[0] % render.BLOCK, grid.shape[1] % render.BLOCK) > 0
    quick = tissue_map(scene, grid)
    monkeypatch.setattr(render, "SLOPE", 100.0)
    thorough = tissue_map(scene, grid)
    # 4 σ of a blurred edge are left out: 3e-5
    np.testing.assert_allclose(quick, thorough, atol=2e-4)
    assert (quick == quick.round()).all(axis=-1).mean() > 0.3


def test_pixels_finer_than_voxels_average_to_them(scene: Scene) -> None:
    grid = make_grid(GridSpec(spacing_mm=(1.3, 1.0, 4.2), turn_deg=(12, -8, 20), extent_mm=(63, 59, 30)), scene)
    fine = tissue_map(scene, grid, fineness=2)
    assert fine.shape == (2 * grid.shape[0], 2 * grid.shape[1], grid.shape[2], TISSUE_COUNT)
    halves = fine.reshape(grid.shape[0], 2, grid.shape[1], 2, *fine.shape[2:]).mean(axis=(1, 3))
    np.testing.assert_allclose(halves, tissue_map(scene, grid), atol=0.02)
    affine = grid.affine.copy()
    affine[:3, :2] /= 2
    affine[:3, 3] = grid.to_world((-0.25, -0.25, 0))
    small = Grid((2 * grid.shape[0], 2 * grid.shape[1], grid.shape[2]), affine)
    np.testing.assert_allclose(fine, tissue_map(scene, small), atol=0.02)


def test_threads_give_the_same_bits(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    grid = make_grid(GridSpec(spacing_mm=(2.1, 1.9, 5.2), extent_mm=(60, 55, 41)), scene)
    maps = []
    for threads in ("1", "3"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        maps.append(tissue_map(scene, grid))
    np.testing.assert_array_equal(*maps)
