"""`pnst-bids`: a BIDS-App, which measures a BIDS dataset into BIDS derivatives.

Source of the form: Gorgolewski et al. 2017, "BIDS apps", PLoS Computational Biology 13(3): e1005209.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pnst.cli.arguments import settings_of
from pnst.cli.cohorts import check_limits, scheduler_of
from pnst.cli.entry import run_program
from pnst.cli.options import EvidenceOption, ModelOption, OwnEvidenceOption, PriorOption, SettingsOption
from pnst.cli.terminal import cohort_progress, print_text, visible
from pnst.errors import SettingError

if TYPE_CHECKING:
    from pnst.cohort.bids.session import BidsSession
    from pnst.cohort.measuring import Chosen
    from pnst.cohort.run import Scheduler

NAME = "pnst-bids"
PARTICIPANT, GROUP = "participant", "group"
_SHOWN = 20
"""Failures that are printed; each session's own table has them, and group_failures.tsv has them all."""
_SEVERAL = ("--participant-label", "--session-label")

app = typer.Typer(rich_markup_mode=None, add_completion=False)


def main() -> None:
    """Run `pnst-bids`; refusals are one line on standard error and exit status 2."""
    run_program(app, NAME, list(as_typer_reads(sys.argv[1:])))


def as_typer_reads(words: Sequence[str]) -> Iterator[str]:
    """The words with each option in hyphens, and with one label behind each `--participant-label`.

    BIDS-Apps write `--participant_label 01 02`, one option and many words.

    >>> list(as_typer_reads(["data", "out", "participant", "--participant_label", "01", "02", "--n_cpus=4"]))
    ['data', 'out', 'participant', '--participant-label', '01', '--participant-label', '02', '--n-cpus=4']
    """
    several, is_first = "", False
    for word in words:
        if word.startswith("-"):
            option, equals, value = word.partition("=")
            option = option.replace("_", "-") if option.startswith("--") else option
            several, is_first = (option if option in _SEVERAL and not equals else ""), True
            yield f"{option}{equals}{value}"
        else:
            yield from chain([several] if several and not is_first else [], [word])
            is_first = False


def _print_version(asked: bool) -> None:
    if asked:
        import pnst

        typer.echo(f"{NAME} {pnst.__version__}")
        raise typer.Exit


@app.command(no_args_is_help=True)
def bids_app(
    bids_dir: Annotated[Path, typer.Argument(metavar="DATASET", help="A BIDS dataset; nothing is written to it.")],
    output_dir: Annotated[Path, typer.Argument(metavar="OUT", help="Folder of the derivatives, outside DATASET.")],
    analysis_level: Annotated[
        str,
        typer.Argument(
            metavar="participant|group",
            help="participant: measure each subject that has a lesion mask. group: one table and one page from what "
            "the participant level left in OUT.",
        ),
    ],
    participant_label: Annotated[
        list[str] | None,
        typer.Option(
            "--participant-label", metavar="LABEL …", help="Behind the level: only these, with or without sub-."
        ),
    ] = None,
    session_label: Annotated[
        list[str] | None,
        typer.Option("--session-label", metavar="LABEL …", help="Behind the level: only these, with or without ses-."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", "--n-cpus", metavar="N", help="Processes (default: one a core).")
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", metavar="SECONDS", help="A session that takes longer fails.")
    ] = None,
    memory_limit: Annotated[
        int | None, typer.Option("--memory-limit", metavar="MB", help="A session that needs more memory fails (Linux).")
    ] = None,
    pages: Annotated[bool, typer.Option("--pages/--no-pages", help="A report for each session (default: yes).")] = True,
    model: ModelOption = None,
    evidence: EvidenceOption = None,
    own_evidence: OwnEvidenceOption = None,
    prior: PriorOption = None,
    settings: SettingsOption = None,
    skip_bids_validation: Annotated[
        bool,
        typer.Option(
            "--skip-bids-validation", help="Changes nothing: pnst reads what it needs, and never runs the validator."
        ),
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Measure the tumours of a BIDS dataset into BIDS derivatives. Not a medical device.

    Lesion masks are called …_label-lesion_mask.nii.gz and lie in a subject's anat folder, or in that of
    derivatives/NAME/ in the dataset. Running it again measures only what is missing, or whose files, settings or code
    have changed. Exit status 1: some sessions could not be measured; 2: nothing was begun.

    Example: pnst-bids DATASET OUT participant --participant-label 01 02
    """
    _check_level(analysis_level)
    check_limits(time_limit, memory_limit)
    from pnst.cohort.bids.session import find_sessions
    from pnst.cohort.measuring import Chosen

    sessions = find_sessions(bids_dir, participant_label or (), session_label or ())
    if analysis_level == GROUP:
        _group(sessions, bids_dir, output_dir)
        return
    chosen = Chosen(settings_of(settings, prior), model, tuple(evidence or ()), own_evidence, pages)
    _participants(sessions, bids_dir, output_dir, scheduler_of(None, workers, time_limit), chosen, memory_limit)


def _participants(
    sessions: Sequence[BidsSession],
    dataset: Path,
    out: Path,
    scheduler: Scheduler,
    chosen: Chosen,
    memory_mb: int | None,
) -> None:
    from pnst.cohort.bids.participants import measure_participants

    with cohort_progress() as (plan, watch):
        plan(len(sessions))
        done = measure_participants(sessions, dataset, out, scheduler, chosen, watch, memory_mb)
    for failure in list(done.failures.values())[:_SHOWN]:
        sys.stderr.write(visible(f"{NAME}: {' '.join(str(failure.error).split())}\n"))
    counts = f"{done.counts['made']} made, {done.counts['kept']} kept, {done.counts['failed']} failed"
    print_text(f"{counts}: {out}\nResearch software, not a medical device.")
    if done.failures:
        raise typer.Exit(1)


def _group(sessions: Sequence[BidsSession], dataset: Path, out: Path) -> None:
    from pnst.cohort.bids.group import collect_group

    level = collect_group(sessions, dataset, out)
    print_text(f"{len(sessions)} sessions, {len(level.lesions)} lesions, {len(level.failures)} failures: {out}")
    print_text("Research software, not a medical device.")
    if level.failures:
        raise typer.Exit(1)


def _check_level(level: str) -> None:
    if level not in (PARTICIPANT, GROUP):
        raise SettingError(
            "there is no such analysis level",
            got=level,
            expected=f"{PARTICIPANT} or {GROUP}, behind DATASET and OUT",
            remedy=f"{NAME} DATASET OUT {PARTICIPANT}",
        )
