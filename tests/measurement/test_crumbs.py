"""Stray pieces of a mask. Witness: counts of voxels, and numbers that stay as they were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.image import Mask
from pnst.measurement.crumbs import without_crumbs
from pnst.measurement.settings import MeasureSettings, SizeSettings, UncertaintySettings
from pnst.study import Lesion, Study
from scenes import Scene
from without_intervals import measure

SCENE = Scene(radius=9, reach=30)
QUICK = MeasureSettings(uncertainty=UncertaintySettings(repetitions=0))


def with_piece(size: int) -> Lesion:
    """The ball, and a piece of `size` voxels in a row far from it."""
    ball = SCENE.lesion()
    data = ball.mask.data.copy()
    data[3, 3 : 3 + size, 2] = True
    return replace(ball, mask=Mask(data, ball.mask.grid))


@pytest.mark.parametrize("size", [1, 9])
def test_a_crumb_is_left_out_and_counted(size):
    ball, voxel_ml = SCENE.lesion(), SCENE.lesion().mask.grid.voxel_volume_mm3 / 1000
    lesion, crumbs_ml = without_crumbs(with_piece(size), SizeSettings())
    assert np.array_equal(lesion.mask.data, ball.mask.data)
    assert crumbs_ml == pytest.approx(size * voxel_ml)


def test_a_piece_of_one_per_cent_or_of_a_tenth_of_a_millilitre_is_none():
    lesion = with_piece(14)  # 14 of 1131 + 14 voxels: over 1 %, though under 0.1 ml
    assert without_crumbs(lesion, SizeSettings()) == (lesion, 0.0)
    large = with_piece(9)
    assert without_crumbs(large, SizeSettings(max_crumb_ml=0.01)) == (large, 0.0)


def test_no_crumb_of_a_lesion_is_the_lesion():
    grid = SCENE.grid()
    data = np.zeros(grid.shape, dtype=bool)
    data[4, 4, 4] = data[20, 20, 9] = True
    lesion = Lesion("two voxels", Mask(data, grid), "formula")
    kept, _ = without_crumbs(lesion, SizeSettings(max_crumb_fraction=0.9, max_crumb_ml=9))
    assert np.count_nonzero(kept.mask.data) == 1


def test_no_number_moves_but_the_count():
    """The distance to the stray voxel would be the longest diameter."""
    study = Study("scene", {})
    plain, stray = (measure(study, lesion, QUICK) for lesion in (SCENE.lesion(), with_piece(1)))
    ours, theirs = plain.columns(), stray.columns()
    assert theirs.pop("size.crumbs_ml") > 0 == ours.pop("size.crumbs_ml")
    assert "stray" in theirs.pop("size.quality")
    ours.pop("size.quality", None)
    assert ours == theirs


def test_a_larger_piece_is_measured_and_reported():
    m = measure(Study("scene", {}), with_piece(40), QUICK)
    assert m.size.crumbs_ml == 0
    assert "2 pieces" in m.size.quality
    assert m.size.longest_diameter_mm > 25
