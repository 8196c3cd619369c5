"""Whether dates may be compared. Witness: studies made to be of one patient, of two, and the same twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from measurement.growth.dated import adc, limb, measurements
from pnst.errors import InputError
from pnst.measurement.growth.comparable import adc_differences, refuse_other_patient, refuse_same_images
from pnst.measurement.growth.growth import DatedStudy
from pnst.study import Role, Study


def study(digest="", patient=None, role=Role.T2, **facts):
    made, _ = limb({})
    series = made.series[Role.T2]
    series = replace(
        series,
        role=role,
        source=replace(series.source, digest=digest, patient_digest=patient),
        acquisition=replace(series.acquisition, **facts),
    )
    return Study("A", {role: series})


def test_one_image_on_two_dates_is_refused():
    with pytest.raises(InputError, match="one image stands on two dates"):
        refuse_same_images([(0, study("aa")), (9, study("bb")), (12, study("aa"))])


@pytest.mark.parametrize("digests", [("aa", "bb"), ("", "")])
def test_two_images_are_not(digests):
    refuse_same_images([(day, study(digest)) for day, digest in enumerate(digests)])


def test_another_patient_is_refused_without_a_word_of_who():
    with pytest.raises(InputError, match="different patients") as refusal:
        refuse_other_patient([(0, study(patient="dicom abc")), (9, study(patient="dicom def"))])
    assert "abc" not in str(refusal.value)


@pytest.mark.parametrize("pair", [("dicom a", "dicom a"), ("dicom a", None), (None, None), ("dicom a", "bids b")])
def test_one_patient_or_an_unknown_one_is_not(pair):
    refuse_other_patient([(day, study(patient=patient)) for day, patient in enumerate(pair)])


def doubts(one, other, studies=None):
    studies = studies or [study("a"), study("b")]
    dates = [DatedStudy(day, each, (), ()) for day, each in enumerate(studies)]
    return list(adc_differences("a", [measurements(adc=one), measurements(adc=other)], dates))


def test_alike_protocols_raise_no_doubt():
    assert doubts(adc(1.0), adc(1.2)) == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"region": "solid part"}, "part"),
        ({"map_source": "vendor ADC map"}, "source"),
        ({"b_values": (0.0, 600.0)}, "b-values"),
    ],
)
def test_another_protocol_is_told(changes, word):
    (text,) = doubts(adc(1.0), adc(1.2, **changes))
    assert word in text


def test_another_scanner_is_told():
    scanners = [study("a", role=Role.ADC, field_strength_t=strength) for strength in (1.5, 3.0)]
    (text,) = doubts(adc(1.0), adc(1.2), scanners)
    assert "1.5 T, 3 T" in text


def test_of_one_adc_nothing_is_told():
    dates = [DatedStudy(0, study("a"), (), ())]
    assert list(adc_differences("a", [measurements(adc=adc(1.0)), measurements()], dates)) == []
