"""Time and memory of the main job on a real sarcoma: `pnst run` as a whole, and stage by stage.

python benchmarks/run_sarcoma.py [DATA] [--repeats 3] [--markdown]     # DATA holds sts001_raw; default: $PNST_DATA

Each repeat is a fresh process; the table shows medians. Processor seconds are those of all threads.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tables import machine, markdown, write_section

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
Times = dict[str, tuple[float, float]]
"""Stage → wall and processor seconds."""


def whole(study: Path, contours: Path) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak memory in MiB of one `pnst run`."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "pnst", "run", str(study), "--lesion", f"{contours}:GTV_Mass", "--out", out]
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"pnst run ended with status {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def staged(study: Path, contours: Path) -> Times:
    """Times of the stages, from a process of its own."""
    command = [sys.executable, __file__, "--stages", str(study), str(contours)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(result.stdout))


def stages(study: Path, contours: Path) -> Times:
    """Run the stages of the main job in this process, each timed; the families of the measuring stage one by one."""
    times: Times = {}

    def timed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            wall, cpu = time.perf_counter(), time.process_time()
            try:
                return call(*arguments)
            finally:
                times[name] = time.perf_counter() - wall, time.process_time() - cpu

        return run

    def load() -> Any:
        from pnst import workflow

        return workflow

    workflow = timed("import", load)()
    import pnst.measurement.measure as measuring

    measuring.FAMILIES = tuple((name, timed(f"measure {name}", call)) for name, call in measuring.FAMILIES)
    request = workflow.CaseInputs(study, contours, "GTV_Mass")
    settings = workflow.RunSettings()
    case = timed("read", workflow.read_case)(request)
    timed("lesion surface", lambda: case.lesions[0].mesh)()
    case = workflow.measure_case(case, request, settings)
    case = timed("assess", workflow.assess_case)(case, request, settings)
    page = timed("report", workflow.report_case)(case)
    with tempfile.TemporaryDirectory() as out:
        timed("write", workflow.write_case)(case, page, settings, Path(out))
    return times


def report(study: Path, contours: Path, repeats: int) -> str:
    """Medians over the repeats, as Markdown."""
    runs = [whole(study, contours) for _ in range(repeats)]
    wall, cpu, memory = (statistics.median(values) for values in zip(*runs, strict=True))
    parts = [staged(study, contours) for _ in range(repeats)]
    rows: list[tuple[str, str, str]] = []
    for stage in parts[0]:
        seconds = zip(*(part[stage] for part in parts), strict=True)
        rows.append((stage, *(f"{statistics.median(values):.2f}" for values in seconds)))
    rows.append(("**`pnst run`, whole process**", f"**{wall:.2f}**", f"**{cpu:.2f}**"))
    table = markdown(("stage", "wall (s)", "processor (s)"), rows)
    walls = ", ".join(f"{run[0]:.1f}" for run in runs)
    return (
        f"Medians of {repeats} fresh processes; peak memory {memory:.0f} MiB; wall times {walls} s. "
        f"{machine()}, OMP_NUM_THREADS {os.environ.get('OMP_NUM_THREADS', 'unset')}.\n\n{table}"
    )


def main() -> None:
    if len(sys.argv) == 4 and sys.argv[1] == "--stages":
        print(json.dumps(stages(Path(sys.argv[2]), Path(sys.argv[3]))))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=Path(os.environ.get("PNST_DATA", BESIDE)))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    options = parser.parse_args()
    study = options.data / "sts001_raw" / "dicom"
    contours = sorted((study / "MR_T1" / "mask").glob("*.dcm"))
    if not contours:
        print("skipped: the real data is not here (set PNST_DATA to its folder)")
        return
    text = report(study, contours[0], options.repeats)
    print(text)
    if options.markdown:
        write_section("run_sarcoma", text)


if __name__ == "__main__":
    main()
