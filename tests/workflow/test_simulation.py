"""How a simulated study is written, and that it holds what its changes describe."""

from __future__ import annotations

import pytest

from pnst import workflow
from pnst.errors import InputError, SettingError
from pnst.workflow import StudyFormat

SMALL = {
    "roles": ["t1"],
    "surround": {"septa": 0, "bone": False, "vessels": False, "nerve": False},
    "lesion": {"radii_mm": [9, 10, 12]},
    "grids": {"t1": {"spacing_mm": [2.0, 2.3, 4.0], "extent_mm": [34, 36, 42]}},
}


def test_only_dicom_has_habits():
    assert StudyFormat().style() is None
    assert StudyFormat(format="dicom", enhanced=True).style().enhanced
    for wrong in ({"enhanced": True}, {"format": "bids", "vendor": "siemens"}):
        with pytest.raises(SettingError, match="only DICOM"):
            StudyFormat(**wrong)


def test_the_study_that_was_written_is_read_with_its_lesion(tmp_path):
    simulated = workflow.write_phantom(tmp_path / "a", SMALL, study_format=StudyFormat())
    case = workflow.read_case(workflow.CaseInputs(tmp_path / "a"))
    assert case.study.series.keys() == simulated.study.series.keys()
    assert case.lesions[0].mask.data.sum() == simulated.lesion.mask.data.sum() > 0
    with pytest.raises(InputError):
        workflow.write_phantom(tmp_path / "a", SMALL, study_format=StudyFormat())
