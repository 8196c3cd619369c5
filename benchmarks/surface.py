"""Error of the lesion's surface against the exact answer, on masks of many shapes, sizes, voxels and orientations.

python benchmarks/surface.py [--orientations 2] [--csv rows.csv] [--markdown]

The mask holds the voxels whose centres lie in the shape: no image, no noise. A thin lesion spans under six slices.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from tables import machine, markdown, write_section

from pnst.image import Grid, Mask
from pnst.kernels.hull import convex_hull, longest_diameter
from pnst.kernels.mesh import Mesh
from pnst.kernels.section import axial_diameters
from pnst.kernels.shape import irregularity, sphericity
from pnst.kernels.surface import level_set
from pnst.measurement.context import Context
from pnst.measurement.families.margin import measure_margin
from pnst.measurement.settings import MeasureSettings
from pnst.phantom.geometry import moments, shape_truth, size_truth
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.shape import Shape
from pnst.phantom.surface import sample
from pnst.study import Lesion, Study

SIZES_MM = (15.0, 30.0, 60.0, 120.0)
SPACINGS = (
    (0.5, 0.5, 0.5),
    (0.9, 1.0, 1.1),
    (0.6, 0.6, 2.0),
    (0.7, 0.8, 3.0),
    (0.6, 0.6, 4.0),
    (0.9, 0.8, 5.0),
    (1.2, 1.2, 6.0),
)
MOST_VOXELS = 2e6
KINDS = {
    "ellipsoid": {"radii_mm": (0.25, 0.3, 0.5)},
    "disc": {"radii_mm": (0.2, 0.5, 0.45)},
    "lobed": {"radii_mm": (0.42, 0.42, 0.45), "lobes": 4, "lobe_depth": 0.18},
    "bilobed": {"radii_mm": (0.4, 0.4, 0.4), "lobes": 2, "lobe_depth": 0.25},
    "rough": {"radii_mm": (0.36, 0.32, 0.45), "roughness": 0.05},
    "finely rough": {"radii_mm": (0.4, 0.45, 0.45), "roughness": 0.02, "roughness_degrees": (8, 16)},
}
LIMITS: dict[str, tuple[bool, float, float | None]] = {
    "longest_diameter_mm": (True, 3.0, None),
    "axial_diameter_mm": (True, 3.0, None),
    "axial_short_diameter_mm": (True, 3.0, None),
    "craniocaudal_mm": (True, 3.0, None),
    "volume_ml": (True, 3.0, 5.0),
    "surface_area_mm2": (True, 3.0, 5.0),
    "major_axis_mm": (True, 3.0, None),
    "least_axis_mm": (True, 3.0, None),
    "sphericity": (False, 0.03, 0.03),
    "irregularity": (False, 0.01, 0.01),
    "solidity": (False, 0.02, 0.02),
    "deep_lobulations_count": (False, 0.5, 0.5),
}
"""Column → error relative (%) or absolute, limit, and limit for a thin lesion (None: a quarter of a slice). Those of
area, axes and solidity are ours."""
THIN = 6
"""Slices."""

Row = dict[str, float | str]


def measured(mask: npt.NDArray[np.bool_], spacing: tuple[float, ...]) -> Row:
    """The columns of `size` and of the shape in `margin`, on a grid whose third axis is the patient's."""
    mesh = level_set(mask, spacing).mesh()
    mesh = Mesh(mesh.vertices * spacing, mesh.faces)
    hull = convex_hull(mesh)
    diameter, _ = longest_diameter(mesh.vertices)
    axial, short, _ = axial_diameters(mesh, np.array([0.0, 0.0, 1.0]))
    major, minor, least = (2 * mesh.axes[0]).tolist()
    return {
        "longest_diameter_mm": diameter,
        "axial_diameter_mm": axial,
        "axial_short_diameter_mm": short,
        "craniocaudal_mm": float(np.ptp(mesh.vertices[:, 2])),
        "volume_ml": mesh.volume_mm3 / 1000,
        "surface_area_mm2": mesh.area_mm2,
        "major_axis_mm": major,
        "minor_axis_mm": minor,
        "least_axis_mm": least,
        "sphericity": sphericity(mesh.volume_mm3, mesh.area_mm2),
        "irregularity": irregularity(mesh),
        "solidity": mesh.volume_mm3 / hull.volume_mm3,
        "deep_lobulations_count": lobulations(mask, spacing),
    }


def lobulations(mask: npt.NDArray[np.bool_], spacing: tuple[float, ...]) -> float:
    """As `margin` counts them; NaN where the voxels are too few."""
    padded = np.pad(mask, 1)
    ni, nj, nk = padded.shape
    lesion = Lesion("shape", Mask(padded, Grid((ni, nj, nk), np.diag([*spacing, 1.0]))), "formula")
    count = measure_margin(Context(Study("shape", {}), lesion, MeasureSettings())).family.deep_lobulations_count
    return float("nan") if count is None else float(count)


def sampled(shape: Shape, spacing: tuple[float, ...], phase: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """The voxels whose centres lie in the shape; the grid is off its centre by `phase` voxels."""
    surface = sample(shape, float(shape.radii.max()) * np.pi / 48).points @ shape.axes.T
    low, high = surface.min(axis=0) / spacing - 2, surface.max(axis=0) / spacing + 3
    axes = [(np.arange(np.floor(a), np.ceil(b)) + p) * s for a, b, p, s in zip(low, high, phase, spacing, strict=True)]
    local = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1) @ shape.axes
    length = np.linalg.norm(local / shape.radii, axis=-1)
    rho = np.linalg.norm(sample(shape, float(shape.radii.max()) * np.pi / 48).points / shape.radii, axis=1)
    inside = length < 0.98 * rho.min()
    near = ~inside & (length < 1.02 * rho.max())  # only there does the exact level cost its time
    inside[near] = shape.level(local[near]) < 1
    return inside


def cases(orientations: int) -> Iterator[Row]:
    """One row a shape, size, grid and orientation: its truth and what was measured."""
    rng = np.random.default_rng(11)
    for (kind, relative), size, turn in product(KINDS.items(), SIZES_MM, range(orientations)):
        radii = tuple(size * r for r in relative["radii_mm"])  # type: ignore[attr-defined]
        tilt = tuple(rng.uniform(-90, 90, 3).tolist())
        shape = Shape(LesionSpec(**{**relative, "radii_mm": radii, "tilt_deg": tilt}), rng)  # type: ignore[arg-type]
        surface = sample(shape, float(shape.radii.max()) * np.pi / 128)
        body = moments(shape, surface)
        truth = size_truth(shape, surface, body)
        truth |= shape_truth(shape, surface, body, truth["longest_diameter_mm"])  # type: ignore[arg-type]
        for spacing in SPACINGS:
            if size**3 / np.prod(spacing) > MOST_VOXELS:
                continue
            mask = sampled(shape, spacing, rng.uniform(-0.5, 0.5, 3))
            began = time.process_time()
            found = measured(mask, spacing)
            row: Row = {"kind": kind, "size_mm": size, "spacing": str(spacing), "turn": turn}
            row |= {"slice_mm": max(spacing), "seconds": time.process_time() - began}
            row |= {"slices": float(mask.any(axis=(0, 1)).sum())}
            row |= {f"true.{name}": float(value) for name, value in truth.items() if name in found}
            yield row | found


def errors(table: pd.DataFrame) -> pd.DataFrame:
    """Error and limit of every column: one row a case and column."""
    parts = []
    for column, (relative, limit, thin_limit) in LIMITS.items():
        truth, found = table[f"true.{column}"], table[column]
        scale = 100 / truth if relative else 1.0
        quarter = 25 * table["slice_mm"] / truth  # of a slice, in per cent
        least = np.maximum(quarter, limit) if thin_limit is None else thin_limit
        bound = np.where(table["slices"] < THIN, least, limit)
        parts.append(
            table[["kind", "size_mm", "spacing", "slices"]].assign(
                column=column, error=(found - truth) * scale, bound=bound
            )
        )
    return pd.concat(parts, ignore_index=True)


def report(table: pd.DataFrame) -> str:
    """The distribution of each column's error, and the worst case."""
    found = errors(table)
    rows = []
    for column, (relative, _, _) in LIMITS.items():
        part = found[found["column"] == column]
        size, within = part["error"].abs(), part["error"].abs() <= part["bound"]
        thick, thin = part["slices"] >= THIN, part["slices"] < THIN
        worst = part.loc[size.idxmax()]
        rows.append(
            (
                f"`{column}`",
                "%" if relative else "its unit",
                f"{part['error'].mean():+.3f}",
                f"{part['error'].std():.3f}",
                f"{size.quantile(0.95):.3f}",
                f"{(within & thick).sum()}/{thick.sum()}",
                f"{(within & thin).sum()}/{thin.sum()}",
                f"{worst['error']:+.3f}: {worst['kind']}, {worst['size_mm']:.0f} mm in {worst['spacing']}",
            )
        )
    head = ("column", "error in", "bias", "SD", "95th percentile", "within", "within, thin", "worst")
    seconds = 1000 * table["seconds"].quantile([0.5, 0.95])
    return (
        f"{len(table)} masks: {', '.join(KINDS)}; {SIZES_MM[0]:.0f}–{SIZES_MM[-1]:.0f} mm; voxels "
        f"{', '.join('×'.join(map(str, s)) for s in SPACINGS)} mm; random turns. Processor time from mask to columns: "
        f"median {seconds[0.5]:.0f} ms, 95th percentile {seconds[0.95]:.0f} ms. {machine()}.\n\n{markdown(head, rows)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orientations", type=int, default=2)
    parser.add_argument("--csv", type=Path, help="where to put the rows")
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    options = parser.parse_args()
    table = pd.DataFrame(cases(options.orientations))
    if options.csv:
        table.to_csv(options.csv, index=False)
    text = report(table)
    print(text)
    if options.markdown:
        write_section("surface", text)


if __name__ == "__main__":
    main()
