"""How the lesion's mask is drawn. Witness: the distance to a ball in closed form, and the mask of the true surface."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from pnst.errors import SettingError
from pnst.phantom import ContourSpec, GridSpec, LesionSpec, Spec, simulate
from pnst.study import Role

GRID = GridSpec(spacing_mm=(0.8, 0.9, 3.0), turn_deg=(8.0, -5.0, 12.0), extent_mm=(48.0, 46.0, 54.0))
BALL = LesionSpec(radii_mm=(15.0, 15.0, 15.0))


@cache
def drawn(seed: int = 4, **contour: float) -> tuple[np.ndarray, np.ndarray]:
    """The mask, and each voxel's distance from the ball's centre in mm."""
    spec = Spec(lesion=BALL, roles=(Role.T2_FS,), grids={Role.T2_FS: GRID}, contour=ContourSpec(**contour), snr=None)
    mask = simulate(spec, seed).lesion.mask
    index = np.stack(np.meshgrid(*[np.arange(n) for n in mask.grid.shape], indexing="ij"), axis=-1)
    return mask.data, np.linalg.norm(mask.grid.to_world(index), axis=-1)


@pytest.mark.parametrize("offset", [-2.0, 0.0, 2.0])
def test_an_offset_moves_the_outline_by_as_much(offset):  # closed form
    mask, distance = drawn(offset_mm=offset)
    assert distance[mask].max() <= 15 + offset + 0.02
    assert distance[~mask].min() >= 15 + offset - 0.02


def test_a_shift_moves_whole_slices_and_no_further_than_told():
    """Closed form: a disc off its place by up to a voxel; the slices do not all move alike."""
    mask, _ = drawn(shift_voxels=1.0)
    still, _ = drawn()
    filled = np.flatnonzero(still.any(axis=(0, 1)))[1:-1]
    moved = [np.argwhere(mask[..., k]).mean(axis=0) - np.argwhere(still[..., k]).mean(axis=0) for k in filled]
    assert 0.3 < np.abs(moved).max() < 1.15
    assert np.ptp(moved, axis=0).min() > 0.3


def test_a_tremor_has_the_spread_that_is_asked_for():
    """Closed form: at the outline the mask's border lies SD 1 mm off the ball, and each slice has a wave of its own."""
    mask, distance = drawn(tremor_mm=1.0)
    assert distance[mask].max() > 16
    assert distance[~mask].min() < 14
    shells = [mask[(distance > 15 + d) & (distance < 15 + d + 0.25)].mean() for d in np.arange(-4, 4, 0.25)]
    assert -np.diff(shells) @ (np.arange(-3.75, 4, 0.25) ** 2) == pytest.approx(1.0, abs=0.35)


def test_the_true_surface_is_drawn_by_default_and_a_seed_gives_the_same_bits():
    assert (drawn()[0] == drawn(offset_mm=0.0, seed=9)[0]).all()
    assert (drawn(tremor_mm=1.0)[0] == drawn.__wrapped__(tremor_mm=1.0)[0]).all()
    assert (drawn(tremor_mm=1.0)[0] != drawn(tremor_mm=1.0, seed=9)[0]).any()


def test_how_it_is_drawn_changes_no_image():  # invariant
    plain, wide = (
        simulate(Spec(lesion=BALL, roles=(Role.T1,), grids={Role.T1: GRID}, contour=ContourSpec(**c)), 4)
        for c in ({}, {"tremor_mm": 1.0})
    )
    assert (plain.study.series[Role.T1].volume.data == wide.study.series[Role.T1].volume.data).all()


@pytest.mark.parametrize("wrong", [{"offset_mm": 50.0}, {"shift_voxels": -1.0}, {"tremor_mm": float("nan")}])
def test_what_cannot_be_drawn_is_refused(wrong):
    with pytest.raises(SettingError, match=f"contour.{next(iter(wrong))}"):
        ContourSpec(**wrong)
