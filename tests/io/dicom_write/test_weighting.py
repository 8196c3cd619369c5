"""b-values and directions in each vendor's elements. Witness: tags of real headers, closed forms, our own reader."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest

from pnst.io.dicom_write.style import VENDORS, DicomStyle
from pnst.io.study import read_study
from pnst.study import Role


@pytest.mark.parametrize("vendor", ["siemens", "ge", "philips", "uih"])
def test_the_vendors_own_elements_are_enough(scanned, written, tmp_path, vendor):
    """Archives of before 2010 hold no others; read back without the standard's."""
    dwi = scanned.series[Role.DWI]
    for file in (written(DicomStyle(vendor)) / "dwi").iterdir():
        dataset = pydicom.dcmread(file)
        for name in ("DiffusionBValue", "DiffusionGradientOrientation", "DiffusionDirectionality"):
            if name in dataset:
                delattr(dataset, name)
        dataset.save_as(tmp_path / file.name)
    read = read_study(tmp_path).series[Role.DWI]
    assert read.b_values == dwi.b_values
    assert read.b_vectors == pytest.approx(dwi.b_vectors, abs=1e-5)


@pytest.mark.parametrize(
    ("vendor", "tag", "value"),
    [
        ("siemens", (0x0019, 0x100C), 800),
        ("ge", (0x0043, 0x1039), [1_000_000_800, 8, 0, 0]),
        ("philips", (0x2001, 0x1003), 800.0),
        ("canon", (0x0018, 0x9087), 800.0),
        ("uih", (0x0065, 0x1009), 800.0),
    ],
)
def test_b_values_stand_where_the_vendor_puts_them(written, vendor, tag, value):
    """Tags as in the headers of real scanners."""
    dataset = pydicom.dcmread(written(DicomStyle(vendor)) / "dwi/0028.dcm", stop_before_pixels=True)
    assert dataset.Manufacturer == VENDORS[vendor]
    assert dataset[tag].value == value


def test_siemens_b_matrix_is_the_outer_product_of_its_direction(scanned, written):
    """b g gᵀ, in LPS: closed form."""
    direction = scanned.series[Role.DWI].b_vectors[3] * (-1, -1, 1)
    matrix = 800 * np.outer(direction, direction)
    classic = pydicom.dcmread(written(DicomStyle("siemens")) / "dwi/0028.dcm", stop_before_pixels=True)
    assert classic[0x0019, 0x1027].value == pytest.approx([matrix[i, j] for i in range(3) for j in range(i, 3)])
    enhanced = pydicom.dcmread(written(DicomStyle("siemens", enhanced=True)) / "dwi/0004.dcm", stop_before_pixels=True)
    (diffusion,) = enhanced.PerFrameFunctionalGroupsSequence[0].MRDiffusionSequence
    (b_matrix,) = diffusion.DiffusionBMatrixSequence
    assert (b_matrix.DiffusionBValueXY, b_matrix.DiffusionBValueZZ) == pytest.approx((matrix[0, 1], matrix[2, 2]))


def test_toshiba_says_nothing_at_b_0_and_canon_a_vector_of_zeros(written):
    toshiba, canon = (
        pydicom.dcmread(written(DicomStyle(vendor)) / "dwi/0001.dcm", stop_before_pixels=True)
        for vendor in ("toshiba", "canon")
    )
    assert "DiffusionBValue" not in toshiba
    assert (canon.DiffusionBValue, list(canon.DiffusionGradientOrientation)) == (0.0, [0.0, 0.0, 0.0])
