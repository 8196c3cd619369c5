"""`pnst cohort`: the table of a cohort from a folder, and all its cases measured."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from pnst.cli.arguments import only_folder, settings_of
from pnst.cli.commands import app
from pnst.cli.options import (
    AlignOption,
    BiasOption,
    EvidenceOption,
    ModelOption,
    OwnEvidenceOption,
    PriorOption,
    SettingsOption,
)
from pnst.cli.terminal import cohort_progress, print_table, print_text, progress
from pnst.errors import SettingError

if TYPE_CHECKING:
    from pnst.cohort.run import Scheduler


class _RunsByDefault(TyperGroup):
    """`pnst cohort TABLE …` means `pnst cohort run TABLE …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The words, with the command that is meant where none is named."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["run", *args]
        return super().parse_args(ctx, args)


cohorts = typer.Typer(
    cls=_RunsByDefault,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure many cases into one table: `pnst cohort init FOLDER`, look the table over, `pnst cohort TABLE --out "
    "DIR`. Not a medical device.",
)
app.add_typer(cohorts, name="cohort")


@cohorts.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Studies: DICOM trees, a BIDS dataset, or folders of NIfTI files.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="The table to write.")] = Path("cohort.csv"),
) -> None:
    """Write the table of a cohort from what a folder holds, for a person to look over. Nothing is measured.

    Look at the column `check`, choose a lesion where several files could be one, and add what you know: `diagnosis`,
    `age`, `nf1`, `location`, and columns of your own.

    Example: pnst cohort init data/ --out cohort.csv
    """
    from pnst.cohort.source import write_listing

    with progress() as say:
        rows = write_listing(folder, out, say)
    notes = [(row["case"], row["check"]) for row in rows if row["check"]]
    if notes:
        print_table("to look at", [("case", "what to check"), *notes[:_SHOWN]])
    if len(notes) > _SHOWN:
        print_text(f"… and {len(notes) - _SHOWN} more to look at")
    print_text(f"{len(rows)} cases, {len(notes)} to look at: {out}")


_SHOWN = 20
"""Notes that are printed; the table has them all."""


@cohorts.command()
def run(
    cohort: Annotated[
        Path,
        typer.Argument(
            help="A table (CSV or Parquet: case, study, lesion, …), a BIDS dataset, or a folder of studies."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the cohort's results.")],
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Processes on this machine (default: one a core).")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="tcp://HOST:PORT", help="Run on a Dask cluster instead (pnst[cluster])."),
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", metavar="SECONDS", help="A case that takes longer fails.")
    ] = None,
    memory_limit: Annotated[
        int | None, typer.Option("--memory-limit", metavar="MB", help="A case that needs more memory fails (Linux).")
    ] = None,
    pages: Annotated[bool, typer.Option("--pages/--no-pages", help="A report for each case (default: yes).")] = True,
    model: ModelOption = None,
    evidence: EvidenceOption = None,
    own_evidence: OwnEvidenceOption = None,
    prior: PriorOption = None,
    settings: SettingsOption = None,
    align: AlignOption = None,
    bias: BiasOption = None,
) -> None:
    """Measure and score every case: lesions.csv, lesions.parquet, failures.csv, index.html, and a folder a case.

    Running it again measures only what is missing, or whose files, settings or code have changed. A case that fails is
    a row of failures.csv (exit status 1), and is tried again the next time.

    Example: pnst cohort cohort.csv --out results/
    """
    from pnst.cohort.measuring import Chosen
    from pnst.cohort.run_cohort import measure_cohort
    from pnst.cohort.source import read_cohort

    chosen = Chosen(
        settings=settings_of(settings, prior, bias, align),
        model=model,
        evidence=tuple(evidence or ()),
        own_evidence=own_evidence,
        pages=pages,
    )
    planned, place = read_cohort(cohort), only_folder(out)
    check_limits(time_limit, memory_limit)
    where = scheduler_of(scheduler, workers, time_limit)
    try:
        with cohort_progress() as (plan, watch):
            plan(planned.count)
            done = measure_cohort(planned, place, where, chosen, watch, memory_limit)
    except KeyboardInterrupt:
        sys.stderr.write("pnst: stopped; finished cases are kept: run the same command again to go on\n")
        raise
    counts = f"{done.counts['made']} made, {done.counts['kept']} kept, {done.counts['failed']} failed"
    print_text(f"{counts}: {place / 'lesions.csv'}, {place / 'index.html'}")
    if done.failures:
        print_text(f"what failed, and why: {place / 'failures.csv'}")
    print_text("Research software, not a medical device.")
    if done.failures:
        raise typer.Exit(1)


def scheduler_of(address: str | None, workers: int | None, limit_s: float | None) -> Scheduler:
    """Where the cases are made. Raises `SettingError` for a number of workers that says nothing."""
    from pnst.cohort.run import on_this_machine
    from pnst.cohort.workers import cores

    if workers is not None and (workers < 1 or address is not None):
        raise SettingError(
            "--workers is not usable",
            got=f"{workers} with --scheduler" if address else str(workers),
            expected="1 or more, on this machine",
            remedy="correct it, or leave it out",
        )
    if address is None:
        return on_this_machine(workers or cores(), limit_s)
    from pnst.cohort.cluster import on_cluster

    return on_cluster(address, limit_s)


def check_limits(time_limit: float | None, memory_limit: int | None) -> None:
    """Raise `SettingError` for a limit that nothing keeps."""
    for option, value in (("--time-limit", time_limit), ("--memory-limit", memory_limit)):
        if value is not None and not value > 0:
            raise SettingError(
                f"{option} is not usable",
                got=str(value),
                expected="more than 0",
                remedy="correct it, or leave it out: then there is no limit",
            )
