"""What a cohort costs besides its measurements, and what it survives.

python benchmarks/cohort.py plan --cases 10000       # from a table to tasks, nothing measured
python benchmarks/cohort.py resume --cases 500       # measure once, then run again; memory of the parent
python benchmarks/cohort.py workers --cases 24       # two workers against one
python benchmarks/cohort.py kills --rounds 50        # kill -9 of workers and parent at random moments

The studies are small simulated balls, measured without intervals and pages: the overhead shows best on them.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import numpy as np

import pnst
from pnst.cohort.cohort_table import read_cohort_table
from pnst.cohort.measuring import Chosen, measure_case, task_of
from pnst.study import Source

SETTINGS = "[measure.uncertainty]\nrepetitions = 0\n"
TABLES = ("lesions.csv", "lesions.parquet")


def write_studies(folder: Path, count: int, studies: int = 12) -> Path:
    """A table of so many cases over a few studies."""
    grid = pnst.Grid((44, 40, 11), np.diag([0.9, 1.0, 3.0, 1.0]))
    middle = grid.to_world(np.array([[21.5, 19.5, 5.0]]))
    away = np.linalg.norm(grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1).reshape(-1, 3)) - middle, axis=1)
    for number in range(studies):
        rng = np.random.default_rng(number)
        ball = (away < 7 + number / 3).reshape(grid.shape)
        voxels = (300 + 60 * ball + rng.normal(0, 8, grid.shape)).astype(np.float32)
        voxels[:8] += 500
        series = pnst.Series(pnst.Role.T1, pnst.Volume(voxels, grid), Source("simulated", ""))
        study = pnst.Study(f"s{number}", {pnst.Role.T1: series})
        pnst.write_study(study, folder / f"s{number}", lesions=[pnst.Lesion("1", pnst.Mask(ball, grid), "simulation")])
    rows = (
        f"c{n:07d},s{n % studies},s{n % studies}/lesion.nii.gz,{'MPNST' if n % 2 else 'none'}" for n in range(count)
    )
    (folder / "fast.toml").write_text(SETTINGS)
    (folder / "cohort.csv").write_text("case,study,lesion,diagnosis\n" + "\n".join(rows) + "\n")
    return folder / "cohort.csv"


def run(table: Path, out: Path, workers: int) -> float:
    """Seconds of one run, by the command."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "pnst", "cohort", table, "--out", out, "--workers", str(workers), "--no-pages"]
    subprocess.run([*command, "--settings", table.with_name("fast.toml")], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def plan(folder: Path, cases: int) -> None:
    """From the table to every task with its key, as a run does it before the first case."""
    table = write_studies(folder, cases)
    start = time.perf_counter()
    cohort = read_cohort_table(table)
    chosen = Chosen()
    keys = {task_of(case, cohort.root, chosen).key(measure_case) for case in cohort.cases()}
    print(f"planning {cases} cases: {time.perf_counter() - start:.1f} s, {len(keys)} keys")


def resume(folder: Path, cases: int) -> None:
    """A first run, the same again, and the parent's greatest memory in each."""
    table, out = write_studies(folder, cases), folder / "out"
    for name in ("measured", "finished, run again"):
        seconds = run(table, out, 2)
        peak_mb = _peak_of_parent(table, out) if name != "measured" else float("nan")
        print(f"{cases} cases, {name}: {seconds:.1f} s; parent's peak {peak_mb:.0f} MB")


def _peak_of_parent(table: Path, out: Path) -> float:
    code = "import sys; from pnst.cli import main; sys.argv[0] = 'pnst'; main()"
    command = [sys.executable, "-c", code, "cohort", table, "--out", out, "--no-pages"]
    process = subprocess.Popen(
        [*command, "--settings", table.with_name("fast.toml")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, usage = os.wait4(process.pid, 0)
    return usage.ru_maxrss / 1024


def workers(folder: Path, cases: int) -> None:
    """Two workers against one."""
    table = write_studies(folder, cases)
    one, two = (run(table, folder / f"out{number}", number) for number in (1, 2))
    same = all((folder / "out1" / name).read_bytes() == (folder / "out2" / name).read_bytes() for name in TABLES)
    print(f"{cases} cases: {one:.1f} s with one worker, {two:.1f} s with two: {one / two:.2f} ×; same bytes: {same}")


def kills(folder: Path, cases: int, rounds: int, seed: int = 1) -> None:
    """Rounds that are killed at random, each followed by nothing; then one in peace, against one that never was."""
    table, rng, killed = write_studies(folder, cases), random.Random(seed), 0
    run(table, folder / "undisturbed", 2)
    command = [sys.executable, "-m", "pnst", "cohort", table, "--out", folder / "out", "--workers", "2", "--no-pages"]
    for number in range(rounds):
        process = subprocess.Popen(
            [*command, "--settings", table.with_name("fast.toml")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(rng.uniform(0.3, 5.0))
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        victims = [int(word) for word in children.read_text().split()] if children.exists() else []
        with suppress(ProcessLookupError):
            os.kill(rng.choice([*victims, process.pid]), signal.SIGKILL)
            killed += 1
        if number % 2:
            process.kill()
        process.wait()
        if number % 10 == 9:  # begin again, so that there is always something to be disturbed
            subprocess.run(["rm", "-rf", folder / "out"], check=True)
    seconds = run(table, folder / "out", 2)
    same = all((folder / "out" / name).read_bytes() == (folder / "undisturbed" / name).read_bytes() for name in TABLES)
    print(f"{rounds} rounds, {killed} kills; the last run took {seconds:.1f} s; tables the same bytes: {same}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["plan", "resume", "workers", "kills"])
    parser.add_argument("--cases", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=50)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        if asked.what == "kills":
            kills(Path(place), asked.cases, asked.rounds)
        else:
            {"plan": plan, "resume": resume, "workers": workers}[asked.what](Path(place), asked.cases)
    print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at its peak")


if __name__ == "__main__":
    main()
