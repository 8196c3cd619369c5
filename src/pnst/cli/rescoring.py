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
    from pnst.cohort.rescoring import answers_csv

    answers, failures = answers_csv(results, scoring)
    print_text(answers.rstrip("\n"))
    for case, label, why in failures:
        sys.stderr.write(f"pnst: {case}, lesion {label}: {' '.join(why.split())}\n")
    if failures:
        raise typer.Exit(1)
