"""Structures near a lesion: cropped, united, kept for repetitions."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.image import Mask
from pnst.measurement.structures import NearbyStructures, structure_near
from pnst.study import Study
from touching import CENTRE, NORMAL, ball, grid_of, lesion_of, voxels

GRID = grid_of("oblique")
LESION = lesion_of(GRID, ball(9.0))


def test_what_lies_out_of_reach_is_none():
    assert structure_near(voxels(GRID, ball(4.0, NORMAL * 30)), LESION, 3.0) is None
    assert structure_near(Mask(np.zeros(GRID.shape, dtype=bool), GRID), LESION, 3.0) is None


def test_a_crop_measures_as_the_whole():
    """Closed form: a plane 12 mm away."""
    half = voxels(GRID, lambda p: p @ NORMAL > 12)
    near = structure_near(half, LESION, 6.0)
    assert np.prod(near.mask.grid.shape) < np.prod(GRID.shape) / 3
    points = CENTRE + np.outer((9.0, 11.0, 14.0), NORMAL)
    assert near.distance(points) == pytest.approx([3, 1, -2], abs=0.35)
    assert near.inward(points[:2]) @ NORMAL == pytest.approx([1, 1], abs=0.02)


def test_each_is_worked_out_once():
    structures, mask = NearbyStructures(), voxels(GRID, ball(6.0, NORMAL * 14))
    assert structures.near(mask, LESION, 3.0) is structures.near(mask, LESION, 3.0)
    assert structures.nerve(mask) is structures.nerve(mask)


def test_levels_are_united_and_all_in_one_comes_first():
    one, other = voxels(GRID, ball(5.0)), voxels(grid_of("thick first"), ball(5.0, (9.0, 0, 0)))
    study = Study("A", {}, masks={"vertebra_L1": one, "vertebra_L2": other, "bone": voxels(GRID, ball(20.0))})
    united = NearbyStructures().vertebrae(study)
    assert united.volume_mm3 == pytest.approx(one.volume_mm3 + other.volume_mm3, rel=0.15)
    given = Study("A", {}, masks={**study.masks, "vertebrae": one})
    assert NearbyStructures().vertebrae(given) is one
    assert NearbyStructures().vertebrae(Study("A", {})) is None
