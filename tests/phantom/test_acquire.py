"""Witnesses: brute-force averages, closed forms of the Rician distribution, invariants between grids."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import SettingError
from pnst.phantom.acquire import GridSpec, Motion, coil_sensitivity, make_grid, rician, tissue_map
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.lesion import LesionSpec, Shape
from pnst.phantom.scene import Scene
from pnst.phantom.study import lesion_mask
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


def test_grids_have_the_voxels_asked_for_about_the_tumour(scene: Scene) -> None:
    spec = GridSpec(spacing_mm=(0.7, 0.9, 3.3), turn_deg=(10, 20, -15), extent_mm=(42, 63, 50), offset_mm=(1, 2, 3))
    grid = make_grid(spec, scene)
    assert grid.spacing == pytest.approx((0.7, 0.9, 3.3), abs=1e-12)
    assert grid.shape == (60, 70, 15)
    middle = grid.to_world((np.array(grid.shape) - 1) / 2)
    np.testing.assert_allclose(middle, (13, -5, 33), atol=1e-9)


@pytest.mark.parametrize(("plane", "slice_axis"), [("axial", 2), ("coronal", 1), ("sagittal", 0)])
def test_planes_slice_along_their_axis_and_are_right_handed(scene: Scene, plane: str, slice_axis: int) -> None:
    directions = make_grid(GridSpec(plane=plane, turn_deg=(0, 0, 0)), scene).directions  # type: ignore[arg-type]
    assert abs(directions[slice_axis, 2]) == pytest.approx(1)
    assert np.linalg.det(directions) == pytest.approx(1)


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


def test_motion_moves_the_patient_not_the_scanner(scene: Scene) -> None:
    grid = make_grid(GridSpec(spacing_mm=(0.8, 0.9, 1.1), extent_mm=(50, 50, 56)), scene)
    still = lesion_mask(scene, grid)
    moved = lesion_mask(scene, grid, Motion(shift_mm=(3.0, -2.0, 5.0), turn_deg=(0, 0, 20)))
    centres = [grid.to_world(np.argwhere(mask.data)).mean(axis=0) for mask in (still, moved)]
    np.testing.assert_allclose(centres[1] - centres[0], (3, -2, 5), atol=0.1)
    assert moved.volume_mm3 == pytest.approx(still.volume_mm3, rel=0.01)


def test_rician_noise_has_its_moments() -> None:
    rng = np.random.default_rng(4)
    sigma, count = 7.0, 400_000
    air = rician(np.zeros(count), sigma, rng)
    assert air.mean() == pytest.approx(sigma * np.sqrt(np.pi / 2), rel=5e-3)
    assert air.std() == pytest.approx(sigma * np.sqrt(2 - np.pi / 2), rel=5e-3)
    signal = rician(np.full(count, 20.0), sigma, rng)
    assert np.mean(signal**2) == pytest.approx(20**2 + 2 * sigma**2, rel=5e-3)


def test_without_noise_nothing_changes() -> None:
    signal = np.arange(5.0)
    np.testing.assert_array_equal(rician(signal, 0.0, np.random.default_rng(0)), signal)


def test_coil_shading_stays_within_its_amplitude_and_is_seen_alike_by_every_grid(scene: Scene) -> None:
    grid = make_grid(GridSpec(spacing_mm=(4, 5, 6)), scene)
    field = coil_sensitivity(grid, scene.shape.centre, 0.2)
    assert np.abs(field - 1).max() == pytest.approx(0.2)
    np.testing.assert_array_equal(coil_sensitivity(grid, scene.shape.centre, 0.0), np.ones(grid.shape))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("spacing_mm", (0.0, 1.0, 1.0)),
        ("thickness_mm", 9.0),
        ("plane", "oblique"),
        ("extent_mm", (50.0, 50.0, 1.0)),
    ],
)
def test_impossible_voxels_are_refused(field: str, value: object) -> None:
    with pytest.raises(SettingError, match=field):
        GridSpec(**{field: value})  # type: ignore[arg-type]
