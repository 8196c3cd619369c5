"""The command that tells what is installed."""

from __future__ import annotations

from typing import Annotated

import typer

from pnst.cli.commands import app
from pnst.cli.terminal import console, escaped, print_json


@app.command()
def doctor(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say what is installed here: Python, pnst and its libraries, optional parts, and the outside programs on the path.

    It names no path and no user, so that it may be sent with a question.
    """
    from rich.table import Table

    from pnst import workflow

    installation = workflow.examine()
    if json:
        print_json(installation.to_dict())
        return
    table = Table("what", "version", "for")
    for row in installation.rows():
        table.add_row(*escaped(*row))
    console().print(table)
