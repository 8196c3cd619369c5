"""Values of a classic header, each beside the neighbour that means nothing."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

from pnst.io.dicom.classic import contrast_agent, plane, real_world, rescale, slice_step
from pnst.io.dicom.tags import fields


def header(**elements):
    ds = Dataset()
    for name, value in elements.items():
        setattr(ds, name, value)
    return fields(ds)


def test_the_slice_step_is_the_spacing_else_the_thickness_and_never_0():
    assert slice_step(header(SpacingBetweenSlices=-5.5, SliceThickness=4)) == 5.5
    assert slice_step(header(SpacingBetweenSlices=0, SliceThickness=4)) == 4
    assert slice_step(header(SliceThickness=0)) is None


def test_a_slope_of_0_is_none():
    assert rescale(header()) == (1.0, 0.0)
    assert rescale(header(RescaleSlope=0, RescaleIntercept=-3)) == (1.0, -3.0)
    assert rescale(header(RescaleSlope=2.5)) == (2.5, 0.0)


def test_a_plane_needs_all_its_numbers():
    whole = ((1.0, 2.0, 3.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (0.7, 0.9))
    assert plane(*whole, 4.0).step_mm == 4.0
    for lost in range(3):
        assert plane(*(() if n == lost else part for n, part in enumerate(whole)), 4.0) is None
    assert plane(*whole[:2], (0.0, 0.9), 4.0) is None


def test_a_real_world_mapping_needs_a_slope_and_a_unit():
    unit = Dataset()
    unit.CodeValue = "um2/s"
    mapping = {"RealWorldValueSlope": 0.5, "MeasurementUnitsCodeSequence": [unit]}
    assert real_world(header(**mapping)).unit == "um2/s"
    assert real_world(header(**mapping)).intercept == 0.0
    for lost in mapping:
        assert real_world(header(**{name: value for name, value in mapping.items() if name != lost})) is None


@pytest.mark.parametrize(("agent", "given"), [("", None), ("none", False), ("NO", False), ("gadobutrol", True)])
def test_an_empty_agent_is_not_the_same_as_none(agent, given):
    assert contrast_agent(agent) is given
