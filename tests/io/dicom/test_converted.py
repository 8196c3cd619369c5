"""Legacy converted enhanced images: physics and b-values where archives keep what has no functional group."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset

from pnst.io.dicom.converted import frame_attributes, with_shared_attributes
from pnst.io.dicom.tags import fields, number
from pnst.io.study import inspect, read_study
from pnst.study import Role

LEGACY = "1.2.840.10008.5.1.4.1.1.4.4"
B_VALUE, REPETITION_TIME = 0x00189087, 0x00180080


def converted(formula, as_enhanced, b_values, **shared):
    """As archives convert: shared attributes once, b-value and times in each frame's unassigned attributes."""
    series = formula(volumes=[{} for _ in b_values])
    ds = as_enhanced(series.instances())
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = LEGACY
    ds.SeriesDescription += " (enhanced conversion)"
    common = Dataset()
    for name, value in shared.items():
        setattr(common, name, value)
    ds.SharedFunctionalGroupsSequence[0].UnassignedSharedConvertedAttributesSequence = [common]
    for n, group in enumerate(ds.PerFrameFunctionalGroupsSequence):
        own = Dataset()
        own.InstanceNumber = n + 1
        if len(b_values) > 1:
            own.DiffusionBValue = b_values[n // 5]
        group.UnassignedPerFrameConvertedAttributesSequence = [own]
    return series, ds


def test_the_weighting_of_a_converted_t1_is_told_by_its_times(formula, as_enhanced, write):
    _, ds = converted(formula, as_enhanced, [None], RepetitionTime=520, EchoTime=11, ScanningSequence="SE")
    (guess,) = inspect(write([ds]))
    assert guess.role is Role.T1
    assert guess.reason == "TR 520 ms, TE 11 ms: T1-weighted"


@pytest.mark.parametrize("agent", [None, "gadobutrol"])
def test_its_name_is_no_contrast_agent_and_its_header_is(formula, as_enhanced, write, agent):
    extra = {} if agent is None else {"ContrastBolusAgent": agent}
    _, ds = converted(formula, as_enhanced, [None], RepetitionTime=520, EchoTime=11, **extra)
    assert inspect(write([ds]))[0].role is (Role.T1 if agent is None else Role.T1_POST)


def test_b_values_of_a_converted_diffusion_series(formula, as_enhanced, write):
    series, ds = converted(formula, as_enhanced, [0.0, 400.0, 800.0], RepetitionTime=5000, EchoTime=70)
    dwi = read_study(write([ds])).series[Role.DWI]
    assert dwi.b_values == (0.0, 400.0, 800.0)
    assert dwi.acquisition.repetition_time_ms == 5000
    np.testing.assert_array_equal(dwi.volume.data, series.stored)


def test_what_is_no_conversion_has_no_such_attributes(formula, as_enhanced):
    ds = fields(as_enhanced(formula().instances()))
    assert with_shared_attributes(ds) is ds
    assert frame_attributes(ds, {}) == {}


def test_the_element_at_the_top_comes_before_the_unassigned_one():
    common, top = Dataset(), Dataset()
    common.RepetitionTime, common.EchoTime = 1, 2
    groups = Dataset()
    groups.UnassignedSharedConvertedAttributesSequence = [common]
    top.SharedFunctionalGroupsSequence, top.RepetitionTime = [groups], 9
    merged = with_shared_attributes(fields(top))
    assert number(merged, REPETITION_TIME) == 9
    assert number(merged, 0x00180081) == 2
