"""`size` and the shape of `margin`, from a mask to all columns: time and memory, beside other tools in the same run.

python benchmarks/core.py [--repeats 9] [--peer-python PEER/bin/python]... [--markdown]

Each peer is an interpreter that has PyRadiomics, z-rad, MIRP or pictologics; without one pnst stands alone.
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
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from surface import sampled
from tables import machine, markdown, write_section

import pnst
from pnst.image import Grid, Mask
from pnst.kernels.hull import convex_hull, longest_diameter
from pnst.kernels.mesh import Mesh
from pnst.kernels.section import axial_diameters
from pnst.kernels.shape import concavities, deep_points, irregularity
from pnst.kernels.surface import level_set
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.shape import Shape
from pnst.study import Lesion, Study

UP = np.array([0.0, 0.0, 1.0])
COLD = """
import numpy as np, pnst, sys
from pnst.image import Grid, Mask
from pnst.study import Lesion, Study
mask = np.load(sys.argv[1])
grid = Grid(mask.shape, np.diag([*map(float, sys.argv[2:5]), 1.0]))
quick = pnst.MeasureSettings.without_intervals()
print(pnst.measure(Study("cold", {}), Lesion("lesion", Mask(mask, grid), "benchmark"), quick).size.volume_ml)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@dataclass(frozen=True)
class Case:
    """A lesion in an image."""

    name: str
    volume_ml: float
    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    asked_ms: float | None = None
    against_peers: bool = False

    def mask(self) -> Mask:
        """A tilted, rough ellipsoid of about the volume, in the middle of the image."""
        unit = (self.volume_ml * 1000 / (4 / 3 * np.pi * 0.8 * 0.95 * 1.2)) ** (1 / 3)
        radii = (0.8 * unit, 0.95 * unit, 1.2 * unit)
        spec = LesionSpec(radii_mm=radii, tilt_deg=(35, -24, 10), roughness=0.04)
        part = sampled(Shape(spec, np.random.default_rng(3)), self.spacing, np.array([0.2, -0.3, 0.1]))
        # Off the crop's own empty border where the image has few slices.
        part = part[:, :, part.any(axis=(0, 1))]
        data = np.zeros(self.shape, dtype=bool)
        start = [(whole - size) // 2 for whole, size in zip(self.shape, part.shape, strict=True)]
        data[tuple(slice(a, a + size) for a, size in zip(start, part.shape, strict=True))] = part
        return Mask(data, Grid(self.shape, np.diag([*self.spacing, 1.0])))


CASES = (
    Case("60 ml, 256×256×64", 60, (256, 256, 64), (0.8, 0.9, 3.0), 12, against_peers=True),
    Case("60 ml, 256×256×64, nearly even voxels", 60, (256, 256, 64), (0.9, 1.0, 1.1), 15),
    Case("60 ml, 512×512×240: the same lesion in 15 times the image", 60, (512, 512, 240), (0.8, 0.9, 3.0)),
    Case("200 ml, 512×512×120", 200, (512, 512, 120), (0.5, 0.6, 3.0), 150, against_peers=True),
    Case("200 ml, 512×512×120, thin slices", 200, (512, 512, 120), (0.6, 0.7, 1.0), 45),
)


def whole(mask: Mask) -> pnst.Measurements:
    """Size and shape from a mask: a study without series has no other family."""
    return pnst.measure(
        Study("benchmark", {}), Lesion("lesion", mask, "benchmark"), pnst.MeasureSettings.without_intervals()
    )


def stages(mask: Mask) -> dict[str, Callable[[], Any]]:
    """Kernel → a call of it on this lesion; what it needs is made before, except the mesh's own cached parts."""
    levels = level_set(mask.data, mask.grid.spacing)
    index_mesh = levels.mesh()

    def fresh() -> Mesh:
        return Mesh(mask.grid.to_world(index_mesh.vertices), index_mesh.faces)

    mesh = fresh()
    hull = convex_hull(mesh)
    diameter, _ = longest_diameter(mesh.vertices, hull.corners)
    return {
        "level set": partial(level_set, mask.data, mask.grid.spacing),
        "mesh (marching cubes)": levels.mesh,
        "volume, area, axes": lambda: (lambda m: (m.volume_mm3, m.area_mm2, m.axes))(fresh()),
        "convex hull": partial(convex_hull, mesh),
        "longest diameter": partial(longest_diameter, mesh.vertices, hull.corners),
        "axial diameters": partial(axial_diameters, mesh, UP),
        "irregularity": partial(irregularity, mesh),
        "concavities": lambda: concavities(
            deep_points(mesh, hull, 0.05 * diameter), mesh, hull, 0.03 * diameter, 0.025 * diameter
        ),
    }


def timed(call: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """Median wall and processor seconds, after one call that is not counted."""
    call()
    taken = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = (statistics.median(values) for values in zip(*taken, strict=True))
    return wall, cpu


def peers(mask: Mask, interpreters: list[Path], repeats: int) -> dict[str, dict[str, Any]]:
    """Tool and version → its median wall and processor seconds (`s`), and its `values`."""
    import SimpleITK as sitk

    told: dict[str, dict[str, Any]] = {}
    image = sitk.GetImageFromArray(mask.data.astype(np.uint8).transpose(2, 1, 0))
    image.SetSpacing(mask.grid.spacing)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mask.nii.gz"
        sitk.WriteImage(image, str(file))
        script = Path(__file__).with_name("peers.py")
        for python in interpreters:
            command = [python, script, file, str(repeats)]
            answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            told |= json.loads(answer.stdout.splitlines()[-1])
    return told


def cold(mask: Mask) -> tuple[float, float, float]:
    """Wall and processor seconds, and peak memory in MiB above the mask, of a fresh interpreter to the first number."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mask.npy"
        np.save(file, mask.data)
        command = [sys.executable, "-c", COLD, file, *map(str, mask.grid.spacing)]
        before, began = os.times(), time.perf_counter()
        told = subprocess.run(command, check=True, capture_output=True, text=True)
        wall, after = time.perf_counter() - began, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, cpu, int(told.stdout.split()[-1]) / 1024 - mask.data.nbytes / 2**20


def report(repeats: int, interpreters: list[Path]) -> str:
    """Whole job and peers, a cold shell, the stages."""
    rows: list[tuple[object, ...]] = []
    parts: dict[str, dict[str, float]] = {}
    for case in CASES:
        mask = case.mask()
        wall, cpu = timed(partial(whole, mask), repeats)
        asked = f"{case.asked_ms:.0f}" if case.asked_ms else ""
        rows.append((case.name, "**pnst**", f"**{wall * 1000:.1f}**", f"**{cpu * 1000:.1f}**", asked, ""))
        asked_of = interpreters if case.against_peers else []
        for tool, told in peers(mask, asked_of, max(1, repeats // 5)).items():
            peer_wall, peer_cpu = told["s"]
            times = f"{peer_cpu / cpu:.2g} ×"
            rows.append((case.name, tool, f"{peer_wall * 1000:.0f}", f"{peer_cpu * 1000:.0f}", "", times))
        parts[case.name] = {name: timed(call, repeats)[1] for name, call in stages(mask).items()}
    first = CASES[0].mask()
    starts = [cold(first) for _ in range(3)]
    wall, cpu, memory = (statistics.median(values) for values in zip(*starts, strict=True))
    _, _, large = cold(CASES[3].mask())
    head = ("", "tool", "wall (ms)", "processor (ms)", "asked for (ms)", "processor ÷ pnst's")
    names = list(next(iter(parts.values())))
    chosen = (CASES[0].name, CASES[3].name)
    table = [(name, *(f"{parts[case][name] * 1000:.1f}" for case in chosen)) for name in names]
    return (
        f"Medians of {repeats} calls in one process. The peers' calls are all shape features that they have. "
        f"{machine()}, OMP_NUM_THREADS {os.environ.get('OMP_NUM_THREADS', 'unset')}.\n\n{markdown(head, rows)}\n\n"
        f"A fresh interpreter, from its start to the first number (60 ml, 256×256×64; asked for: 0.6 s): "
        f"{wall:.2f} s, {cpu:.2f} s of processor. Peak memory of that whole process above the mask (asked for: "
        f"300 MiB): {memory:.0f} MiB; on 512×512×120 with 200 ml {large:.0f} MiB.\n\n"
        f"{markdown(('processor (ms)', *chosen), table)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--peer-python", type=Path, action="append", default=[], help="an interpreter with a peer")
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    options = parser.parse_args()
    text = report(options.repeats, options.peer_python)
    print(text)
    if options.markdown:
        write_section("core", text)


if __name__ == "__main__":
    main()
