"""Refusals: what a vendor's habits have no place for."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from pnst.errors import InputError, SettingError
from pnst.io.dicom_write.style import DicomStyle
from pnst.io.write import write_study
from pnst.study import Role, Study


def test_what_a_style_cannot_say_is_refused(scanned, tmp_path):
    with pytest.raises(SettingError, match="siemens, ge, philips"):
        DicomStyle("elscint")
    for vendor in ("ge", "uih"):
        with pytest.raises(SettingError, match="enhanced"):
            DicomStyle(vendor, enhanced=True)
    for kind in ("nifti", "bids"):
        with pytest.raises(SettingError, match="for another format"):
            write_study(scanned, tmp_path / "out", kind, dicom=DicomStyle())
    dwi = scanned.series[Role.DWI]
    for vendor, b_value in product(("siemens", "ge"), (0.004, 799.5)):
        odd = Study("x", {Role.DWI: replace(dwi, b_values=(0.0, b_value, 800.0, 800.0))})
        with pytest.raises(InputError, match=f"b = {b_value:g}"):
            write_study(odd, tmp_path / "out", "dicom", dicom=DicomStyle(vendor))
    assert not list(tmp_path.iterdir())
