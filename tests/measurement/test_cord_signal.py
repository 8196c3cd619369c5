"""The cord on T2 near a lesion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.measurement.context import Context
from pnst.measurement.cord_signal import read_cord_signal
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import MeasureSettings
from pnst.study import Role
from spines import INTRAMEDULLARY, OBLIQUE, spine_case

SETTINGS = MeasureSettings.without_intervals()


def test_the_levels_are_those_of_the_tissues():  # closed form: the phantom's signal equations
    from pnst.phantom.signal import tissue_signal
    from pnst.phantom.spec import SEQUENCES
    from pnst.phantom.tissue import TISSUES, Tissue

    case = spine_case(INTRAMEDULLARY[0], INTRAMEDULLARY[1] | {"curve_mm": None}, OBLIQUE, (Role.T2,))
    context = Context(case.study, case.lesion, SETTINGS)
    course = context.spine.cord_course
    signal = read_cord_signal(case.study.series[Role.T2], context.spine, case.lesion, course, SETTINGS.cord)
    cord, fluid = (1000 * tissue_signal(TISSUES[t], SEQUENCES[Role.T2]) for t in (Tissue.CORD, Tissue.CSF))
    assert signal.level.mode == pytest.approx(cord, rel=0.05)
    assert signal.fluid_level == pytest.approx(fluid, rel=0.05)


def test_a_cord_outside_the_image_is_not_measured():
    case = spine_case(INTRAMEDULLARY[0], INTRAMEDULLARY[1] | {"curve_mm": None}, OBLIQUE, (Role.T2,))
    context = Context(case.study, case.lesion, SETTINGS)
    t2 = case.study.series[Role.T2]
    affine = t2.volume.grid.affine.copy()
    affine[0, 3] += 300
    moved = replace(t2, volume=replace(t2.volume, grid=replace(t2.volume.grid, affine=affine)))
    with pytest.raises(NotMeasurable, match="outside the T2 series"):
        read_cord_signal(moved, context.spine, case.lesion, context.spine.cord_course, SETTINGS.cord)
    dark = replace(t2, volume=replace(t2.volume, data=np.full(t2.volume.grid.shape, np.nan, dtype=np.float32)))
    with pytest.raises(NotMeasurable, match="too few voxels"):
        read_cord_signal(dark, context.spine, case.lesion, context.spine.cord_course, SETTINGS.cord)
