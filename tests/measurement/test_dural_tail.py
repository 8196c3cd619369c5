"""What enhances along the canal's wall; its length is held by the canal's own tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.measurement.context import Context
from pnst.measurement.dural_tail import dural_tail_mm
from pnst.measurement.families.canal import whole_canal
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import MeasureSettings
from pnst.study import Role
from spines import AXIAL, INTRADURAL, spine_case


def test_fat_is_no_tail_and_a_dark_cord_measures_nothing():
    case = spine_case(*INTRADURAL, AXIAL, (Role.T1, Role.T1_POST))
    context = Context(case.study, case.lesion, MeasureSettings.without_intervals())
    course = context.spine.canal_course
    assert dural_tail_mm(context, course, whole_canal(course)) == 0  # epidural fat is bright on both
    series = case.study.series
    dark = np.where(case.study.masks["cord"].data, 0, series[Role.T1].volume.data).astype(np.float32)
    black = replace(series[Role.T1], volume=replace(series[Role.T1].volume, data=dark))
    study = replace(case.study, series={**series, Role.T1: black})
    with pytest.raises(NotMeasurable, match="holds no signal"):
        dural_tail_mm(Context(study, case.lesion, context.settings), course, whole_canal(course))
