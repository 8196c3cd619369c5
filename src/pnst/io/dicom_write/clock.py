"""Objects that highdicom makes, without the day that they were made on."""

from __future__ import annotations

from pydicom.dataset import Dataset

NO_DATE, NO_TIME = "19000101", "000000"
"""Where the study has none: the same study gives the same bytes on every day."""


def without_clock(dataset: Dataset, date: str, time: str) -> None:
    """Put the date and time of the study in the place of today's; "" where it has none."""
    dataset.ContentDate, dataset.ContentTime = date or NO_DATE, time or NO_TIME
    for today in ("InstanceCreationDate", "InstanceCreationTime", "SeriesDate", "SeriesTime"):
        if today in dataset:
            delattr(dataset, today)
    for equipment in dataset.get("ContributingEquipmentSequence", ()):
        if "ContributionDateTime" in equipment:
            del equipment.ContributionDateTime
