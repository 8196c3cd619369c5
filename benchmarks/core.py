"""Times of the kernels on lesions of 60 and 200 ml: surface, mesh, size, shape, edge and split fat.

python benchmarks/core.py [--repeats 3] [--markdown]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from tables import machine, markdown, write_section

import pnst
from pnst.kernels.edge import fit_steps
from pnst.kernels.mesh import Mesh, hull_volume, longest_diameter, thinned
from pnst.kernels.noise import noise_sd
from pnst.kernels.rim import RimRule, fat_rim
from pnst.kernels.sampling import rays, sample
from pnst.kernels.section import axial_diameters
from pnst.kernels.shape import concavities, hull_depth, irregularity
from pnst.kernels.surface import level_set
from pnst.phantom import GridSpec, LesionSpec, Simulated, Spec, simulate

GRID = GridSpec(spacing_mm=(0.7, 0.7, 4.0))
EDGE_OFFSETS = np.linspace(-6, 6, 25)
FAT_OFFSETS = np.arange(0.0, 25.125, 0.25)
RULE = RimRule(reach_mm=10.0, least_fat_mm=1.0, onset_fat_mm=0.5, onset_within_mm=3.0, muscle_within_mm=15.0)
UP = np.array([0.0, 0.0, 1.0])


def lesion_of(volume_ml: float) -> Simulated:
    """A rough ellipsoid of about that volume in T1 and fat-suppressed T2."""
    unit = (volume_ml * 1000 / (4 / 3 * np.pi * 0.8 * 0.9 * 1.4)) ** (1 / 3)
    lesion = LesionSpec(radii_mm=(0.8 * unit, 0.9 * unit, 1.4 * unit), tilt_deg=(9, -14, 0), roughness=0.04, edema_mm=8)
    roles = (pnst.Role.T1, pnst.Role.T2_FS)
    return simulate(Spec(lesion=lesion, roles=roles, grids=dict.fromkeys(roles, GRID), snr=30), seed=3)


def profiles(volume: pnst.Volume, mesh: Mesh, cell_mm: float, offsets: np.ndarray) -> np.ndarray:
    """Intensities along the surface's normals; rays that leave the image are left out."""
    chosen, _ = thinned(mesh, cell_mm)
    points = rays(mesh.vertices[chosen], mesh.vertex_normals[chosen], offsets)
    found = sample(volume.data, volume.grid.to_index(points))
    return found[np.isfinite(found).all(axis=1)].astype(np.float64)


def shape(mesh: Mesh, diameter_mm: float) -> None:
    """What `margin` says of the shape."""
    irregularity(mesh)
    hull_volume(mesh.vertices)
    concavities(mesh, hull_depth(mesh, diameter_mm), 0.05 * diameter_mm)


def jobs(made: Simulated) -> dict[str, Callable[[], Any]]:
    """Kernel → a call of it on this lesion; what it needs is made before, except the mesh's own cached parts."""
    mask = made.lesion.mask.canonical()
    levels = level_set(mask.data, mask.grid.spacing)
    index_mesh = levels.mesh()

    def fresh() -> Mesh:
        return Mesh(mask.grid.to_world(index_mesh.vertices), index_mesh.faces)

    mesh = fresh()
    diameter, _ = longest_diameter(mesh.vertices)
    t1, t2 = (made.study.series[role].volume for role in (pnst.Role.T1, pnst.Role.T2_FS))
    edges = profiles(t2, mesh, 1.5, EDGE_OFFSETS)
    noise = noise_sd(t2.data, np.ones(t2.grid.shape, dtype=bool), 2)
    intensities = profiles(t1, mesh, 1.0, FAT_OFFSETS)
    low, high = np.percentile(intensities, (20, 99))
    return {
        "level set": partial(level_set, mask.data, mask.grid.spacing),
        "mesh (marching cubes)": levels.mesh,
        "volume, area, axes": lambda: (lambda m: (m.volume_mm3, m.area_mm2, m.axes))(fresh()),
        "longest diameter": partial(longest_diameter, mesh.vertices),
        "axial diameters": lambda: axial_diameters(fresh(), UP),
        "shape of the margin": lambda: shape(fresh(), diameter),
        f"edge: sampling at {len(edges)} vertices": lambda: profiles(t2, fresh(), 1.5, EDGE_OFFSETS),
        f"edge: fit of {len(edges)} profiles": partial(fit_steps, EDGE_OFFSETS, edges, noise),
        f"split fat: sampling at {len(intensities)} vertices": lambda: profiles(t1, fresh(), 1.0, FAT_OFFSETS),
        "split fat: rim": partial(fat_rim, (intensities - low) / (high - low), 0.25, RULE),
    }


def timed(call: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """Median wall and processor seconds."""
    taken = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = (statistics.median(values) for values in zip(*taken, strict=True))
    return wall, cpu


def report(volumes_ml: tuple[float, ...], repeats: int) -> str:
    """One table for each lesion."""
    parts = [f"Medians of {repeats} calls in one process. {machine()}."]
    for volume_ml in volumes_ml:
        made = lesion_of(volume_ml)
        rows = []
        for name, call in jobs(made).items():
            wall, cpu = timed(call, repeats)
            rows.append((name, f"{wall * 1000:.0f}", f"{cpu * 1000:.0f}"))
        size = f"{made.lesion.mesh.volume_mm3 / 1000:.0f} ml, {len(made.lesion.mesh.vertices)} vertices"
        parts.append(markdown((size, "wall (ms)", "processor (ms)"), rows))
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    options = parser.parse_args()
    text = report((60.0, 200.0), options.repeats)
    print(text)
    if options.markdown:
        write_section("core", text)


if __name__ == "__main__":
    main()
