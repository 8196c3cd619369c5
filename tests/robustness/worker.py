"""The process that reads attacked inputs, one after another, and writes down how each ended."""

from __future__ import annotations

import importlib
import json
import os
import resource
import shutil
import signal
import sys
import time
import warnings
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import TextIO

import numpy as np

from pnst.errors import PnstError
from robustness.attack import MAX_BYTES, MAX_SECONDS, Attack, Content, Outcome, Reading, Target


class Overdue(BaseException):
    """The time is up; no reader may swallow it."""


def main(module: str, places: str, every: str, seed: str) -> None:
    """Attack targets of a module, each in its folder."""
    targets: dict[str, Target] = {target.name: target for target in importlib.import_module(module).TARGETS}
    for name, place in json.loads(places).items():
        attack_one(targets[name], place, every, seed)


def attack_one(target: Target, place: str, every: str, seed: str) -> None:
    """Read every n-th attack on a target; a line is written before each and one after it."""
    files, folder = target.files(), Path(place) / "input"
    lay_out(folder, files)
    truth = target.read(folder)
    if target.read(folder) != truth:
        raise RuntimeError("the target itself is read in two ways")
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    for alarm in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(alarm, overdue)
    attacks = islice(target.attacks(files, np.random.default_rng(int(seed))), 0, None, int(every))
    with (Path(place) / "outcomes").open("a", encoding="utf-8") as log:
        for attack in attacks:
            write(log, {"attack": attack.name})
            lay_out(folder, {**files, **attack.files})
            write(log, outcome(target, attack, folder, truth).__dict__)


def outcome(target: Target, attack: Attack, folder: Path, truth: Reading) -> Outcome:
    """How reading one input ends."""
    start = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, MAX_SECONDS)
    signal.alarm(6 * MAX_SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            reading = target.read(folder)
        end, text = verdict(reading, truth, attack), "; ".join(reading.notes)
    except PnstError as refusal:
        end, text = ("refused", str(refusal)) if len(str(refusal)) < 1000 else ("error", f"too long: {refusal}")
        if str(folder) in text or "\n" in text:
            end = "error"
    except Overdue:
        end, text = "slow", f"over {MAX_SECONDS} s"
    except BaseException as error:
        end, text = "error", f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
    return Outcome(attack.name, end, text[:500], round(time.process_time() - start, 3))


def verdict(reading: Reading, truth: Reading, attack: Attack) -> str:
    """Whether values that were read are the undamaged ones, and if not whether that was told."""
    if reading.digest == truth.digest:
        return "same"
    if set(reading.notes) - set(truth.notes):
        return "noted"
    return "changed" if attack.detectable else "other"


def lay_out(folder: Path, files: Mapping[str, Content | None]) -> None:
    """Make the folder anew with these files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    replaced = tuple(f"{name}/" for name, content in files.items() if not isinstance(content, bytes))
    for name, content in files.items():
        if name.startswith(replaced):
            continue  # what lay in a folder whose place something else takes
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        elif content == "pipe":
            os.mkfifo(file)
        elif content == "folder":
            file.mkdir()
        elif content is not None:
            file.symlink_to(content)


def overdue(number: int, frame: FrameType | None) -> None:
    raise Overdue


def write(log: TextIO, line: dict[str, object]) -> None:
    log.write(json.dumps(line) + "\n")
    log.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
