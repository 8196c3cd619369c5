"""`pnst-bids` as its users call it, in this process or in one of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from command_line import CommandResult, pnst
from pnst.cli.bids_app import main

PROGRAM = "import sys; sys.argv[0] = 'pnst-bids'; from pnst.cli.bids_app import main; main()"


def bids(*words: object) -> CommandResult:
    return pnst(*words, program=main)


def started(*words: object) -> subprocess.Popen[str]:
    """The program in a process of its own, as in a container for itself."""
    command = [sys.executable, "-c", PROGRAM, *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def seen(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file's bytes and time, and every folder's time."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes() if path.is_file() else b"", path.stat().st_mtime_ns)
        for path in (folder, *folder.rglob("*"))
    }


def derived(out: Path) -> dict[str, bytes]:
    """The derivatives, without what pnst keeps for itself."""
    files = (path for path in out.rglob("*") if path.is_file())
    names = {path.relative_to(out).as_posix(): path for path in files}
    return {name: path.read_bytes() for name, path in names.items() if not name.startswith(".pnst/")}
