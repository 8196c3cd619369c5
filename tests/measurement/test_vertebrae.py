"""The levels of the spine."""

from __future__ import annotations

from pnst.measurement.vertebrae import LEVELS, VERTEBRA_MASKS, nearest_level


def test_each_level_has_a_mask_and_a_place_in_the_order():
    assert len(LEVELS) == len(set(LEVELS)) == 7 + 12 + 6 + 1
    assert (LEVELS[0], LEVELS[7], LEVELS[-2:]) == ("C1", "T1", ("L6", "S1"))
    assert list(VERTEBRA_MASKS) == [f"vertebra_{level}" for level in LEVELS]
    assert tuple(VERTEBRA_MASKS.values()) == LEVELS


def test_the_nearest_level_is_told():
    heights = {"T12": 30.0, "L1": 0.0, "L2": -35.0}
    assert [nearest_level(heights, at) for at in (99.0, 14.0, -17.0, -18.0)] == ["T12", "L1", "L1", "L2"]
    assert nearest_level({}, 0.0) is None
