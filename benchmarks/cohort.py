"""What a cohort costs besides its measurements, and what it survives.

python benchmarks/cohort.py plan --cases 10000       # from a table to tasks, nothing measured
python benchmarks/cohort.py memory --cases 500       # the parent's greatest memory at 50 cases and at 500; bytes a case
python benchmarks/cohort.py resume --cases 500       # a finished cohort run again
python benchmarks/cohort.py workers --cases 24       # two workers against one
python benchmarks/cohort.py kills --rounds 50        # kill -9 of workers and parent at random moments
python benchmarks/cohort.py scheduler --cases 2000   # tasks a second that a Dask scheduler hands out; nothing measured
python benchmarks/cohort.py pages --cases 6          # bytes of a case with its page and without

The studies are small simulated balls, measured without intervals and pages: the overhead shows best on them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import numpy as np

import pnst
from pnst.cohort.cohort_table import read_cohort_table
from pnst.cohort.measuring import Chosen, measure_case, task_of
from pnst.cohort.run import RECORD, Make, row_of
from pnst.cohort.run_cohort import measure_cohort
from pnst.cohort.task import Row, Task
from pnst.settings import RunSettings
from pnst.study import Source

SETTINGS = "[measure.uncertainty]\nrepetitions = 0\n"
TABLES = ("lesions.csv", "lesions.parquet")


def write_studies(folder: Path, count: int, studies: int = 12) -> Path:
    """A table of so many cases over a few studies, which are simulated where they are not there."""
    if (folder / "fast.toml").exists():
        return _write_table(folder, count, studies)
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
    (folder / "fast.toml").write_text(SETTINGS)
    return _write_table(folder, count, studies)


def _write_table(folder: Path, count: int, studies: int) -> Path:
    rows = (
        f"c{n:07d},s{n % studies},s{n % studies}/lesion.nii.gz,{'MPNST' if n % 2 else 'none'}" for n in range(count)
    )
    (folder / "cohort.csv").write_text("case,study,lesion,diagnosis\n" + "\n".join(rows) + "\n")
    return folder / "cohort.csv"


RUN = """
import sys
sys.path.insert(0, {benchmarks!r})
from cohort import peak_mb
from pnst.cli import main
try:
    main()
finally:
    sys.stderr.write(f"{{peak_mb()}}")
"""
"""The command, which says its own greatest memory last: what `wait4` tells counts its workers in."""


def peak_mb() -> float:
    """The greatest memory of this process by itself, on Linux."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def run(table: Path, out: Path, workers: int, *options: str) -> tuple[float, float, float]:
    """Seconds of one run by the command, those of processors, and the greatest memory of its parent in MB."""
    start, before = time.perf_counter(), os.times()
    words = ["cohort", table, "--out", out, "--workers", str(workers), "--settings", table.with_name("fast.toml")]
    command = [sys.executable, "-c", RUN.format(benchmarks=str(Path(__file__).parent)), *map(str, words)]
    done = subprocess.run([*command, *(options or ("--no-pages",))], check=True, capture_output=True, text=True)
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    print(done.stdout.split(":")[0], end=": ")
    return time.perf_counter() - start, processor, float(done.stderr.split()[-1])


def size_of(folder: Path) -> int:
    """Bytes on disk of all files below, in whole blocks as the file system counts them."""
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())


def plan(folder: Path, cases: int) -> None:
    """From the table to every task with its key, as a run does it before the first case."""
    table = write_studies(folder, cases)
    start = time.perf_counter()
    cohort = read_cohort_table(table)
    chosen = Chosen()
    keys = {task_of(case, cohort.root, chosen).key(measure_case) for case in cohort.cases()}
    print(f"planning {cases} cases: {time.perf_counter() - start:.1f} s, {len(keys)} keys")


def forked(make: Make, tasks: Iterable[Task]) -> Iterator[tuple[Task, Row]]:
    """A scheduler whose workers are copies of the parent: they import nothing, which is most of a small case's time."""
    for task in tasks:
        child = os.fork()
        if not child:
            make(task)
            os._exit(0)
        os.waitpid(child, 0)
        yield task, row_of(make.args[1] / task.name)


def once(folder: Path, cases: int) -> None:
    """A cohort measured by `forked`, and the greatest memory of this process, which is the parent."""
    table, start = write_studies(folder, cases), time.perf_counter()
    chosen = Chosen(RunSettings.from_toml(table.with_name("fast.toml")), pages=False)
    cohort = read_cohort_table(table)
    with tempfile.TemporaryDirectory() as place:  # so that everything is imported
        measure_case(task_of(next(cohort.cases()), cohort.root, chosen).order, Path(place))
    done = measure_cohort(cohort, folder / f"out{cases}", forked, chosen)
    print(f"{cases} cases: {time.perf_counter() - start:.0f} s, {dict(done.counts)}; parent's peak {peak_mb():.1f} MB")


def memory(folder: Path, cases: int, few: int = 50) -> None:
    """The parent's greatest memory over few cases and over many, each in a parent of its own; bytes of a case."""
    for count in (few, cases):
        command = [sys.executable, __file__, "once", "--cases", str(count), "--folder", folder]
        subprocess.run(command, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    out = folder / f"out{cases}"
    parts, tables = size_of(out / "parts") / cases, sum((out / name).stat().st_size for name in TABLES) / cases
    print(f"a case without a page: {parts / 1000:.0f} kB in its folder, {tables / 1000:.1f} kB in the tables")


def resume(folder: Path, cases: int, studies: int = 12) -> None:
    """A finished cohort run again; a few cases are measured, the others have their records under keys of their own."""
    subprocess.run([sys.executable, __file__, "once", "--cases", str(studies), "--folder", folder], check=True)
    table, out = write_studies(folder, cases), folder / f"finished{cases}"
    cohort, chosen = read_cohort_table(table), Chosen(RunSettings.from_toml(table.with_name("fast.toml")), pages=False)
    for number, case in enumerate(cohort.cases()):
        measured = folder / f"out{studies}" / "parts" / f"c{number % studies:07d}" / RECORD
        record = json.loads(measured.read_text())
        record["row"]["lesions"] = [row | {"case": case.name} for row in record["row"]["lesions"]]
        record["key"] = task_of(case, cohort.root, chosen).key(measure_case)
        (out / "parts" / case.name).mkdir(parents=True, exist_ok=True)
        (out / "parts" / case.name / RECORD).write_text(json.dumps(record))
    seconds, processor, peak = run(table, out, 1)
    print(f"{cases} finished cases, run again: {seconds:.1f} s, {processor:.1f} s of processor; peak {peak:.0f} MB")


def pages(folder: Path, cases: int) -> None:
    """Bytes of a case with its page and without."""
    table = write_studies(folder, cases)
    for option in ("--pages", "--no-pages"):
        out = folder / f"out{option}"
        seconds, *_ = run(table, out, 1, option)
        kb = size_of(out / "parts") / cases / 1000
        print(f"{option}: {kb:.0f} kB and {seconds / cases:.1f} s a case, {cases} cases, one worker")


def nothing(number: int) -> int:
    """A task that takes no time."""
    return number


def scheduler(folder: Path, cases: int, threads: int = 4) -> None:
    """Tasks that take no time through a Dask scheduler on this machine, given out as those of a cohort are."""
    from distributed import Client, LocalCluster, as_completed

    from pnst.cohort.cluster import WAITING_PER_THREAD

    place = {"n_workers": 1, "threads_per_worker": threads, "dashboard_address": None, "local_directory": str(folder)}
    with LocalCluster(**place) as cluster, Client(cluster) as client:
        start, numbers = time.perf_counter(), iter(range(cases))
        first = [client.submit(nothing, next(numbers), pure=False) for _ in range(WAITING_PER_THREAD * threads)]
        running = as_completed(first)
        for future in running:
            future.result()
            for number in islice(numbers, 1):
                running.add(client.submit(nothing, number, pure=False))
        seconds = time.perf_counter() - start
    print(f"{cases} tasks in {seconds:.1f} s: {cases / seconds:.0f} a second")


def workers(folder: Path, cases: int) -> None:
    """Two workers against one."""
    table = write_studies(folder, cases)
    one, two = (run(table, folder / f"out{number}", number)[0] for number in (1, 2))
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
    seconds, *_ = run(table, folder / "out", 2)
    same = all((folder / "out" / name).read_bytes() == (folder / "undisturbed" / name).read_bytes() for name in TABLES)
    print(f"{rounds} rounds, {killed} kills; the last run took {seconds:.1f} s; tables the same bytes: {same}")


WHAT = {each.__name__: each for each in (plan, once, memory, resume, pages, workers, scheduler)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=[*WHAT, "kills"])
    parser.add_argument("--cases", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = asked.folder or Path(place)
        if asked.what == "kills":
            kills(folder, asked.cases, asked.rounds)
        else:
            WHAT[asked.what](folder, asked.cases)
    print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at its peak")


if __name__ == "__main__":
    main()
