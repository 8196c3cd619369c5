"""The door of the command line: runs a command and turns refusals into one line and exit status 2."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import Any, NoReturn

import typer

from pnst.cli.commands import app
from pnst.cli.terminal import visible
from pnst.ending import asked_to_end, ended_by_signals
from pnst.errors import InputError, PnstError, SettingError

UsageError: Any = typer.BadParameter.__bases__[0]
"""What every misuse of the command line is; typer carries its own click and exports only this child."""

INTERRUPTED, UNREAD = 128 + 2, 128 + 13
"""Exit statuses, as a shell says them: after Ctrl-C (SIGINT), and where nobody reads on, as in `| head` (SIGPIPE)."""
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EBADF}


def main() -> None:
    """Run `pnst`; refusals are one line on standard error and exit status 2."""
    run_program(app, "pnst", sys.argv[1:])


def run_program(program: Any, name: str, words: list[str]) -> NoReturn:
    """Run a program of this name, made with typer, with the words that stand behind it."""
    _write_every_text()
    with ended_by_signals():
        try:
            status = _status(program, name, words)
        except BaseException:  # whatever a library makes of an interrupt
            if asked_to_end() is None:
                raise
            status = INTERRUPTED
        number = asked_to_end()
        if number is not None:
            _leave(128 + number)
    sys.exit(status)


def _leave(status: int) -> NoReturn:
    """End here: libraries that were interrupted while they were imported do not survive Python's own end."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _status(program: Any, name: str, words: list[str]) -> int:
    try:
        status = _status_of_command(program, name, words)
        sys.stdout.flush()
    except BrokenPipeError:
        return _unread()
    except OSError as error:
        if error.errno not in _NO_ROOM:  # which only printing leaves to this place
            raise
        return _refused(_unprintable(error), name)
    return status


def _status_of_command(program: Any, name: str, words: list[str]) -> int:
    try:
        return program(args=words, prog_name=name, standalone_mode=False) or 0
    except PnstError as error:
        return _refused(error, name)
    except typer.Abort:
        return INTERRUPTED
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # typer makes it exit status 1
            raise end.__context__ from None
        raise
    except UsageError as error:
        if not words:  # the message is the help itself
            sys.stderr.write(f"{error}\n")
            return 2
        return _refused(_misuse(error, name, words), name)


def _misuse(error: Any, name: str, words: list[str]) -> SettingError:
    command = f"{name} {words[0]}" if name == "pnst" and words[0] in _commands() else name
    expected = f"a command line as `{command} --help` describes it"
    message = error.format_message().rstrip(".")
    got = " ".join(words).strip() or "an empty word"
    return SettingError(message, got=got, expected=expected, remedy="correct it")


def _commands() -> list[str]:
    return [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]


def _refused(error: PnstError, name: str) -> int:
    line = PnstError(error.what, got=error.got.strip() or "nothing", expected=error.expected, remedy=error.remedy)
    with suppress(OSError):
        sys.stderr.write(f"{name}: {visible(' '.join(str(line).split()))}\n")
    return 2


def _unread() -> int:
    """Leave quietly: what Python would still write at its end goes nowhere."""
    _discard_output()
    return UNREAD


def _unprintable(error: OSError) -> InputError:
    _discard_output()
    return InputError(
        "cannot print the answer",
        got=error.strerror or "an output that takes no text",
        expected="a terminal, a pipe or a file with room",
        remedy="print to another place, or write with --out DIR",
    )


def _discard_output() -> None:
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _write_every_text() -> None:
    """Print what the terminal's encoding lacks as `\\uXXXX` instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # a stream of a test or a notebook
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
