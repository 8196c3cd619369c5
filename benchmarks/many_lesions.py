"""Many tumours in one whole-body study, as in neurofibromatosis: time, memory, and errors against closed forms.

python benchmarks/many_lesions.py [--counts 1 5 15 60] [--alone 8] [--run] [--markdown]

Ellipsoids of 15–60 mm in muscle and subcutis, each third pair touching or 25 mm apart, a few in oedema. Each count is a
study and a process of its own; intervals are off. `--alone` measures so many again, each in a study in which it is the
only one; `--run` times `pnst run` on the study as NIfTI with one label map.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tables import machine, markdown, write_section

import pnst
from pnst.image import Grid, Mask, Volume
from pnst.study import Lesion, Role, Series, Source, Study

Array = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]

BODY_MM = (205.0, 145.0, 270.0)
"""Semi-axes of the body's section, and half its length: 32 litres."""
SUBCUTIS_MM = 14.0
LEVELS = {Role.T1: (300.0, 1000.0), Role.T2_FS: (110.0, 60.0), Role.T1_POST: (310.0, 980.0)}
"""Muscle and fat."""
TUMOUR = {Role.T1: (320.0, 380.0), Role.T2_FS: (400.0, 700.0), Role.T1_POST: (480.0, 850.0)}
"""The dullest and the brightest tumour."""
OEDEMA = {Role.T1: 300.0, Role.T2_FS: 300.0, Role.T1_POST: 325.0}
NOISE = 12.0
GRIDS = {
    Role.T1: ((512, 512, 120), (0.90, 0.92, 5.0), (2.0, -3.0, 1.5), (0.3, -0.2, 0.4)),
    Role.T2_FS: ((512, 508, 120), (0.93, 0.91, 4.95), (2.0, -3.0, 1.5), (-0.4, 0.1, -0.3)),
    Role.T1_POST: ((508, 512, 120), (0.91, 0.90, 5.05), (2.4, -2.7, 1.2), (0.1, 0.4, 0.2)),
}
"""Shape, spacing in mm, turn in degrees, and how many voxels the body lies off the middle."""
DRAWN_ON = Role.T2_FS
CLUSTERS = (None, None, 0.0, None, None, 25.0, None)
"""Gap in mm between the two tumours of a pair; None: one alone. Over and over."""
LEAST_GAP_MM = 25.0
SUBSAMPLES = (3, 3, 5)
"""A voxel's share of a tumour is counted at so many points."""
THIN = 6
"""Slices."""
QUICK = pnst.MeasureSettings.without_intervals()


@dataclass(frozen=True, eq=False)
class Tumour:
    """An ellipsoid in the body's own axes, lengths in mm."""

    centre: Vector
    radii: Vector
    axes: Vector
    """(3, 3): its axes, one a column."""
    brightness: float
    """0–1 from the dullest to the brightest."""
    halo_mm: float = 0.0

    @property
    def volume_ml(self) -> float:
        """4/3·π·abc."""
        return float(4 / 3 * np.pi * self.radii.prod() / 1000)

    @property
    def diameter_mm(self) -> float:
        """The longest."""
        return float(2 * self.radii.max())

    def extent(self, direction: Vector, more_mm: float = 0.0) -> float:
        """From its centre to the tangent plane across a unit vector."""
        return float(np.linalg.norm((direction @ self.axes) * (self.radii + more_mm)))

    def share(self, grid: Grid, subsamples: tuple[int, int, int], more_mm: float = 0.0) -> Array:
        """(ni, nj, nk): how much of each voxel lies in the ellipsoid with radii so much longer, by points in it."""
        to_unit = (self.axes / (self.radii + more_mm)).T
        matrix = to_unit @ grid.affine[:3, :3]
        shift = to_unit @ (grid.affine[:3, 3] - self.centre)
        total = np.zeros(grid.shape, dtype=np.float32)
        i, j, k = (axis.astype(np.float32) for axis in np.ogrid[tuple(slice(n) for n in grid.shape)])
        offsets = list(product(*[(np.arange(n) + 0.5) / n - 0.5 for n in subsamples]))
        for offset in offsets:
            rows = np.column_stack([matrix, matrix @ offset + shift]).astype(np.float32)
            total += sum((a * i + b * j + c * k + d) ** 2 for a, b, c, d in rows) < 1
        return total / np.float32(len(offsets))


def tumours(count: int, seed: int = 5) -> list[Tumour]:
    """The first of one fixed series of tumours in muscle, clusters over 25 mm apart."""
    rng = np.random.default_rng(seed)
    groups: list[list[Tumour]] = []
    while sum(map(len, groups)) < 60:
        groups.append(_cluster(rng, CLUSTERS[len(groups) % len(CLUSTERS)]))
    placed: list[tuple[Vector, float]] = []
    where: dict[int, Vector] = {}
    reach = [max(float(np.linalg.norm(t.centre)) + t.radii.max() + t.halo_mm for t in group) for group in groups]
    for index in sorted(range(len(groups)), key=lambda n: -reach[n]):  # the largest first, so that all find room
        where[index] = _room(rng, reach[index], placed)
        placed.append((where[index], reach[index]))
    moved = [
        Tumour(t.centre + where[n], t.radii, t.axes, t.brightness, t.halo_mm) for n, g in enumerate(groups) for t in g
    ]
    return moved[:count]


def _cluster(rng: np.random.Generator, gap_mm: float | None) -> list[Tumour]:
    """One tumour, or two along x; round the origin."""
    if gap_mm is None:
        halo = float(rng.choice((0.0, 0.0, 0.0, 10.0)))
        turned = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        return [Tumour(np.zeros(3), _radii(rng, 60.0), turned, float(rng.uniform()), halo)]
    radii = [_radii(rng, 40.0) for _ in range(2)]
    half = (radii[0][0] + gap_mm + radii[1][0]) / 2
    centres = [np.array([x, 0.0, 0.0]) for x in (-half, half)]
    return [Tumour(c, r, np.eye(3), float(rng.uniform())) for c, r in zip(centres, radii, strict=True)]


def _radii(rng: np.random.Generator, most_mm: float) -> Vector:
    return np.asarray(rng.uniform(15, most_mm) / 2 * np.array([1.0, rng.uniform(0.7, 1), rng.uniform(0.7, 1)]))


def _room(rng: np.random.Generator, reach: float, placed: Sequence[tuple[Vector, float]]) -> Vector:
    """A place for a ball in muscle, off the others."""
    inner = np.array(BODY_MM) - (SUBCUTIS_MM, SUBCUTIS_MM, 0) - reach - 5
    for _ in range(20000):
        centre = rng.uniform(-inner, inner)
        if np.linalg.norm(centre[:2] / inner[:2]) < 1 and all(
            np.linalg.norm(centre - other) > reach + far + LEAST_GAP_MM for other, far in placed
        ):
            return np.asarray(centre)
    raise ValueError("the body is full")


def grid_of(role: Role) -> Grid:
    """An oblique grid round the body."""
    shape, spacing, turn, off = GRIDS[role]
    affine = np.eye(4)
    linear = np.eye(3)
    for axis, degrees in enumerate(turn):
        a, b = (n for n in range(3) if n != axis)
        step, cosine, sine = np.eye(3), np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        step[[a, a, b, b], [a, b, a, b]] = cosine, -sine, sine, cosine
        linear = step @ linear
    affine[:3, :3] = linear * spacing
    affine[:3, 3] = -affine[:3, :3] @ ((np.asarray(shape) - 1) / 2 + off)
    return Grid(shape, affine)


def study_of(bodies: Sequence[Tumour]) -> tuple[Study, list[Lesion]]:
    """Three noisy series, and the tumours drawn by hand on one of them: voxels whose centres lie inside."""
    series = {}
    for role in GRIDS:
        rng = np.random.default_rng([17, list(GRIDS).index(role)])  # the same noise whatever tumours there are
        image = noisy(image_of(role, bodies), rng)
        series[role] = Series(role, Volume(image, grid_of(role)), Source("simulated", "0" * 64))
    return Study("many", series), list(lesions_of(bodies))


def image_of(role: Role, bodies: Iterable[Tumour]) -> Array:
    """Body, oedema and tumours, each voxel by its share of them."""
    grid = grid_of(role)
    image = _body(grid, *LEVELS[role])
    for body in bodies:
        level = float(np.interp(body.brightness, (0, 1), TUMOUR[role]))
        for more_mm, value in ((body.halo_mm, OEDEMA[role]), (0.0, level)) if body.halo_mm else ((0.0, level),):
            box = _box(grid, body, more_mm)
            share = body.share(grid.crop(box), SUBSAMPLES, more_mm)
            image[box] += share * (np.float32(value) - image[box])
    return image


def _body(grid: Grid, muscle: float, fat: float) -> Array:
    """(ni, nj, nk): an elliptic cylinder of muscle in one of fat, in air."""
    i, j = (axis.astype(np.float32) for axis in np.ogrid[: grid.shape[0], : grid.shape[1]])
    out = np.zeros(grid.shape, dtype=np.float32, order="F")
    for k in range(grid.shape[2]):
        x, y, z = (a * i + b * j + np.float32(c * k + d) for a, b, c, d in grid.affine[:3].astype(np.float32))
        inside = np.abs(z) < BODY_MM[2]
        skin = (x / BODY_MM[0]) ** 2 + (y / BODY_MM[1]) ** 2 < 1
        fascia = (x / (BODY_MM[0] - SUBCUTIS_MM)) ** 2 + (y / (BODY_MM[1] - SUBCUTIS_MM)) ** 2 < 1
        out[:, :, k] = inside * np.where(fascia, muscle, np.where(skin, fat, 0))
    return out


def _box(grid: Grid, body: Tumour, more_mm: float = 0.0) -> tuple[slice, slice, slice]:
    reach = [body.extent(grid.directions[:, axis], more_mm) / grid.spacing[axis] + 1 for axis in range(3)]
    middle = grid.to_index(body.centre)
    i, j, k = (slice(max(0, int(m - r)), int(m + r) + 2) for m, r in zip(middle, reach, strict=True))
    return i, j, k


def noisy(image: Array, rng: np.random.Generator) -> Array:
    """The magnitude of the image in complex noise."""
    for k in range(image.shape[2]):
        real, imaginary = NOISE * rng.standard_normal((2, *image.shape[:2]), dtype=np.float32)
        image[:, :, k] = np.hypot(image[:, :, k] + real, imaginary)
    return image


def lesions_of(bodies: Iterable[Tumour]) -> Iterator[Lesion]:
    """No voxel belongs to two: a label map could not say so."""
    grid = grid_of(DRAWN_ON)
    taken = np.zeros(grid.shape, dtype=bool, order="F")
    for number, body in enumerate(bodies, start=1):
        box = _box(grid, body)
        data = np.zeros(grid.shape, dtype=bool, order="F")
        data[box] = (body.share(grid.crop(box), (1, 1, 1)) > 0) & ~taken[box]
        taken[box] |= data[box]
        yield Lesion(str(number), Mask(data, grid), "simulation")


def measured(count: int) -> dict[str, Any]:
    """Seconds and memory of measuring so many, and what was found, with the truth."""
    bodies = tumours(count)
    study, lesions = study_of(bodies)
    pnst.measure(study, lesions[0], QUICK)  # the first call loads what all of them use
    before, wall, cpu = memory("VmRSS"), time.perf_counter(), time.process_time()
    found = [pnst.measure(study, one, QUICK, others=[o for o in lesions if o is not one]) for one in lesions]
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    rows = [row(body, lesion, m) for body, lesion, m in zip(bodies, lesions, found, strict=True)]
    return {"wall": wall, "cpu": cpu, "study": before, "peak": memory("VmHWM"), "rows": rows}


def row(body: Tumour, lesion: Lesion, m: pnst.Measurements) -> dict[str, Any]:
    """One lesion: errors in %, slices, and whether oedema was found where there is some."""
    found = None if m.edema is None else m.edema.present
    return {
        "volume": 100 * (m.size.volume_ml / body.volume_ml - 1),
        "diameter": 100 * (m.size.longest_diameter_mm / body.diameter_mm - 1),
        "slices": int(np.count_nonzero(lesion.mask.data.any(axis=(0, 1)))),
        "oedema": found is bool(body.halo_mm),
    }


def alone(count: int) -> dict[str, Any]:
    """So many lesions, each measured among 60 and in a study where it is alone: signs, and numbers by interval."""
    bodies = tumours(60)
    study, lesions = study_of(bodies)
    apart = [n for n in range(60) if min(_gap(bodies[n], b) for b in bodies if b is not bodies[n]) > 20][:count]
    told: dict[str, Any] = {"lesions": len(apart), "signs": 0, "numbers": 0, "changed": [], "outside": [], "same": 0}
    for n in apart:
        among = pnst.measure(study, lesions[n], others=[o for o in lesions if o is not lesions[n]]).columns()
        single, (lesion,) = study_of([bodies[n]])
        by_itself = pnst.measure(single, Lesion(lesions[n].label, lesion.mask, "simulation")).columns()
        _compare(told, by_itself, among)
    return told


def _gap(one: Tumour, other: Tumour) -> float:
    """The least that lies between two ellipsoids, by their tangent planes across the line of centres, in mm."""
    apart = other.centre - one.centre
    length = float(np.linalg.norm(apart))
    return length - one.extent(apart / length) - other.extent(apart / length)


def _compare(told: dict[str, Any], alone: dict[str, Any], among: dict[str, Any]) -> None:
    for column, value in alone.items():
        if isinstance(value, bool):
            told["signs"] += 1
            told["changed"] += [column] if among.get(column) is not value else []
        elif isinstance(value, float) and f"{column}_interval" in alone:
            low, high = alone[f"{column}_interval"]
            told["numbers"] += 1
            told["same"] += among.get(column) == value
            told["outside"] += [] if column in among and low <= among[column] <= high else [column]


def stages(count: int) -> dict[str, Any]:
    """Seconds of each stage of the main job on the study as NIfTI with one label map, and the sizes of its outputs."""
    from pnst import workflow

    settings = workflow.RunSettings(measure=QUICK)
    times: dict[str, tuple[float, float]] = {}

    def timed(name: str, call: Callable[[], Any]) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        result = call()
        times[name] = time.perf_counter() - wall, time.process_time() - cpu
        return result

    with tempfile.TemporaryDirectory() as folder:
        inputs = workflow.CaseInputs(written(count, Path(folder) / "study"))
        case = timed("read", lambda: workflow.read_case(inputs))
        case = timed("measure", lambda: workflow.measure_case(case, inputs, settings))
        case = timed("assess", lambda: workflow.assess_case(case, inputs, settings))
        page = timed("report", lambda: workflow.report_case(case))
        out = Path(folder) / "out"
        out.mkdir()
        timed("write", lambda: workflow.write_case(case, page, settings, out))
        written_bytes = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    return {"times": times, "page": len(page.encode()), "out": written_bytes, "peak": memory("VmHWM")}


def written(count: int, folder: Path) -> Path:
    """The study as role-named NIfTI, its lesions as labels 1, 2, … of `lesion.nii.gz`."""
    study, lesions = study_of(tumours(count))
    pnst.write_study(study, folder, lesions=lesions)
    return folder


def memory(key: str) -> float:
    """MiB of this process: VmRSS now, VmHWM at its peak."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith(key))) / 1024


JOBS: dict[str, Callable[[int], dict[str, Any]]] = {"measured": measured, "alone": alone, "stages": stages}


def in_process(job: str, count: int) -> dict[str, Any]:
    """A job's answer, from a process of its own."""
    told = subprocess.run(
        [sys.executable, __file__, "--job", job, str(count)], check=True, capture_output=True, text=True
    )
    return dict(json.loads(told.stdout.splitlines()[-1]))


def growth(counts: Sequence[int]) -> str:
    """Time, memory and errors against the number of lesions, and the exponent of time."""
    table, seconds = [], []
    for count in counts:
        told = in_process("measured", count)
        rows = told["rows"]
        seconds.append(told["cpu"])
        table.append(
            (
                count,
                f"{told['wall']:.1f}",
                f"{told['cpu']:.1f}",
                f"{told['cpu'] / count:.2f}",
                f"{told['peak']:.0f}",
                f"{told['peak'] - told['study']:.0f}",
                *(_worst(rows, key, thin) for key in ("volume", "diameter") for thin in (False, True)),
                f"{sum(r['oedema'] for r in rows)}/{count}",
            )
        )
    head = ("lesions", "wall (s)", "processor (s)", "a lesion (s)", "peak memory (MiB)", "above the study (MiB)")
    errors = ("volume (%)", "thin", "longest diameter (%)", "thin", "oedema right")
    exponent = np.polyfit(np.log(counts), np.log(seconds), 1)[0] if len(counts) > 1 else float("nan")
    return f"{markdown((*head, *errors), table)}\n\nProcessor time grows with the number to the power {exponent:.2f}."


def _worst(rows: Sequence[dict[str, Any]], key: str, thin: bool) -> str:
    errors = [r[key] for r in rows if (r["slices"] < THIN) is thin]
    return f"{max(errors, key=abs):+.1f} of {len(errors)}" if errors else "–"


def report(options: argparse.Namespace) -> str:
    """Growth; lesions among others and alone; the main job."""
    parts = [
        "Worst errors against closed forms; a lesion under six slices is thin. Asked for: 60 lesions in 60 s on 2 "
        "cores, intervals off.",
        growth(options.counts),
    ]
    if options.alone:
        told = in_process("alone", options.alone)
        parts.append(
            f"{told['lesions']} lesions over 20 mm from any other, measured among 60 and in a study where each is "
            f"alone: {len(told['changed'])} of {told['signs']} signs differ{_named(told['changed'])}; of "
            f"{told['numbers']} numbers {told['same']} are the same to the last digit, {len(told['outside'])} leave "
            f"the interval{_named(told['outside'])}."
        )
    if options.run:
        told = in_process("stages", max(options.counts))
        table = [(name, f"{wall:.1f}", f"{cpu:.1f}") for name, (wall, cpu) in told["times"].items()]
        parts.append(
            f"The main job on {max(options.counts)} lesions, the study as NIfTI with one label map; the page has "
            f"{told['page'] / 2**20:.0f} MiB, all outputs {told['out'] / 2**20:.0f} MiB; peak memory "
            f"{told['peak']:.0f} MiB, which includes making the study.\n\n"
            + markdown(("stage", "wall (s)", "processor (s)"), table)
        )
    return "\n\n".join([*parts, f"{machine()}, OMP_NUM_THREADS {os.environ.get('OMP_NUM_THREADS', 'unset')}."])


def _named(columns: Sequence[str]) -> str:
    return f" ({', '.join(sorted(columns))})" if columns else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, nargs="+", default=[1, 5, 15, 60])
    parser.add_argument("--alone", type=int, default=6, metavar="N")
    parser.add_argument("--run", action="store_true", help="time the main job too")
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    parser.add_argument("--job", nargs=2, metavar=("JOB", "N"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        print(json.dumps(JOBS[options.job[0]](int(options.job[1]))))
        return
    text = report(options)
    print(text)
    if options.markdown:
        write_section("many_lesions", text)


if __name__ == "__main__":
    main()
