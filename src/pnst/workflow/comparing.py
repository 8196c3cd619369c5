"""`compare`: growth between dates, from files or from studies in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnst.errors import InputError, PnstError, SettingError
from pnst.settings import GrowthSettings
from pnst.study import Lesion, Study
from pnst.workflow.case import Case, measure_case, preprocess_case, read_case
from pnst.workflow.inputs import CaseInputs, Progress, StrPath, given_paths, no_progress

if TYPE_CHECKING:
    from pnst.measurement.growth.compare import MeasuredDate
    from pnst.measurement.growth.growth import Growth

Lesions = Lesion | Sequence[Lesion] | StrPath | None
GROWTH_FILES = ("growth.json", "growth.csv", "growth.html", "growth.toml")


@dataclass(frozen=True)
class DatedInputs:
    """One date to compare: a study, or where it lies, and its lesions."""

    date: Date
    study: Study | StrPath
    lesions: Lesions = None
    """None: `lesion.nii.gz` in the study's folder."""


def compare(
    visits: Sequence[tuple[Any, ...]],
    out: StrPath | None = None,
    settings: GrowthSettings | StrPath | None = None,
    *,
    case_id: str | None = None,
    same_patient: bool = False,
    progress: Progress = no_progress,
) -> Growth:
    """Growth between dates: what `pnst compare` does. Not a medical device.

    Every later study is laid on the first by a rigid motion (affines move, voxels do not), lesions are matched by what
    their outlines share, and volumes, diameters and ADC are compared with the intervals of their measurement.

    Parameters
    ----------
    visits : `(date, study)` or `(date, study, lesion)`, two or more in any order. A date is a `datetime.date` or a text
        such as "2024-03-31"; a study is a `Study` or its path; a lesion is a `Lesion`, several of them, or a mask's
        file, also `FILE:LABEL`; without it `lesion.nii.gz` in the study's folder. A study from a path is aligned within
        itself as `run` does; one in memory is taken as it is.
    out : folder for growth.json, growth.csv, growth.html and growth.toml, as one set; None: nothing is written
    settings : `GrowthSettings`, or a TOML file of them; None: the defaults
    case_id : what the case is called; None: what all studies are called, else a digest of their names
    same_patient : take the studies as one patient's although their files give several IDs

    Returns
    -------
    Growth : `.lesions` with their `.visits`, `.days` since the first date, `.to_dict()`, `.to_frame()`

    Raises
    ------
    SettingError : a date that cannot be read, or stands twice
    InputError : files that say that the patients are different, the same images on two dates, several lesions in
        studies that cannot be aligned, no lesion that two dates have

    Examples
    --------
    A ball of radius 10 mm, and 200 days later one of twice its volume (12.6 mm), 4 mm further to the right:

    >>> import numpy as np
    >>> import pnst
    >>> from pnst.study import Source
    >>> def study(radius, shift):
    ...     i, j, k = np.ogrid[-32:32, -28:28, -12:12]
    ...     limb, ball = i**2 + j**2 < 600, (i - 4) ** 2 + (j + 3) ** 2 + 4 * k**2 < radius**2
    ...     image = (200 * limb + 300 * ball + 60 * (i > j)).astype(np.float32)
    ...     affine = np.array([[1.0, 0, 0, shift], [0, 1.0, 0, 0], [0, 0, 2.0, 0], [0, 0, 0, 1]])
    ...     grid = pnst.Grid(image.shape, affine)
    ...     series = pnst.Series(pnst.Role.T2, pnst.Volume(image, grid), Source("simulated", ""))
    ...     return pnst.Study("A", {series.role: series}), pnst.Lesion("1", pnst.Mask(ball, grid), "simulation")
    >>> growth = pnst.compare([("2024-01-01", *study(10.0, 0.0)), ("2024-07-19", *study(12.6, 4.0))])
    >>> last = growth.lesions[0].last
    >>> last.day, round(last.volume_change_fraction, 1), last.category, growth.lesions[0].status
    (200, 1.0, 'progression', 'followed')
    """
    dated = [_dated(visit) for visit in visits]
    chosen = GrowthSettings.from_toml(Path(settings)) if isinstance(settings, str | PathLike) else settings
    return compare_step(dated, None if out is None else Path(out), chosen, case_id, same_patient, progress, settings)


def compare_step(
    visits: Sequence[DatedInputs],
    out: Path | None,
    settings: GrowthSettings | None = None,
    case_id: str | None = None,
    same_patient: bool = False,
    progress: Progress = no_progress,
    settings_file: object = None,
) -> Growth:
    """Compare the dates and write the files of it into `out`, whole or not at all."""
    from pnst.io.file_set import file_set_folder, write_file_set

    settings = settings or GrowthSettings()
    visits = _in_order(visits)
    if out is None:
        return _compared(visits, settings, case_id, same_patient, progress)
    inputs = [path for visit in visits for path in _paths(visit)]
    inputs += [Path(settings_file)] if isinstance(settings_file, str | PathLike) else []
    with file_set_folder(out, GROWTH_FILES, inputs=inputs) as folder:
        growth = _compared(visits, settings, case_id, same_patient, progress)
        progress("report")
        texts = dict(zip(GROWTH_FILES, (*growth_texts(growth), settings.to_toml()), strict=True))
        write_file_set(folder, {name: text.encode() for name, text in texts.items()})
    return growth


def growth_texts(growth: Growth) -> tuple[str, str, str]:
    """growth.json, growth.csv and growth.html."""
    from pnst.io.results import growth_json
    from pnst.io.table import to_csv
    from pnst.reporting.growth import growth_report

    return growth_json(growth.to_dict()), to_csv(growth.rows()), growth_report(growth)


def read_date(text: object) -> Date:
    """A calendar date. Raises `SettingError` for anything else.

    >>> read_date("2024-03-31").isoformat(), read_date("20240331").isoformat()
    ('2024-03-31', '2024-03-31')
    """
    if isinstance(text, datetime):
        return text.date()
    if isinstance(text, Date):
        return text
    try:
        return Date.fromisoformat(str(text).strip())
    except ValueError as error:
        raise SettingError(
            "this is no date",
            got=str(text).strip() or "nothing",
            expected="year, month and day, as 2024-03-31",
            remedy="write it so: another order cannot be told",
        ) from error


def _dated(visit: tuple[Any, ...]) -> DatedInputs:
    if not isinstance(visit, Sequence) or isinstance(visit, str) or len(visit) not in (2, 3):
        raise SettingError(
            "one of the dates to compare cannot be read",
            got=f"{type(visit).__name__}" if not isinstance(visit, tuple | list) else f"{len(visit)} parts",
            expected="(date, study) or (date, study, lesion)",
            remedy="give each date as such a tuple",
        )
    return DatedInputs(read_date(visit[0]), *visit[1:])


def _in_order(visits: Sequence[DatedInputs]) -> list[DatedInputs]:
    """By date. Raises `SettingError` for fewer than two, and for one date twice."""
    ordered = sorted(visits, key=lambda visit: visit.date)
    twice = next((a.date for a, b in pairwise(ordered) if a.date == b.date), None)
    if len(ordered) < 2 or twice is not None:
        raise SettingError(
            "these dates cannot be compared",
            got=f"{len(ordered)} date{'s' if len(ordered) != 1 else ''}" if twice is None else f"{twice} twice",
            expected="two dates or more, each once",
            remedy="give each date one study",
        )
    return ordered


def _paths(visit: DatedInputs) -> list[Path]:
    """The files of a date, which no output may replace."""
    study = visit.study if not isinstance(visit.study, Study) else None
    lesion = visit.lesions if isinstance(visit.lesions, str | PathLike) else None
    return [] if study is None and lesion is None else given_paths(CaseInputs(study or "", lesion))


def _compared(
    visits: Sequence[DatedInputs],
    settings: GrowthSettings,
    case_id: str | None,
    same_patient: bool,
    progress: Progress,
) -> Growth:
    from pnst.measurement.growth.comparable import refuse_other_patient, refuse_same_images
    from pnst.measurement.growth.compare import compare_dates

    days = [(visit.date - visits[0].date).days for visit in visits]
    cases = []
    for day, visit in zip(days, visits, strict=True):
        with _on_day(day):
            cases.append(_read(visit, settings, progress))
    studies = [(day, case.study) for day, case in zip(days, cases, strict=True)]
    refuse_same_images(studies)  # before the work, not after it
    if not same_patient:
        refuse_other_patient(studies)
    measured = []
    for day, case in zip(days, cases, strict=True):
        with _on_day(day):
            measured.append(_measured(day, case, settings, progress))
    progress("aligning the dates")
    name = case_id or _case_name([case.study.case_id for case in cases])
    return compare_dates(name, measured, settings.compare, settings.preprocess.alignment)


@contextmanager
def _on_day(day: int) -> Iterator[None]:
    """Say which of the studies a refusal is about."""
    try:
        yield
    except PnstError as error:
        raise type(error)(
            f"day {day}: {error.what}", got=error.got, expected=error.expected, remedy=error.remedy
        ) from error


def _read(visit: DatedInputs, settings: GrowthSettings, progress: Progress) -> Case:
    """The study and its lesions; from files as a run has them before it measures."""
    if isinstance(visit.study, Study):
        return Case(visit.study, _lesions_in(visit.study, visit.lesions))
    if visit.lesions is None or isinstance(visit.lesions, str | PathLike):
        case = read_case(CaseInputs(visit.study, visit.lesions), progress, settings)
    else:
        from pnst.io.study import read_study

        progress("reading the study")
        study = read_study(visit.study)
        case = Case(study, _lesions_in(study, visit.lesions))
    return preprocess_case(case, settings, progress)


def _lesions_in(study: Study, lesions: Lesions) -> tuple[Lesion, ...]:
    """The lesions that were handed over, or those of a file."""
    if isinstance(lesions, Lesion):
        return (lesions,)
    if isinstance(lesions, str | PathLike):
        from pnst.io.masks.file import mask_file
        from pnst.io.masks.read import read_lesion, read_lesions

        file = mask_file(lesions)
        return (
            tuple(read_lesions(file.file, study))
            if file.label is None
            else (read_lesion(file.file, study, file.label),)
        )
    given = tuple(lesions or ())
    if not given or not all(isinstance(lesion, Lesion) for lesion in given):
        raise InputError(
            "no lesion to compare",
            got="none for a study in memory" if not given else type(given[0]).__name__,
            expected="a Lesion, several of them, or the file of a mask",
            remedy="give it as the third of (date, study, lesion)",
        )
    return given


def _measured(day: int, case: Case, settings: GrowthSettings, progress: Progress) -> MeasuredDate:
    """Every lesion with what was measured of it; of several, one that cannot be measured stays without."""
    from pnst.measurement.growth.compare import MeasuredDate

    done = measure_case(case, CaseInputs(""), settings, progress)
    by_lesion = {id(lesion): m for lesion, m in zip(done.lesions, done.measurements, strict=True)}
    measurements = tuple(by_lesion.get(id(lesion)) for lesion in case.lesions)
    return MeasuredDate(day, case.study, case.lesions, measurements, done.failures)


def _case_name(names: Sequence[str]) -> str:
    """What all studies are called; a digest where they differ, since a folder's name may hold a date."""
    if len(set(names)) == 1:
        return names[0]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]
