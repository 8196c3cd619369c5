"""What an attack is made of: targets, inputs, and how each of them ends.

A format joins with a module of its own beside this one, `TARGETS` in it, its name in `MODULES`, and a test that calls
`attacked` for each of them. `python tests/robustness/attack.py [EVERY]` prints how many inputs end in each way.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np

MODULES = ("nifti_targets", "dicom_targets", "saved_targets", "model_targets", "word_targets")
ENDS = ("same", "refused", "noted", "other", "changed", "error", "slow")

MAX_SECONDS = 20
"""Of the processor's time: another's load is no hang. A reader that waits is given six times as long by the clock."""
MAX_BYTES = 3 << 30

Content = bytes | str
"""A file's bytes, or the word for what is no plain file: "pipe", "folder", or the path that a link leads to."""


@dataclass(frozen=True)
class Attack:
    """One input: the files that differ from the target's, by their path in its folder (None: missing)."""

    name: str
    files: Mapping[str, Content | None]
    detectable: bool = True
    """Whether a reader can know that it is damaged. Where it cannot, other values are no fault."""


@dataclass(frozen=True)
class Reading:
    """What a reader makes of a target: a digest of every value, and what it reports beside them."""

    digest: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """Files that are right, what reads them, and the attacks on them."""

    name: str
    files: Callable[[], Mapping[str, bytes]]
    read: Callable[[Path], Reading]
    attacks: Callable[[Mapping[str, bytes], np.random.Generator], Iterator[Attack]]


@dataclass(frozen=True)
class Outcome:
    """How one input ended: same, refused, noted, other, changed (in silence), error, slow."""

    attack: str
    end: str
    text: str = ""
    seconds: float = 0.0


def attacked(module: str, target: str, folder: Path, every: int, seed: int = 14) -> list[Outcome]:
    """The outcomes of every n-th attack on a target, in a process of its own with bounded memory.

    A process that dies takes the rest with it: its last input then is the last outcome, an error.
    """
    return _attacked(module, {target: folder}, every, seed)[target]


@cache
def attacked_together(module: str, every: int, seed: int = 14) -> Mapping[str, list[Outcome]]:
    """The same for all targets of a module, one after another in one process: that takes a second to start.

    A process that dies takes the targets after it with it.
    """
    with tempfile.TemporaryDirectory() as place:
        folders = {target.name: Path(place, str(n)) for n, target in enumerate(import_module(module).TARGETS)}
        for folder in folders.values():
            folder.mkdir()
        return _attacked(module, folders, every, seed)


def _attacked(module: str, folders: Mapping[str, Path], every: int, seed: int) -> Mapping[str, list[Outcome]]:
    for folder in folders.values():
        (folder / "outcomes").touch()
    places = json.dumps({name: str(folder) for name, folder in folders.items()})
    root = Path(__file__).resolve().parents[1]
    run = subprocess.run(
        [sys.executable, "-m", "robustness.worker", module, places, str(every), str(seed)],
        env={**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=3600,
    )
    last = list(folders)[-1]
    return {name: _outcomes(folder, run, name == last) for name, folder in folders.items()}


def _outcomes(folder: Path, run: subprocess.CompletedProcess[str], is_last: bool) -> list[Outcome]:
    log = (folder / "outcomes").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in log.splitlines()]
    outcomes = [Outcome(**line) for line in lines if "end" in line]
    if (run.returncode and is_last) or not lines or "end" not in lines[-1]:
        died = lines[-1]["attack"] if lines and "end" not in lines[-1] else "the process"
        outcomes.append(Outcome(died, "error", f"exit {run.returncode}: {run.stderr[-2000:]}"))
    return outcomes


def faults(outcomes: list[Outcome]) -> list[Outcome]:
    """What must not happen: another exception than a refusal, a hang, values that changed in silence."""
    return [outcome for outcome in outcomes if outcome.end in ("error", "slow", "changed")]


def counted(outcomes: list[Outcome]) -> Counter[str]:
    """How many inputs ended in each way."""
    return Counter(outcome.end for outcome in outcomes)


def print_table(every: int) -> None:
    """A line a target: its inputs, and how they end. The last three columns must be 0."""
    print(f"{'target':<24}{'inputs':>8}" + "".join(f"{end:>9}" for end in ENDS))
    total: Counter[str] = Counter()
    for module in (f"robustness.{name}" for name in MODULES):
        for target in import_module(module).TARGETS:
            with tempfile.TemporaryDirectory() as folder:
                count = counted(attacked(module, target.name, Path(folder), every))
            total += count
            print(line(target.name, count), flush=True)
    print(line("all", total))


def line(name: str, count: Counter[str]) -> str:
    return f"{name:<24}{count.total():>8}" + "".join(f"{count[end]:>9}" for end in ENDS)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    print_table(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
