"""A command of another program: run word by word to its end, with what it wrote on standard error kept."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from pnst.errors import InputError

LAST_LINES, LAST_BYTES = 5, 2000
"""Of what the command writes on standard error, in a message (ours)."""

Refusal = Callable[[str, str, str], InputError]
"""What was got, what was expected, the remedy → the error that says what the command was for."""


def run_command(
    command: Sequence[str],
    errors: IO[bytes],
    time_limit_s: float,
    limit_setting: str,
    refusal: Refusal,
    folder: Path | None = None,
) -> None:
    """Run a command to its end, in `folder` (None: where pnst was started). Both its outputs go where `errors` says,
    standard output only where it has a folder of its own.

    Raises what `refusal` makes where it cannot be started, fails, or takes longer than its limit: it is ended then,
    with what it started.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own command, word by word and without a shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if folder is None else errors,
            stderr=errors,
            cwd=folder,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "a word that no command can have"
        raise refusal(f"{command[0]!r}: {reason}", "a program that is installed", "correct its name") from error
    try:
        status = process.wait(time_limit_s)
    except subprocess.TimeoutExpired as error:
        late = f"no answer within {time_limit_s:g} s{last_words(errors)}"
        raise refusal(late, "an answer in time", f"raise {limit_setting}") from error
    finally:
        _end(process)
    if status:
        raise refusal(f"exit status {status}{last_words(errors)}", "exit status 0", "run the command by itself")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command that still runs, and what it started."""
    if process.poll() is None:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()
        process.wait()


def last_words(errors: IO[bytes]) -> str:
    """The last lines that it wrote, on one line; "" where there are none."""
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - LAST_BYTES))
    lines = [line.strip() for line in errors.read().decode(errors="replace").splitlines() if line.strip()]
    text = " / ".join(lines[-LAST_LINES:])
    return f": {text[-300:]}" if text else ""
