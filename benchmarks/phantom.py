"""Time and memory of simulating one clinical study: T1, T1 post, fat-suppressed T2 and diffusion round a 60 mm tumour.

python benchmarks/phantom.py [--markdown]

Every study is made in a fresh process. Asked for: under 20 s of wall time on 2 cores.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from tables import machine, markdown, write_section

from pnst.phantom import REALISTIC, GridSpec, LesionSpec, Spec, SurroundSpec, simulate
from pnst.phantom.scene import Scene
from pnst.phantom.series import render
from pnst.phantom.shape import Shape
from pnst.study import Role

T = TypeVar("T")

LESION = LesionSpec(
    radii_mm=(20, 22, 30),
    tilt_deg=(8, -6, 0),
    roughness=0.03,
    edge_sigma_mm=1.5,
    indistinct_cap_deg=60,
    edema_mm=10,
    edema_irregularity=0.5,
    rim_cap_deg=50,
)
CLINICAL = Spec(lesion=LESION, surround=SurroundSpec(fat_plane_mm=8), bias=0.05)
ANATOMICAL = (Role.T1, Role.T1_POST, Role.T2_FS)
LIMB = GridSpec(spacing_mm=(0.6, 0.6, 4.0), extent_mm=(307.2, 307.2, 160.0))
STUDIES = {
    "default field of view": CLINICAL,
    "beside the spine": replace(CLINICAL, surround=replace(CLINICAL.surround, region="paraspinal")),
    "512 × 512 × 40": replace(CLINICAL, grids=dict.fromkeys(ANATOMICAL, LIMB)),
    "default, every artefact": replace(CLINICAL, artefacts=REALISTIC),
}


def timed(call: Callable[[], T]) -> tuple[T, tuple[float, float]]:
    """What a call returns, and its wall and processor seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = call()
    return found, (time.perf_counter() - wall, time.process_time() - cpu)


def whole(spec: Spec) -> dict[str, Any]:
    """Seconds and peak memory (MiB) of `simulate`."""
    made, seconds = timed(lambda: simulate(spec, seed=1))
    voxels = sum(series.volume.data.size for series in made.study.series.values())
    return {"total": seconds, "MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "voxels": voxels}


def stages(spec: Spec) -> dict[str, Any]:
    """Seconds of the parts, one after another."""
    scene, surface = timed(lambda: Scene(Shape(spec.lesion, np.random.default_rng([1, 0])), spec.surround))
    _, field = timed(lambda: scene.distance)
    found: dict[str, Any] = {"surface": surface, "distance field": field}
    for name, roles in (("T1, T1 post and T2", ANATOMICAL), ("diffusion", (Role.DWI,))):
        found[name] = timed(lambda roles=roles: render(replace(spec, roles=roles), scene))[1]  # type: ignore[misc]
    return found


def apart(job: str, name: str) -> dict[str, Any]:
    """One job in a fresh process."""
    run = subprocess.run([sys.executable, __file__, "--job", job, name], capture_output=True, text=True, check=True)
    return dict(json.loads(run.stdout))


def report() -> str:
    """Totals of every study, and the stages of the first."""
    totals, parts = [], []
    for name in STUDIES:
        found = apart("whole", name)
        wall, cpu = found["total"]
        totals.append((name, f"{found['voxels'] / 1e6:.1f}", f"{wall:.1f}", f"{cpu:.1f}", f"{found['MiB']:.0f}"))
        print(*totals[-1], file=sys.stderr)
    for name, (wall, cpu) in apart("stages", next(iter(STUDIES))).items():
        parts.append((name, f"{wall:.2f}", f"{cpu:.2f}"))
    header = ("study of four series", "million voxels", "wall (s)", "processor (s)", "peak memory (MiB)")
    first = (f"stages, {next(iter(STUDIES))}", "wall (s)", "processor (s)")
    return f"{machine()}.\n\n{markdown(header, totals)}\n\n{markdown(first, parts)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    parser.add_argument("--job", nargs=2, metavar=("JOB", "STUDY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        job, name = options.job
        print(json.dumps({"whole": whole, "stages": stages}[job](STUDIES[name])))
        return
    text = report()
    print(text)
    if options.markdown:
        write_section("phantom", text)


if __name__ == "__main__":
    main()
