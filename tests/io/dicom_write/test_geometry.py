"""Invariant: the reader's geometry undoes the writer's, whatever way the grid is turned."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

from pnst.io.dicom.classic import plane
from pnst.io.dicom.geometry import normal
from pnst.io.dicom.tags import fields, numbers
from pnst.io.dicom_write.geometry import decimal, orientation, pixel_spacing, position
from pnst.io.lps import LPS_TO_RAS


@pytest.mark.parametrize("turns", [(0.0, 0.0, 0.0), (0.2, -0.3, 0.4), (1.5, 0.9, -2.0)])
def test_the_plane_of_a_slice_comes_back(oblique, turns):
    grid = oblique(turns=turns)
    ds = Dataset()
    ds.ImagePositionPatient, ds.ImageOrientationPatient = position(grid, 3), orientation(grid)
    ds.PixelSpacing = pixel_spacing(grid)
    raw = fields(ds)
    back = plane(numbers(raw, 0x00200032), numbers(raw, 0x00200037), numbers(raw, 0x00280030), grid.spacing[2])
    assert LPS_TO_RAS[:3, :3] @ back.position == pytest.approx(grid.to_world((0, 0, 3)), abs=1e-6)
    assert LPS_TO_RAS[:3, :3] @ normal(back) == pytest.approx(grid.directions[:, 2], abs=1e-6)
    assert back.spacing == pytest.approx((grid.spacing[1], grid.spacing[0]))


@pytest.mark.parametrize("value", [1 / 3, -123456.789012345, 1e-12, 0.0])
def test_a_decimal_string_has_at_most_16_characters(value):
    assert len(str(decimal(value))) <= 16
    assert float(decimal(value)) == pytest.approx(value, rel=1e-9)
    assert decimal(None) == ""
