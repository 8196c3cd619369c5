"""The patient's attributes, copied. Witness: the bytes that are read again, in every character set."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest
from pydicom.dataset import Dataset

from mask_files import seg_source
from pnst.io.dicom_results.instance import encoded, without_warnings
from pnst.io.dicom_results.patient import give_patient, patient_of


def stored(header: Dataset) -> Dataset:
    """An image as it is read from a file."""
    header.file_meta = pydicom.dataset.FileMetaDataset()
    header.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    header.file_meta.MediaStorageSOPClassUID = header.SOPClassUID
    header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
    return pydicom.dcmread(BytesIO(encoded(header)))


def through(header: Dataset) -> Dataset:
    """An object with the patient of an image, as it is read from its file."""
    target = seg_source()
    with without_warnings():
        give_patient(target, patient_of(stored(header)))
        return stored(target)


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 100", "Müller^Jörg"),
        ("ISO_IR 192", "Łukasz^Ω"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("ISO_IR 144", "Люкceмбypг"),
        ("ISO_IR 100", "a" * 90 + "<b>^x"),
        ("ISO_IR 100", "one\\two"),
    ],
)
def test_a_name_comes_back_in_any_script(charset, name):
    header = seg_source()
    with without_warnings():
        header.SpecificCharacterSet, header.PatientName = charset, name
    header.ReferringPhysicianName = "Dr^Ä" if charset == "ISO_IR 100" else "Dr^A"
    target = through(header)
    assert target.SpecificCharacterSet == "ISO_IR 192"
    with without_warnings():
        value = target.PatientName
    assert ("\\".join(map(str, value)) if isinstance(value, pydicom.multival.MultiValue) else str(value)) == name
    assert str(target.ReferringPhysicianName) == str(header.ReferringPhysicianName)


def test_values_that_break_the_rules_are_copied_as_they_stand():
    header = seg_source()
    with pytest.warns(UserWarning, match="Invalid value"):
        header.PatientSex, header.PatientBirthDate, header.StudyTime = "X", "ca. 1950", "noon"
    target = through(header)
    assert (target.PatientSex, target.StudyTime) == ("X", "noon")
    assert str(target["PatientBirthDate"].value) == "ca. 1950"


def test_what_is_missing_is_empty_and_nothing_else_is_copied():
    header = seg_source()
    for keyword in ("AccessionNumber", "StudyID", "PatientSex", "ReferringPhysicianName"):
        del header[keyword]
    header.InstitutionName, header.PatientComments = "Hospital", "a remark"
    patient = patient_of(stored(header))
    assert (patient.AccessionNumber, patient.StudyID, patient.PatientSex) == ("", "", "")
    assert patient.PatientComments == "a remark"
    assert "InstitutionName" not in patient
    assert "SOPInstanceUID" not in patient
