"""Slices missing at an end of a series leave no gap: they are told by counts, instance numbers and other series."""

from __future__ import annotations

import pytest

from dicom_series import numbered_series
from pnst.io.study import read_study

T1 = {"RepetitionTime": 550, "EchoTime": 11}
T2 = {"RepetitionTime": 4500, "EchoTime": 90}


def missing_notes(folder):
    return [note for note in read_study(folder).notes if "missing" in note]


def test_a_whole_series_is_not_remarked_on(write):
    assert missing_notes(write([*numbered_series(3, **T1, ImagesInAcquisition=5), *numbered_series(4, **T2)])) == []


@pytest.mark.parametrize("kept", [slice(0, 4), slice(1, 5), slice(0, 3)])
def test_images_in_acquisition_tell_of_more(write, kept):
    instances = numbered_series(3, **T1, ImagesInAcquisition=5)[kept]
    gone = 5 - len(instances)
    assert missing_notes(write(instances)) == [f"{gone} of 5 slices of t1 are missing at the end, by its header"]


def test_the_first_instance_numbers_are_missing(write):
    (note,) = missing_notes(write(numbered_series(3, **T1)[1:]))
    assert note == "1 of 5 images of t1 are missing at an end, by its instance numbers"


def test_another_series_has_the_slice_that_the_last_number_was(write):
    instances = [*numbered_series(3, **T1)[:-1], *numbered_series(4, **T2)]
    (note,) = missing_notes(write(instances))
    assert note.startswith("t1 has 4 slices where t2 has 5 in the same places")


@pytest.mark.parametrize(
    ("vendor", "group", "creator", "element", "vr"),
    [
        ("Philips Medical Systems", 0x2001, "Philips Imaging DD 001", 0x18, "SL"),
        ("GE MEDICAL SYSTEMS", 0x0021, "GEMS_RELA_01", 0x4F, "SS"),
    ],
)
def test_the_vendor_s_number_of_slices(write, vendor, group, creator, element, vr):
    instances = numbered_series(3, **T1)[:-1]
    for ds in instances:
        ds.Manufacturer = vendor
        ds.private_block(group, creator, create=True).add_new(element, vr, 5)
    assert missing_notes(write(instances)) == ["1 of 5 slices of t1 are missing at an end, by its header"]


@pytest.mark.parametrize("numbers", [(37, 38, 39, 40, 41), (2, 4, 6, 8, 10), (0, 1, 2, 3, 4), (7, 7, 7, 7, 7)])
def test_numbers_that_count_otherwise_say_nothing(write, numbers):
    """After another part of the series, in steps, from 0, and none at all."""
    instances = numbered_series(3, **T1)
    for ds, number in zip(instances, numbers, strict=True):
        ds.InstanceNumber = number
    assert missing_notes(write(instances)) == []


def test_other_slices_are_no_witness(write):
    t2 = numbered_series(4, **T2)
    for ds in t2:
        ds.ImagePositionPatient = [float(v) + 1.0 for v in ds.ImagePositionPatient]
    assert missing_notes(write([*numbered_series(3, **T1)[:-1], *t2])) == []
