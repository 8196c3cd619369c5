"""A cohort that was measured, scored again: by other evidence, another prior, another model. Not a medical device."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, TextIO

from pnst.cohort.cohort_case import PATIENT
from pnst.cohort.measuring import FAILURES, LESIONS, plain_row
from pnst.cohort.run import row_of
from pnst.cohort.tables import PARTS, Record, write_records
from pnst.cohort.task import Task, TaskOutcome, Watch
from pnst.errors import InputError, PnstError, SettingError
from pnst.settings import RunSettings

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment
    from pnst.classification.settings import AssessSettings
    from pnst.measurement.measurements import Measurements
    from pnst.workflow.inputs import CaseInputs


@dataclass(frozen=True)
class Scoring:
    """By what the lesions are scored, all of them alike."""

    patient: Mapping[str, Any] = field(default_factory=dict)
    """Facts of every patient; those of a row stand in the cohort's table."""
    settings_file: Path | None = None
    """None: the settings that each case was measured with."""
    prior: float | None = None
    model: Path | None = None
    evidence: tuple[Path, ...] = ()
    own_evidence: Path | None = None

    @cached_property
    def sources(self) -> CaseInputs:
        """Model and evidence, read once for all lesions."""
        from pnst.workflow.inputs import CaseInputs, with_evidence, with_model

        given = CaseInputs("", model=self.model, evidence=self.evidence, own_evidence=self.own_evidence)
        return with_evidence(with_model(given))

    @cached_property
    def settings(self) -> AssessSettings | None:
        """Those of the file that was given; None without one."""
        return None if self.settings_file is None else self._settings_in(self.settings_file)

    def settings_for(self, folder: Path) -> AssessSettings:
        """The settings of one case."""
        return self.settings or self._settings_in(folder / "settings.toml")

    def score(self, m: Measurements, facts: Mapping[str, Any], settings: AssessSettings) -> Assessment:
        """One lesion, as `pnst cohort` scores it."""
        from pnst.classification.assess import assess

        given = self.sources
        return assess(m, None, given.model, dict(facts) or None, settings, given.evidence, given.own_evidence)

    def _settings_in(self, file: Path) -> AssessSettings:
        settings = RunSettings.from_toml(file)
        return (settings if self.prior is None else settings.with_prior(self.prior)).assess


def rescored(results: Path, scoring: Scoring, watch: Watch = lambda _: None) -> Iterator[tuple[str, Record]]:
    """Every case of a cohort's results, in their order, with its rows as they would be under another score.

    Raises `InputError` for a folder that holds no results of a cohort, or has lost the folder of a case.
    """
    for case in case_names(results):
        record = _rescored_case(results / PARTS / case, scoring)
        watch(TaskOutcome(Task(case, None), "made", record))
        yield case, record


def rescore_cohort(results: Path, out: Path, scoring: Scoring, watch: Watch = lambda _: None) -> tuple[int, int]:
    """Write the tables of `rescored` into a folder of their own: how many lesions were scored, and how many were not.

    They are the tables that `pnst cohort` would write with the same options. Raises `InputError` as `rescored` does,
    and for the cohort's own folder, whose cases would then say something else than its table.
    """
    if os.path.exists(out) and os.path.exists(results) and out.samefile(results):
        raise InputError(
            f"cannot write the scores to {out.name!r}",
            got="the folder of the cohort itself, whose cases hold their own scores",
            expected="another folder",
            remedy="name another one with --out, or run `pnst cohort` again with these options",
        )
    with TemporaryFile("w+", encoding="utf-8") as spool:  # the tables are made in several passes, the scores in one
        counts = [0, 0]
        for case, record in rescored(results, scoring, watch):
            spool.write(json.dumps([case, record]) + "\n")
            counts[0] += len(record[LESIONS])
            counts[1] += len(record[FAILURES])
        out.mkdir(parents=True, exist_ok=True)
        write_records(out, lambda: _spooled(spool))
    return counts[0], counts[1]


_SHOWN = ("case", "label", "question", "class", "probability", "low", "high", "odds_factor", "prior", "abstained")
"""The columns of the answers alone; the tables have them all."""


def answers_csv(results: Path, scoring: Scoring) -> tuple[str, list[tuple[str, str, str]]]:
    """The answers as a table of text; and case, lesion and reason of each that has none. Raises as `rescored` does."""
    from pnst.io.table import to_csv

    records = list(rescored(results, scoring))
    rows = [{name: row[name] for name in _SHOWN} for _, record in records for row in record[LESIONS]]
    failures = [(case, label, why) for case, record in records for label, why in record[FAILURES].items()]
    return to_csv(rows), failures


def is_cohort(source: Path) -> bool:
    """Whether a folder holds the results of a cohort, and not those of one case."""
    from pnst.io.results import MEASUREMENTS
    from pnst.io.table import COHORT_TABLES

    return not os.path.exists(source / MEASUREMENTS) and any(os.path.isfile(source / name) for name in COHORT_TABLES)


def case_names(results: Path) -> Sequence[str]:
    """The cases in the table of a cohort's results. Raises `InputError` where there is none."""
    from pnst.io.table import table_file
    from pnst.io.table_rows import stream_rows

    file = table_file(results)
    names = dict.fromkeys(row.get("case", "") for row in stream_rows(file))
    if "" in names:
        raise _no_cohort(results, f"{file.name} without a name in the column `case`")
    return list(names)


def _rescored_case(folder: Path, scoring: Scoring) -> Record:
    from pnst.io.results import MEASUREMENTS
    from pnst.workflow.saved_results import saved_measurements

    try:
        rows = row_of(folder)[LESIONS]
    except PnstError as error:
        got = f"no case {folder.name!r} in {PARTS}/, which its table names"
        raise _no_cohort(folder.parents[1], got) from error
    settings = scoring.settings_for(folder)
    lesions, failures = [], {}
    for row, m in zip(rows, saved_measurements(folder / MEASUREMENTS), strict=True):
        try:
            answer = scoring.score(m, _facts(row, scoring.patient), settings)
        except PnstError as error:
            failures[m.label] = str(error)
            continue
        lesions.append(row | plain_row(answer.row()))
    return {LESIONS: lesions, FAILURES: failures}


def _facts(row: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of the patient of a row, by its cells and for all. Raises `SettingError` where the two differ."""
    from pnst.workflow.value_words import value_of

    own = {name: value_of(str(row[name])) for name in PATIENT if row.get(name) is not None}
    for name in own.keys() & given.keys():
        if own[name] != given[name]:
            raise SettingError(
                f"the patient's {name} contradicts the table",
                got=f"{given[name]!r} for all, {own[name]!r} in a row",
                expected="one of them, or the same",
                remedy="leave the fact out, or correct the cell",
            )
    return own | dict(given)


def _spooled(spool: TextIO) -> Iterator[tuple[str, Record]]:
    spool.seek(0)
    for line in spool:
        case, record = json.loads(line)
        yield case, record


def _no_cohort(results: Path, got: str) -> InputError:
    return InputError(
        f"{results.name!r} holds no cohort to be scored again",
        got=got,
        expected=f"the folder that `pnst cohort` wrote, with its tables and {PARTS}/",
        remedy="give that folder, unchanged, or run `pnst cohort` again",
    )
