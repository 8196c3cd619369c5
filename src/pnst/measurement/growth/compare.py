"""`compare_dates`: studies of one patient laid on the first, their lesions followed, and what has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pnst.errors import InputError
from pnst.measurement.growth.comparable import adc_differences, refuse_same_images
from pnst.measurement.growth.following import Followed, Track, follow
from pnst.measurement.growth.growth import DatedStudy, Growth, LesionGrowth, State, Status, Visit
from pnst.measurement.growth.settings import CompareSettings
from pnst.measurement.growth.visits import curve_of, measured_visit, with_changes
from pnst.measurement.measurements import Measurements
from pnst.preprocessing.between_dates import DateAlignment, align_dates, moved_lesion, moved_study
from pnst.preprocessing.settings import AlignmentSettings
from pnst.study import Lesion, Role, Study
from pnst.typing import BoolArray, FloatArray

READERS = (
    "the intervals hold how far the same outline would measure again, not how far readers differ: two outlines by two "
    "people may differ by more than a category's 20 %"
)
ON_T1 = "by T1 alone, which along a limb shows too little of where a slice lies: it may be off by some millimetres"


@dataclass(frozen=True, eq=False)
class MeasuredDate:
    """One date as it was measured, in its own frame."""

    day: int
    study: Study
    lesions: tuple[Lesion, ...]
    measurements: tuple[Measurements | None, ...]
    """One a lesion; None where it could not be measured."""
    failures: Mapping[str, str] = field(default_factory=dict)


def compare_dates(
    case_id: str,
    dates: Sequence[MeasuredDate],
    settings: CompareSettings,
    alignment: AlignmentSettings,
) -> Growth:
    """Growth between dates, in the order of days.

    Every number is the date's own, in its own frame: the alignment serves to tell which outline is which lesion, and
    for the pictures.

    Raises
    ------
    InputError : under two dates, one day twice, the same images on two dates, several lesions in studies that cannot
        be aligned, no lesion that two dates have
    """
    _check_days(dates)
    refuse_same_images([(date.day, date.study) for date in dates])
    laid = [_first(dates[0]), *(_laid(dates[0], date, settings, alignment) for date in dates[1:])]
    _refuse_unplaced(laid)
    followed = _followed(laid, settings)
    visits = [_visits(track, laid, settings) for track in followed.tracks]
    _refuse_none_common(visits)
    labels = _labels(followed.tracks, laid)
    lesions = tuple(
        LesionGrowth(label=label, status=_status(track_visits), visits=track_visits, curve=curve_of(track_visits))
        for label, track_visits in zip(labels, visits, strict=True)
    )
    return Growth(case_id, lesions, tuple(laid), settings, tuple(_warnings(laid, followed, labels)))


def _check_days(dates: Sequence[MeasuredDate]) -> None:
    days = [date.day for date in dates]
    if len(days) < 2 or sorted(set(days)) != days:
        raise InputError(
            "these dates cannot be compared",
            got=f"{len(days)} date" if len(days) < 2 else f"days {', '.join(map(str, days))}",
            expected="two dates or more, each once",
            remedy="give each date one study",
        )


def _first(date: MeasuredDate) -> DatedStudy:
    return DatedStudy(date.day, date.study, date.lesions, date.measurements, date.failures)


def _laid(
    first: MeasuredDate, date: MeasuredDate, settings: CompareSettings, alignment: AlignmentSettings
) -> DatedStudy:
    """A later date in the frame of the first, as far as it can be told; else where its headers say."""
    way = align_dates(first.study, date.study, first.lesions, date.lesions, alignment, settings.between_dates)
    moved = [moved_lesion(lesion, way.matrix) if way.accepted else lesion for lesion in date.lesions]
    study = moved_study(date.study, way.matrix) if way.accepted else date.study
    return DatedStudy(date.day, study, tuple(moved), date.measurements, date.failures, way)


def _refuse_unplaced(dates: Sequence[DatedStudy]) -> None:
    """Where a study cannot be aligned, one outline a date needs no place to be the same lesion; several do."""
    several = max(len(date.lesions) for date in dates) > 1
    for date in dates[1:]:
        if several and not _is_placed(date):
            raise InputError(
                f"the study of day {date.day} cannot be laid on the first, so its lesions cannot be told apart",
                got=str(date.alignment),
                expected="images of the same part of one patient's body",
                remedy="check that both show the same place, or compare one lesion at a time by its label",
            )


def _is_placed(date: DatedStudy) -> bool:
    return date.alignment is None or date.alignment.accepted


def _followed(dates: Sequence[DatedStudy], settings: CompareSettings) -> Followed:
    if all(_is_placed(date) for date in dates):
        return follow([date.lesions for date in dates], settings.least_overlap_fraction)
    return Followed((tuple([0] * len(dates)),))


def _visits(track: Track, dates: Sequence[DatedStudy], settings: CompareSettings) -> tuple[Visit, ...]:
    places = [(date, index) for date, index in zip(dates, track, strict=True) if index is not None]
    visits = []
    for number, (date, index) in enumerate(zip(dates, track, strict=True)):
        if index is None:
            before = [place for place, known in enumerate(track[:number]) if known is not None]
            nearest, known = (dates[before[-1]], track[before[-1]]) if before else places[0]
            visits.append(Visit(day=date.day, state=_absent(nearest.lesions[known or 0], date, settings)))
            continue
        m = date.measurements[index]
        if m is None:
            label = date.lesions[index].label
            visits.append(Visit(day=date.day, state="not measured", label=label, quality=date.failures.get(label)))
        else:
            visits.append(measured_visit(date.day, m))
    return with_changes(visits, settings)


def _absent(lesion: Lesion, date: DatedStudy, settings: CompareSettings) -> State:
    """Whether a date that lacks a lesion shows its place."""
    seen: BoolArray | None = None
    for series in date.study.series.values():
        within = _within(series.volume.grid.to_index(lesion.mesh.vertices), series.volume.grid.shape)
        seen = within if seen is None else seen | within
    shown = seen is not None and float(seen.mean()) >= settings.imaged_fraction
    return "absent" if shown else "outside the images"


def _within(index: FloatArray, shape: tuple[int, int, int]) -> BoolArray:
    return np.asarray(((index > -0.5) & (index < np.asarray(shape) - 0.5)).all(axis=1))


def _status(visits: Sequence[Visit]) -> Status:
    there = [visit.state in ("measured", "not measured") for visit in visits]
    if not there[-1]:
        return "vanished" if visits[-1].state == "absent" else "no longer imaged"
    if there[0]:
        return "followed"
    unseen = any(visit.state == "outside the images" for visit in visits[: there.index(True)])
    return "first imaged later" if unseen else "new"


def _refuse_none_common(visits: Sequence[Sequence[Visit]]) -> None:
    if all(sum(visit.state == "measured" for visit in track) < 2 for track in visits):
        raise InputError(
            "no lesion is on two of the dates",
            got=f"{len(visits)} lesions, each measured on one date",
            expected="a lesion whose outlines overlap once the studies are aligned",
            remedy="check that the outlines are of the same tumour; where one shifted far, lower "
            "compare.least_overlap_fraction in the settings",
        )


def _labels(tracks: Sequence[Track], dates: Sequence[DatedStudy]) -> list[str]:
    """Each lesion by its first outline's name; one that is taken gets the day."""
    labels: list[str] = []
    for track in tracks:
        date, index = next((date, index) for date, index in zip(dates, track, strict=True) if index is not None)
        label = date.lesions[index].label
        labels.append(label if label not in labels else f"{label} (day {date.day})")
    return labels


def _warnings(dates: Sequence[DatedStudy], followed: Followed, labels: Sequence[str]) -> Iterator[str]:
    yield READERS
    for date in dates[1:]:
        yield from _alignment_warnings(date)
    for when, index, later, other, share in followed.shared:
        yield (
            f"lesion {dates[when].lesions[index].label!r} of day {dates[when].day} shares {share:.0%} with "
            f"{dates[later].lesions[other].label!r} of day {dates[later].day} too: lesions may have merged or parted"
        )
    for track, label in zip(followed.tracks, labels, strict=True):
        measured = [date.measurements[index] for date, index in zip(dates, track, strict=True) if index is not None]
        yield from adc_differences(label, [m for m in measured if m is not None], dates)


def _alignment_warnings(date: DatedStudy) -> Iterator[str]:
    way = date.alignment or DateAlignment()
    if not way.accepted:
        yield (
            f"day {date.day}: {way}; the one outline of each date is taken for one lesion, and no picture lays them on "
            "one another"
        )
    elif way.role is way.reference is Role.T1:
        yield f"day {date.day}: aligned {ON_T1}"
