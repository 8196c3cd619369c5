"""What is printed, and how: text, JSON, tables, progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from pnst.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from pnst.workflow import Case


def emit(text: str, out: Path | None) -> None:
    """Print a text, or write it into a file, whole or not at all. Raises `InputError` where it cannot be written."""
    if out is None:
        typer.echo(text)
        return
    from pnst.io.atomic import whole_file

    try:
        with whole_file(out) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write {out.name!r}",
            got=error.strerror or "a file that cannot be written",
            expected="the name of a file, in a folder that can be written",
            remedy="choose another file with --out",
        ) from error


def print_json(content: Any) -> None:
    """Print JSON that a person can read."""
    import json

    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def console() -> Console:
    """Where tables go: as wide as the terminal, 200 columns in a pipe."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 200)


def escaped(*cells: str) -> list[str]:
    """Texts from files, none of which is markup."""
    from rich.markup import escape

    return [escape(cell) for cell in cells]


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Say the stage on a terminal; stay quiet in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield lambda stage: status.update(escaped(stage)[0])


def show(case: Case, out: Path) -> None:
    """The table that answers the question, and where the rest is."""
    from rich.table import Table

    from pnst.reporting.summary import summarise

    terminal = console()
    for m, a in zip(case.measurements, case.assessments, strict=True):
        lesion = summarise(m, a)
        table = Table("what", "value", title=escaped(lesion.title)[0], title_justify="left")
        for name, value in lesion.rows:
            table.add_row(*escaped(name, value))
        terminal.print(table)
    terminal.print(escaped(f"report: {out / 'report.html'}")[0], soft_wrap=True)
    terminal.print("Research software, not a medical device.")
