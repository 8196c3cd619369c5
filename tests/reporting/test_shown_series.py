"""Which series is shown. Witness: a study whose series are plain to tell apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.image import Grid, Mask
from pnst.reporting.shown_series import shown_field, shown_series
from pnst.study import Lesion, Role


def test_by_role_by_its_word_and_the_one_with_most_contrast(made):
    assert shown_series(made.study, made.lesion, Role.DWI).role is Role.DWI
    assert shown_series(made.study, made.lesion, "t2_fs").role is Role.T2_FS
    assert shown_series(made.study, made.lesion, None).role is Role.T2_FS
    diffusion = replace(made.study, series={Role.DWI: made.study.series[Role.DWI]})
    assert shown_series(diffusion, made.lesion, None).role is Role.DWI


def test_without_it_those_that_are_there_are_named(made):
    with pytest.raises(InputError, match=r"'adc'.*t1, t2_fs, dwi"):
        shown_series(made.study, made.lesion, "adc")
    with pytest.raises(InputError, match="a study with images"):
        shown_series(replace(made.study, series={}), made.lesion, None)


def test_the_field_is_across_the_slices_unless_another_axis_is_named(made):
    series, points = made.study.series[Role.T1], made.lesion.mesh.vertices
    assert shown_field(series, made.lesion, points).plane.axis == 2
    assert shown_field(series, made.lesion, points, 0).plane.axis == 0
    far = Grid(made.fine.shape, made.fine.affine + np.array([[0, 0, 0, 300.0]] + [[0, 0, 0, 0]] * 3))
    lesion = Lesion("x", Mask(made.lesion.mask.data, far), "simulation")
    with pytest.raises(InputError, match="lesion 'x' does not lie in the t1 series"):
        shown_field(series, lesion, lesion.mesh.vertices)
