"""What is printed, and how: text, JSON, tables, progress."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import typer

_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but tab and newline, marks that turn the direction of writing, and halves of characters."""

if TYPE_CHECKING:
    from rich.console import Console

    from pnst.cohort.task import TaskOutcome
    from pnst.workflow import Case


def print_text(text: str) -> None:
    """Print a text, without what a terminal would obey."""
    typer.echo(visible(text))


def print_json(content: Any) -> None:
    """Print JSON that a person can read; what a terminal would obey is escaped, as JSON does it."""
    import json

    print_text(json.dumps(content, indent=2, ensure_ascii=False))


def visible(text: str) -> str:
    r"""A text with every control character but tab and newline, and every half of a character, as `\uXXXX`.

    >>> visible("T1 \x1b[31m\u202e")
    'T1 \\u001b[31m\\u202e'
    """
    return _OBEYED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def console() -> Console:
    """Where tables go: as wide as the terminal, 200 columns in a pipe."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 200)


def escaped(*cells: str) -> list[str]:
    """Texts from files, none of which is markup, or a command to the terminal."""
    from rich.markup import escape

    return [escape(visible(cell)) for cell in cells]


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Say the stage on a terminal; stay quiet in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield lambda stage: status.update(escaped(stage)[0])


@contextmanager
def cohort_progress() -> Iterator[tuple[Callable[[int], None], Callable[[TaskOutcome], None]]]:
    """A bar of cases on a terminal with what failed, the rate and the time left; quiet in a pipe.

    It is told how many there will be, then what became of each.
    """
    if not sys.stderr.isatty():
        yield lambda _: None, lambda _: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    counts = TextColumn("{task.fields[failed]} failed"), TextColumn("{task.fields[rate]}")
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *counts
    times = TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn()
    with Progress(*columns, *times, console=Console(stderr=True), speed_estimate_period=600) as bar:
        task = bar.add_task("starting", total=None, failed=0, rate="")
        failed, made, start = 0, 0, monotonic()

        def watch(outcome: TaskOutcome) -> None:
            nonlocal failed, made
            failed += outcome.state == "failed"
            made += outcome.state != "kept"
            rate = f"{60 * made / max(monotonic() - start, 1e-3):.1f} a minute" if made else ""
            text = escaped(f"{outcome.state} {outcome.task.name}")[0]
            bar.update(task, advance=1, description=text, failed=failed, rate=rate)

        yield lambda total: bar.update(task, total=total), watch


def print_counts(outcomes: Sequence[TaskOutcome], out: Path, index: str, failures: str) -> None:
    """How many cases were made, kept and failed, and where their tables are."""
    counts = Counter(outcome.state for outcome in outcomes)
    counts_text = f"{counts['made']} made, {counts['kept']} kept, {counts['failed']} failed"
    print_text(f"{counts_text}: {out / index}" + (f", {out / failures}" if counts["failed"] else ""))


def print_failures(case: Case) -> None:
    """One line on standard error for each lesion that failed, and exit status 1; nothing where none did."""
    for label, why in case.failures.items():
        sys.stderr.write(visible(f"pnst: lesion {label}: {' '.join(why.split())}\n"))
    if case.failures:
        raise typer.Exit(1)


def print_stored(objects: Sequence[Any]) -> None:
    """How many objects (`StoredObject`) a server stored; a line on standard error for each other, and exit status 1."""
    refused = [one for one in objects if one.refusal is not None]
    print_text(f"{len(objects) - len(refused)} of {len(objects)} objects stored")
    for one in objects:
        if one.warning is not None:
            print_text(f"{one.file}: {one.warning}")
    for one in refused:
        sys.stderr.write(visible(f"pnst: {one.file} was not stored: {one.refusal}\n"))
    if refused:
        raise typer.Exit(1)


def print_rows(title: str, rows: Sequence[tuple[str, str, str]]) -> None:
    """A table of what, its value, and what casts doubt on it, where anything does."""
    from rich.table import Table

    doubtful = any(doubt for _, _, doubt in rows)
    heads = ("what", "value", *(["what casts doubt on it"] if doubtful else []))
    table = Table(*heads, title=escaped(title)[0], title_justify="left")
    for row in rows:
        table.add_row(*escaped(*row[: len(heads)]))
    console().print(table)


def print_table(title: str, rows: Sequence[Sequence[str]]) -> None:
    """A table whose first row is its head; nothing where there is none."""
    if not rows:
        return
    from rich.table import Table

    table = Table(*escaped(*rows[0]), title=escaped(title)[0], title_justify="left")
    for row in rows[1:]:
        table.add_row(*escaped(*row))
    console().print(table)


def print_case(case: Case, out: Path | None) -> None:
    """The table that answers the question, and where the rest is, if it was written."""
    from pnst import workflow

    print_table(f"{case.study.case_id}: all lesions, the most suspicious first", workflow.burden_rows(case))
    for lesion in workflow.summaries(case):
        print_rows(lesion.title, lesion.rows)
    terminal = console()
    if out is not None:
        terminal.print(escaped(f"report: {out / 'report.html'}")[0], soft_wrap=True)
    terminal.print("Research software, not a medical device.")
