"""No day that an object was made on. Witness: dates written by hand."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from pnst.io.dicom_write.clock import without_clock


def made_today() -> Dataset:
    dataset, equipment = Dataset(), Dataset()
    equipment.ContributionDateTime = "20261129190000"
    for keyword in ("InstanceCreationDate", "SeriesDate", "ContentDate"):
        setattr(dataset, keyword, "20261129")
    for keyword in ("InstanceCreationTime", "SeriesTime", "ContentTime"):
        setattr(dataset, keyword, "190000")
    dataset.ContributingEquipmentSequence = Sequence([equipment])
    return dataset


def test_todays_dates_give_way_to_the_studys():
    dataset = made_today()
    without_clock(dataset, "20200229", "101112")
    assert (dataset.ContentDate, dataset.ContentTime) == ("20200229", "101112")
    assert "2026" not in str(dataset)
    assert "SeriesTime" not in dataset


def test_a_study_without_a_date_gives_none():
    dataset = Dataset()
    without_clock(dataset, "", "")
    assert (dataset.ContentDate, dataset.ContentTime) == ("19000101", "000000")
