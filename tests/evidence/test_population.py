"""Facts about the patient decide warnings, and only where they are known."""

from __future__ import annotations

import pytest

from pnst.errors import SettingError
from pnst.evidence.population import Patient, mismatch_warnings, mismatches


@pytest.mark.parametrize(
    ("patient", "study", "word"),
    [
        (Patient(nf1=False), "Koike", "NF1"),
        (Patient(age=21), "Bhargava1997", "20 years"),
        (Patient(location="limb"), "Matsumoto2015", "paraspinal"),
        (Patient(location="intradural"), "Matsumoto2015", "paraspinal"),
        (Patient(location="paraspinal"), "Yun2021", "trunk or limb"),
        (Patient(location="plexus"), "Yun2021", "trunk or limb"),
        (Patient(location="intracranial"), "Suh1992", "extracranial"),
        (Patient(location="intradural"), "Debs2023", "extradural"),
        (Patient(location="limb"), "Lee2020", "intradural"),
    ],
)
def test_a_population_that_does_not_match_is_named(patient, study, word):
    (reason,) = mismatches(patient, study)
    assert word in reason


@pytest.mark.parametrize(
    ("patient", "study"),
    [
        (Patient(), "Koike"),
        (Patient(nf1=True), "Koike"),
        (Patient(nf1=False), "Wasa2010"),
        (Patient(nf1=False), "Yu2016"),
        (Patient(age=20), "Bhargava1997"),
        (Patient(location="paraspinal"), "Matsumoto2015"),
        (Patient(location="paraspinal"), "Suh1992"),
        (Patient(location="plexus"), "Debs2023"),
        (Patient(location="intradural"), "Lee2020"),
        (Patient(level="lumbar"), "Lee2020"),
        (Patient(location="limb"), "Yun2021"),
        (Patient(location="intracranial"), "Yu2016"),
    ],
)
def test_a_population_that_may_match_is_not(patient, study):
    assert mismatches(patient, study) == ()


def test_one_sentence_a_reason_names_every_study_once():
    (text,) = mismatch_warnings(Patient(nf1=False), ["Koike", "Well2019", "Koike", "Yu2016"])
    assert text.startswith("outside the population of Koike, Well2019: ")


def test_facts_are_read():
    assert Patient.from_mapping({"nf1": True, "age": 34, "location": "limb"}) == Patient(True, 34.0, "limb")
    spinal = {"location": "intradural", "level": "lumbar"}
    assert Patient.from_mapping(spinal) == Patient(location="intradural", level="lumbar")
    assert Patient.from_mapping(None) == Patient.from_mapping({}) == Patient()


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"nf2": True}, "did you mean 'nf1'"),
        ({"nf1": "yes"}, "True, False or None"),
        ({"age": -1}, "years"),
        ({"age": True}, "years"),
        ({"location": "arm"}, "limb, trunk, head_neck, plexus, paraspinal, intradural, intramedullary, intracranial"),
        ({"location": "spine"}, r"paraspinal .*, intradural .* or intramedullary"),
        ({"level": "sacral"}, "cervical, thoracic, lumbar"),
    ],
)
def test_wrong_facts_are_refused(facts, expected):
    with pytest.raises(SettingError, match=expected):
        Patient.from_mapping(facts)
