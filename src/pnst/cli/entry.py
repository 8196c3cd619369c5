"""The door of the command line: runs a command and turns refusals into one line and exit status 2."""

from __future__ import annotations

import sys
from typing import Any

import typer

from pnst.cli.commands import app
from pnst.errors import PnstError, SettingError

UsageError: Any = typer.BadParameter.__bases__[0]
"""What every misuse of the command line is; typer carries its own click and exports only this child."""


def main() -> None:
    """Run the command line; refusals are one line on standard error and exit status 2."""
    try:
        status = app(standalone_mode=False)
    except PnstError as error:
        sys.exit(_refused(error))
    except typer.Abort:
        sys.exit(130)  # interrupted, as a shell says it
    except UsageError as error:
        if len(sys.argv) == 1:  # the message is the help itself
            sys.stderr.write(f"{error}\n")
            sys.exit(2)
        command = " ".join(["pnst", *sys.argv[1:2]]) if sys.argv[1] in _commands() else "pnst"
        expected = f"a command line as `{command} --help` describes it"
        message = error.format_message().rstrip(".")
        sys.exit(_refused(SettingError(message, got=" ".join(sys.argv[1:]), expected=expected, remedy="correct it")))
    sys.exit(status or 0)


def _commands() -> list[str]:
    return [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]


def _refused(error: PnstError) -> int:
    sys.stderr.write(f"pnst: {_one_line(str(error))}\n")
    return 2


def _one_line(text: str) -> str:
    return " ".join(text.split())
