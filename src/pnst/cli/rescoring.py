"""`pnst assess` on the folder of a cohort's results."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pnst.cli.terminal import cohort_progress, print_text
from pnst.errors import SettingError

if TYPE_CHECKING:
    from pnst.cohort.rescoring import Scoring

_SHOWN = ("case", "label", "question", "class", "probability", "low", "high", "odds_factor", "prior", "abstained")
"""The columns that are printed; the table has them all."""


def is_cohort(source: Path) -> bool:
    """Whether a folder holds the results of a cohort, and not those of one case."""
    from pnst.io.results import MEASUREMENTS
    from pnst.io.table import COHORT_TABLES

    return not (source / MEASUREMENTS).exists() and any((source / name).is_file() for name in COHORT_TABLES)


def assess_cohort(results: Path, out: Path | None, scoring: Scoring, explain: bool = False) -> None:
    """Score every lesion of a cohort again: one table into `out`, or its answers on the terminal."""
    from pnst.cohort.rescoring import case_names, rescore_cohort

    if explain:
        raise SettingError(
            "--explain is of one case",
            got="the results of a cohort",
            expected="the folder of a case, or its measurements.json",
            remedy="give the case: pnst assess RESULTS/parts/CASE --explain",
        )
    if out is None:
        _print_answers(results, scoring)
        return
    with cohort_progress() as (plan, watch):
        plan(len(case_names(results)))
        scored, failed = rescore_cohort(results, out, scoring, watch)
    print_text(f"{scored} lesions scored, {failed} failed: {out / 'lesions.csv'}")
    print_text("Research software, not a medical device.")
    if failed:
        sys.stderr.write(f"pnst: why lesions were not scored: {out / 'failures.csv'}\n")
        raise typer.Exit(1)


def _print_answers(results: Path, scoring: Scoring) -> None:
    from pnst.cohort.measuring import FAILURES, LESIONS
    from pnst.cohort.rescoring import rescored
    from pnst.io.table import to_csv

    records = list(rescored(results, scoring))
    print_text(to_csv([{n: row[n] for n in _SHOWN} for _, record in records for row in record[LESIONS]]).rstrip("\n"))
    failures = [(case, label, why) for case, record in records for label, why in record[FAILURES].items()]
    for case, label, why in failures:
        sys.stderr.write(f"pnst: {case}, lesion {label}: {' '.join(why.split())}\n")
    if failures:
        raise typer.Exit(1)
