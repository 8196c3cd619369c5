"""Witnesses: invariants between grids, closed forms of the geometry."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import SettingError
from pnst.phantom.acquire import STILL, GridSpec, PatientMotion, coil_sensitivity, make_grid
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.study import lesion_mask
from pnst.phantom.view import View


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


def test_motion_moves_the_patient_not_the_scanner(scene: Scene) -> None:
    grid = make_grid(GridSpec(spacing_mm=(0.8, 0.9, 1.1), extent_mm=(50, 50, 56)), scene)
    motion = PatientMotion(shift_mm=(3.0, -2.0, 5.0), turn_deg=(0, 0, 20))
    still, moved = (lesion_mask(scene, View(grid, None, m, None, scene.shape.centre)) for m in (STILL, motion))
    centres = [grid.to_world(np.argwhere(mask.data)).mean(axis=0) for mask in (still, moved)]
    np.testing.assert_allclose(centres[1] - centres[0], (3, -2, 5), atol=0.1)
    assert moved.volume_mm3 == pytest.approx(still.volume_mm3, rel=0.01)


def test_coil_shading_stays_within_its_amplitude_and_is_seen_alike_by_every_grid(scene: Scene) -> None:
    grid = make_grid(GridSpec(spacing_mm=(4, 5, 6)), scene)
    field = coil_sensitivity(grid, scene.shape.centre, 0.2)
    assert 0.1 < np.abs(field - 1).max() <= 0.2
    part = grid.crop((slice(3, 20), slice(5, 17), slice(4, 11)))
    np.testing.assert_allclose(coil_sensitivity(part, scene.shape.centre, 0.2), field[3:20, 5:17, 4:11], rtol=1e-6)
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


def test_a_series_too_large_for_the_memory_is_refused_in_words(scene: Scene) -> None:
    """Regression: 9000³ voxels ended in a MemoryError. The predicate says no at 1024 × 1024 × 256."""
    with pytest.raises(SettingError, match=r"got: 9000 × 9000 × 9000 voxels; expected: at most 268,435,456 voxels"):
        make_grid(GridSpec(spacing_mm=(0.1, 0.1, 0.1), extent_mm=(900, 900, 900)), scene)
    grid = make_grid(GridSpec(spacing_mm=(0.4, 0.4, 1.0), extent_mm=(409.6, 409.6, 256)), scene)
    assert grid.shape == (1024, 1024, 256)
