"""A writer that is killed: the old or the new set, whole, every time, and nothing left behind. Witness: the disk.

This file is also the script that forks the writers: one that has imported everything once dies hundreds of times a
second. The moments are each call that changes the disk, before it and after it, and random ones.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CALLS = ("mkdir", "open", "fsync", "replace", "rename", "unlink", "rmdir", "pwrite", "truncate", "close")
"""What changes the disk, or what others see of a process."""
FOREIGN = "notes.txt"

Write = Callable[[Path, int], None]


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory where the system has one: a kill, unlike a power cut, asks nothing of the disk."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if os.access(shared, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("writer", "calls"), [("results", 50), ("file_set", 40), ("new_folder", 20)])
def test_kills_at_each_call_that_changes_the_disk(memory, writer, calls, every):
    assert count_of_kills(memory, writer, "calls", every) >= 2 * calls // every


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_kills_at_random_moments(memory, kills):
    assert count_of_kills(memory, "results", "random", kills) == kills


def test_the_search_can_find_a_mixture(memory):
    """Witness that it can say no: a writer that moves file by file into the folder leaves a mixture."""
    with pytest.raises(AssertionError, match="neither set"):
        count_of_kills(memory, "careless", "calls", 1)


def count_of_kills(folder: Path, writer: str, moments: str, number: int) -> int:
    words = [sys.executable, __file__, str(folder), writer, moments, str(number)]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return int(run.stdout.split()[-1])


# --- the script ------------------------------------------------------------------------------------------------------


def write_results_set(folder: Path, number: int) -> None:
    """A set whose names differ from one number to the next: some give way, some are new."""
    from pnst.io.results import write_results

    write_results(folder, texts(number))  # type: ignore[arg-type]


def texts(number: int) -> dict[str, str]:
    names = ["measurements.json", "report.html", "settings.toml", *(["assessment.json"] if number % 2 else [])]
    return {name: f"{name} {number}\n" * 50 for name in names}


def write_numbered_file_set(folder: Path, number: int) -> None:
    from pnst.io.file_set import write_file_set

    write_file_set(folder, {name: f"{name} {number}".encode() for name in ("a.json", "b.html", "c.csv")})


def write_new_folder(folder: Path, number: int) -> None:
    from pnst.io.atomic import atomic_folder

    with atomic_folder(folder / "study") as temporary:
        for name in ("t1", "t2"):
            (temporary / name).write_text(str(number))


def write_carelessly(folder: Path, number: int) -> None:
    for name in ("a.json", "b.html"):
        (folder / "draft").write_text(str(number))
        os.replace(folder / "draft", folder / name)


WRITERS: dict[str, Write] = {
    "results": write_results_set,
    "file_set": write_numbered_file_set,
    "new_folder": write_new_folder,
    "careless": write_carelessly,
}


def contents(folder: Path) -> dict[str, bytes]:
    """Every visible file."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    named = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    return {name: content for name, content in named.items() if ".pnst-" not in name and name != FOREIGN}


def prepare(folder: Path, writer: str) -> None:
    """The folder as the next run finds it: with a set, or for a new folder without."""
    if writer == "new_folder":
        for path in (folder / "study").glob("*"):
            path.unlink()
        if (folder / "study").exists():
            (folder / "study").rmdir()
    else:
        WRITERS[writer](folder, 0)


def whole_sets(folder: Path, writer: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The old set and the new one, as a writer leaves them that nobody kills."""
    prepare(folder, writer)
    old = contents(folder)
    WRITERS[writer](folder, 1)
    return old, contents(folder)


def recover(folder: Path, writer: str) -> None:
    """What the next run does before anything else."""
    from pnst.errors import PnstError
    from pnst.io.atomic import atomic_folder
    from pnst.io.output_folder import output_folder

    try:
        with atomic_folder(folder / "study") if writer == "new_folder" else output_folder(folder):
            raise PnstError("refused", got="", expected="", remedy="")
    except PnstError:
        pass


def killed_at_call(write: Write, folder: Path, call: int, after: int) -> bool:
    """Fork a writer that kills itself at a call; False where it has fewer."""
    child = os.fork()
    if child == 0:
        counter = itertools.count()
        for name in CALLS:
            setattr(os, name, dying(getattr(os, name), counter, call, after))
        write(folder, 1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL), f"the writer ended with status {status}"
    return status == signal.SIGKILL


def dying(function: Callable[..., object], counter: Iterator[int], call: int, after: int) -> Callable[..., object]:
    def die_or_do(*words: object, **named: object) -> object:
        last = next(counter) == call
        if last and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            return function(*words, **named)
        finally:
            if last:
                os.kill(os.getpid(), signal.SIGKILL)

    return die_or_do


def killed_at_random(write: Write, folder: Path, chance: random.Random) -> bool:
    """Fork a writer that writes again and again, and kill it."""
    child = os.fork()
    if child == 0:
        while True:
            write(folder, 1)
            write(folder, 0)
    time.sleep(chance.uniform(0.0, 0.03))
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def check(folder: Path, writer: str, old: dict[str, bytes], new: dict[str, bytes]) -> None:
    from pnst.io.output_folder import WRITING

    at_once = contents(folder)
    journal = (folder / WRITING / "journal").exists()
    assert journal or at_once in (old, new), f"neither set, and no journal: {sorted(at_once)}"
    recover(folder, writer)
    assert contents(folder) in (old, new), f"neither set after the next run: {sorted(contents(folder))}"
    assert (folder / FOREIGN).read_text() == "mine"
    left = [path.name for path in folder.rglob("*") if ".pnst-" in path.name]
    assert not left, f"left behind: {left}"


def main(folder: Path, writer: str, moments: str, number: int) -> int:
    """Kill a writer `number` times at random moments, or at every `number`th call; give how often it was killed."""
    (folder / FOREIGN).write_text("mine")
    old, new = whole_sets(folder, writer)
    chance = random.Random(14)
    for count in itertools.count():
        prepare(folder, writer)
        if moments == "calls":
            killed = killed_at_call(WRITERS[writer], folder, *divmod(count * number, 2))
        else:
            killed = count < number and killed_at_random(WRITERS[writer], folder, chance)
        check(folder, writer, old, new)
        if not killed:
            return count
    raise AssertionError("a writer without an end")


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
