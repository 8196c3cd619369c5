"""How a tube would run without the lesion, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.image import Mask
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import SpineSettings
from pnst.measurement.tube_course import tube_course
from spines import INTRADURAL, INTRAMEDULLARY, spine_case, spine_of


def test_the_line_is_that_of_the_cord_without_the_lesion():  # closed form: the canal's axis
    case = spine_case(*INTRADURAL)
    course = tube_course("cord", case.study.masks["cord"], case.lesion, SpineSettings())
    local = spine_of(case.scene).to_local(course.line.points)
    assert np.linalg.norm(local[np.abs(local[:, 2]) < 30, :2], axis=1).max() < 0.6
    assert course.high_mm - course.low_mm == pytest.approx(14, abs=0.6)
    assert course.reference_area_mm2 == pytest.approx(np.pi * 24, rel=0.03)
    assert course.warnings == ()


def test_the_outline_between_is_that_of_the_undeformed_cord():  # closed form
    case = spine_case(*INTRADURAL)
    course = tube_course("cord", case.study.masks["cord"], case.lesion, SpineSettings())
    areas = course.outlines[course.at_lesion].sum(axis=(1, 2)) * course.box.pixel_mm**2
    assert areas == pytest.approx(np.full(len(areas), np.pi * 24), rel=0.05)


def test_an_empty_tube_has_no_line():
    case = spine_case(*INTRAMEDULLARY)
    grid = case.lesion.mask.grid
    with pytest.raises(NotMeasurable, match="no centre line runs through the cord"):
        tube_course("cord", Mask(np.zeros(grid.shape, dtype=bool), grid), case.lesion, SpineSettings())
