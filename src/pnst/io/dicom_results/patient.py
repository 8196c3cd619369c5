"""Whose results they are: the patient and study attributes of the source, copied as they stand."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.valuerep import PersonName

UNICODE = "ISO_IR 192"

_REQUIRED = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
    "StudyID",
    "AccessionNumber",
)
"""Which may be empty, but not absent (type 2)."""

_OPTIONAL = (
    "IssuerOfPatientID",
    "IssuerOfPatientIDQualifiersSequence",
    "TypeOfPatientID",
    "OtherPatientIDsSequence",
    "OtherPatientNames",
    "PatientBirthTime",
    "EthnicGroup",
    "PatientComments",
    "PatientIdentityRemoved",
    "DeidentificationMethod",
    "DeidentificationMethodCodeSequence",
    "ClinicalTrialSponsorName",
    "ClinicalTrialProtocolID",
    "ClinicalTrialProtocolName",
    "ClinicalTrialSiteID",
    "ClinicalTrialSiteName",
    "ClinicalTrialSubjectID",
    "ClinicalTrialSubjectReadingID",
    "ClinicalTrialTimePointID",
    "ClinicalTrialTimePointDescription",
    "StudyDescription",
    "IssuerOfAccessionNumberSequence",
    "PatientAge",
    "PatientSize",
    "PatientWeight",
    "LongitudinalTemporalInformationModified",
)
"""Of the Patient, General Study, Patient Study and Clinical Trial modules (PS3.3 C.7.1, C.7.2)."""


def patient_of(header: Dataset) -> Dataset:
    """The patient and study attributes of an image, in Unicode; what the standard wants and it lacks is empty."""
    patient = Dataset()
    for keyword in ("SpecificCharacterSet", "StudyInstanceUID", *_REQUIRED, *_OPTIONAL):
        if keyword in header:
            patient[keyword] = deepcopy(header[keyword])
    patient.decode()
    for element in patient:
        if element.VR == "PN":  # else it is written as the bytes that it was read from
            element.value = _text(element.value)
    for keyword in _REQUIRED:
        if keyword not in patient:
            setattr(patient, keyword, "")
    patient.SpecificCharacterSet = UNICODE
    return patient


def give_patient(dataset: Dataset, patient: Dataset) -> None:
    """Put the attributes of `patient_of` into an object, in the place of what it has of them."""
    for element in patient:
        dataset[element.tag] = deepcopy(element)


def _text(name: Any) -> str:
    if isinstance(name, MultiValue):
        return "\\".join(map(str, name))
    return str(name) if isinstance(name, PersonName) else str(name or "")
