"""The masks of the canal and what stands for one that is not given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.image import Mask
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import SpineSettings
from pnst.measurement.spinal_canal import SpinalCanal
from pnst.study import Study
from spines import INTRADURAL, SpineCase, spine_case


def canal_of(case: SpineCase, **masks: Mask | None) -> SpinalCanal:
    kept = {name: mask for name, mask in {**case.study.masks, **masks}.items() if mask is not None}
    return SpinalCanal(replace(case.study, masks=kept), case.lesion, SpineSettings())


def test_cord_and_fluid_make_a_canal():
    case = spine_case(*INTRADURAL)
    made = canal_of(case, canal=None).canal
    known = case.study.masks["canal"].data & ~case.lesion.mask.data
    assert not (known & ~made.data).any()
    assert made.volume_mm3 == pytest.approx(case.study.masks["canal"].volume_mm3, rel=0.05)


def test_fluid_is_the_canal_less_cord_and_lesion():
    case = spine_case(*INTRADURAL)
    given, made = canal_of(case), canal_of(case, csf=None)
    one, other = (spine.fluid_in(spine.canal_course) for spine in (given, made))
    assert np.count_nonzero(one ^ other) < 0.1 * np.count_nonzero(one)


def test_levels_are_told_by_the_nearest_vertebra():
    case = spine_case(*INTRADURAL)
    spine = canal_of(case)
    course = spine.canal_course
    middle = (course.low_mm + course.high_mm) / 2
    assert [spine.level_at(course, middle + up) for up in (20.0, 0.0, -22.0)] == ["C4", "C5", "C6"]


def test_an_empty_mask_is_none():
    case = spine_case(*INTRADURAL)
    grid = case.lesion.mask.grid
    with pytest.raises(NotMeasurable, match="no mask of the cord"):
        _ = canal_of(case, cord=Mask(np.zeros(grid.shape, dtype=bool), grid)).cord
    with pytest.raises(NotMeasurable, match="no mask of the canal"):
        _ = SpinalCanal(Study("A", {}), case.lesion, SpineSettings()).canal
