"""The straightened bone against the boxes that it is made of."""

from __future__ import annotations

import numpy as np
import pytest

from carved_spine import BEHIND, CANAL, INNER, OUTER, PEDICLE, PERIOD, CarvedSpine
from pnst.measurement.context import Context
from pnst.measurement.settings import MeasureSettings
from pnst.measurement.vertebral_bone import CELL_MM, level_map

SCENE = CarvedSpine("thick first", bite=3.0, widened=4.0)


@pytest.fixture(scope="module")
def bone():
    lesion = SCENE.lesion()
    context = Context(SCENE.study(), lesion, MeasureSettings())
    return context.structures.vertebral_bone(context.spine, lesion, context.settings.bone)


def test_pedicles_begin_and_end(bone):
    """Closed form, to a cell."""
    assert bone.foraminal_zone_mm == pytest.approx((INNER, OUTER), abs=CELL_MM)


def test_walls_are_the_bodies(bone):
    """Closed form: 18 mm of 24, 9 mm before the axis; that of T6 is bitten by 3 mm."""
    whole = [wall for wall in bone.walls if wall.whole]
    assert [(wall.stop - wall.first) * CELL_MM for wall in whole] == pytest.approx([18] * len(whole), abs=1.5)
    assert np.diff([wall.first * CELL_MM for wall in whole]) == pytest.approx([PERIOD] * (len(whole) - 1), abs=1.0)
    plain = [np.nanmedian(wall.heights) for wall in whole]
    assert sorted(plain)[0] == pytest.approx(CANAL, abs=0.3)
    depths = sorted(float(np.nanmax(bone.depth(wall))) for wall in whole)
    assert depths[-1] == pytest.approx(2.8, abs=0.5)
    assert depths[-2] < 0.5


def test_foramina_are_between_pedicles(bone):
    """Closed form: 16 mm high, but for that of the tumour."""
    heights = {side: sorted(f.high_mm - f.low_mm for f in bone.foramina if f.side == side) for side in (1, -1)}
    assert heights[-1] == pytest.approx([PERIOD - PEDICLE] * len(heights[-1]), abs=1.2)
    assert heights[1][-1] == pytest.approx(PERIOD - PEDICLE + 4, abs=1.2)


def test_the_area_of_a_foramen(bone):
    """Closed form: 16 × 19 mm; the disc in front leaves a gap that is bridged."""
    plain = [bone.area_mm2(f.side, f.middle_mm) for f in bone.foramina if f.side == -1]
    assert np.median(plain) == pytest.approx(16 * (CANAL - BEHIND), rel=0.05)


def test_a_map_of_levels():
    masks = SCENE.masks()
    united = type(masks["canal"])(
        np.any([mask.data for name, mask in masks.items() if name != "canal"], axis=0), masks["canal"].grid
    )
    levels = level_map(masks, united)
    for number, name in enumerate(("T4", "T5", "T6", "T7", "T8"), start=1):
        assert (levels.levels[masks[f"vertebra_{name}"].data] == number).all()
    assert set(np.unique(level_map({}, united).levels[united.data])) == {1}
