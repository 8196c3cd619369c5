"""Brute force: a simulated tumour rendered on a fine lattice and counted; no quadrature, no field of distances."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from pnst.image import Grid
from pnst.phantom.contents import TissueSignals
from pnst.phantom.scene import Scene
from pnst.phantom.tissue import Tissue
from pnst.study import Role

Array = npt.NDArray[Any]

PURE_MM = 1e-3
"""Points are looked at as they are."""

BAND_MM = 2.0
"""About the surface distances are measured to it, further away from cell to cell."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """Cells of one size along the patient's axes, about a tumour."""

    scene: Scene
    step: float
    pad: float
    """mm beyond the tumour's own box."""

    @cached_property
    def points(self) -> Array:
        """(ni, nj, nk, 3) RAS mm."""
        shape = self.scene.shape
        surface = shape.to_world(shape.surface(_directions(20_000)))
        low, high = surface.min(axis=0) - self.pad, surface.max(axis=0) + self.pad
        ticks = [np.arange(a, b, self.step) + 0.37 * self.step for a, b in zip(low, high, strict=True)]
        return np.stack(np.meshgrid(*ticks, indexing="ij"), axis=-1)

    @cached_property
    def inside(self) -> Array:
        return np.stack([self.scene.inside(part) for part in self.points])

    @cached_property
    def cloud(self) -> Array:
        """(n, 3) where the lattice's edges cross the surface, by bisection: points of the true surface."""
        crossings = []
        for axis in range(3):
            ahead = np.swapaxes(np.swapaxes(self.inside, 0, axis)[1:], 0, axis)
            behind = np.swapaxes(np.swapaxes(self.inside, 0, axis)[:-1], 0, axis)
            cells = np.argwhere(ahead != behind)
            start = self.points[tuple(cells.T)]
            low, high = np.zeros(len(start)), np.full(len(start), self.step)
            sign = behind[tuple(cells.T)]
            for _ in range(16):
                middle = (low + high) / 2
                same = self.scene.inside(start + middle[:, None] * np.eye(3)[axis]) == sign
                low, high = np.where(same, middle, low), np.where(same, high, middle)
            crossings.append(start + high[:, None] * np.eye(3)[axis])
        return np.concatenate(crossings)

    @cached_property
    def distance(self) -> Array:
        """mm to the surface, negative inside: near it to its nearest known point, else from cell to cell."""
        from scipy.ndimage import distance_transform_edt
        from scipy.spatial import cKDTree

        out, within = (distance_transform_edt(part, sampling=self.step) for part in (~self.inside, self.inside))
        rough = np.where(self.inside, self.step / 2 - within, out - self.step / 2)
        near = np.abs(rough) < BAND_MM
        exact = cKDTree(self.cloud).query(self.points[near])[0]
        bias = float(np.mean(exact - np.abs(rough[near])))
        distance = rough + np.where(self.inside, -bias, bias)
        distance[near] = np.where(self.inside[near], -exact, exact)
        return distance

    @cached_property
    def mixture(self) -> Array:
        """(n inside, tissues)."""
        return self._mixture(self.points[self.inside], tumour=True)

    @cached_property
    def perilesional(self) -> Array:
        """(n outside, tissues) without the tumour."""
        return self._mixture(self.points[~self.inside], tumour=False)

    def _mixture(self, points: Array, *, tumour: bool) -> Array:
        parts = np.array_split(points, max(1, len(points) // 200_000))
        mixtures = [self.scene.fractions(part, PURE_MM, tumour=tumour).astype(np.float32) for part in parts]
        return np.concatenate(mixtures)

    @cached_property
    def shell(self) -> Array:
        """(ni, nj, nk) cells about the surface, whose count weighs area evenly."""
        return np.abs(self.distance) < 2 * self.step

    @cached_property
    def normals(self) -> Array:
        """(n in the shell, 3)."""
        from scipy.ndimage import gaussian_filter

        smooth = gaussian_filter(self.distance, 0.6 / self.step)
        slope = np.stack([part[self.shell] for part in np.gradient(smooth)], axis=-1)
        return slope / np.linalg.norm(slope, axis=1)[:, None]

    @cached_property
    def feet(self) -> Array:
        """(n in the shell, 3) the surface under each cell of the shell."""
        return self.points[self.shell] - self.distance[self.shell][:, None] * self.normals

    @property
    def volume(self) -> float:
        return float(self.inside.sum() * self.step**3)

    def eroded(self, grid: Grid) -> Array:
        """(n inside) whether the 6 neighbours, a voxel away, are inside too."""
        keep = np.ones(int(self.inside.sum()), dtype=bool)
        for step in grid.affine[:3, :3].T:
            for moved in (step, -step):
                keep &= self.scene.inside(self.points[self.inside] + moved)
        return keep


def _directions(count: int) -> Array:
    vectors = np.random.default_rng(0).normal(size=(count, 3))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1)[:, None])


def size(lattice: Lattice) -> dict[str, Any]:
    """Counted columns of `size`."""
    from scipy.spatial import ConvexHull
    from scipy.spatial.distance import pdist

    within = lattice.points[lattice.inside]
    corners = lattice.cloud[ConvexHull(lattice.cloud).vertices]
    values = np.linalg.eigvalsh(np.cov(within.T, bias=True))
    long, short = _axial(lattice)
    return {
        "size.volume_ml": lattice.volume / 1000,
        "size.longest_diameter_mm": float(pdist(corners).max()),
        "size.craniocaudal_mm": float(np.ptp(lattice.cloud[:, 2])),
        "size.axial_diameter_mm": long,
        "size.axial_short_diameter_mm": short,
        "size.surface_area_mm2": _area(lattice),
        **dict(
            zip(
                ("size.least_axis_mm", "size.minor_axis_mm", "size.major_axis_mm"), 2 * np.sqrt(5 * values), strict=True
            )
        ),
    }


def _area(lattice: Lattice) -> float:
    """By scikit-image's marching cubes through the level of the cells' centres."""
    from skimage.measure import marching_cubes, mesh_surface_area

    shape = lattice.scene.shape
    level = shape.level(shape.to_local(lattice.points))
    vertices, faces, _, _ = marching_cubes(level, 1.0, spacing=(lattice.step,) * 3)
    return float(mesh_surface_area(vertices, faces))


def _axial(lattice: Lattice) -> tuple[float, float]:
    """Longest chord between points of the surface in one slice of cells, and the longest one across it there."""
    from scipy.spatial import ConvexHull
    from scipy.spatial.distance import cdist

    best: tuple[float, Any, Any, float] = (0.0, None, None, 0.0)
    for height in np.unique(lattice.points[0, 0, :, 2]):
        outline = lattice.cloud[np.abs(lattice.cloud[:, 2] - height) < 1e-6]
        if len(outline) < 10:
            continue
        corners = outline[ConvexHull(outline[:, :2]).vertices]
        lengths = cdist(corners, corners)
        i, j = np.unravel_index(int(lengths.argmax()), lengths.shape)
        if lengths[i, j] > best[0]:
            best = float(lengths[i, j]), corners[i], corners[j], float(height)
    length, start, end, height = best
    along = (end - start) / length
    ticks = np.arange(-length, length, 0.05)
    widest = 0.0
    for share in np.arange(0, 1, lattice.step / length / 2):
        line = start + share * (end - start) + ticks[:, None] * np.array([-along[1], along[0], 0.0])
        within = ticks[lattice.scene.inside(line)]
        widest = max(widest, float(np.ptp(within)) + 0.05 if len(within) else 0.0)
    return length, widest


def margin(lattice: Lattice) -> dict[str, Any]:
    """Counted columns of `margin`."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import ConvexHull, cKDTree

    within = lattice.points[lattice.inside]
    values, vectors = np.linalg.eigh(np.cov(within.T, bias=True))
    ellipsoid = _directions(400_000) * np.sqrt(5 * values) @ vectors.T + within.mean(axis=0)
    some = lattice.feet[:: max(1, len(lattice.feet) // 20_000)]
    offsets, _ = cKDTree(ellipsoid).query(some)
    equivalent = (3 * lattice.volume / (4 * np.pi)) ** (1 / 3)
    hull = ConvexHull(lattice.cloud)
    depth = np.full(len(lattice.cloud), np.inf)
    for part in np.array_split(hull.equations, max(1, len(hull.equations) // 50)):
        depth = np.minimum(depth, -(lattice.cloud @ part[:, :3].T + part[:, 3]).max(axis=1))
    counted = size(lattice)
    deep = lattice.cloud[depth > 0.05 * counted["size.longest_diameter_mm"]]
    pairs = cKDTree(deep).query_pairs(2 * lattice.step, output_type="ndarray") if len(deep) else np.empty((0, 2), int)
    links = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(deep), len(deep)))
    count, _ = connected_components(links, directed=False) if len(deep) else (0, None)
    # Just outside, an edge of σ has tumour of share Φ(−h/σ); a sharp one has none.
    just_outside = lattice.feet + 0.5 * lattice.normals
    share = lattice._mixture(just_outside, tumour=True)[:, Tissue.TUMOUR]
    return {
        "margin.irregularity": float(np.sqrt(np.mean(offsets**2))) / equivalent,
        "margin.sphericity": np.pi ** (1 / 3) * (6 * lattice.volume) ** (2 / 3) / counted["size.surface_area_mm2"],
        "margin.solidity": lattice.volume / float(hull.volume),
        "margin.deep_lobulations_count": count,
        "margin.ill_defined_fraction": float((share > 0.1).mean()),
    }


def edema(lattice: Lattice) -> dict[str, Any]:
    """Counted columns of `edema`; the lattice must hold all of it."""
    share = lattice.perilesional[:, Tissue.EDEMA]
    distance = lattice.distance[~lattice.inside]
    touching = lattice._mixture(lattice.feet + 0.15 * lattice.normals, tumour=False)[:, Tissue.EDEMA]
    volume = float(share.sum()) * lattice.step**3
    return {
        "edema.volume_ml": volume / 1000,
        "edema.index": volume / lattice.volume,
        "edema.max_extent_mm": float(distance[share > 0.5].max(initial=0)),
        "edema.present": float(share[distance > 3].sum()) * lattice.step**3 >= max(500, 0.01 * lattice.volume),
        "edema.surface_fraction": float(touching.mean()),
    }


def split_fat(lattice: Lattice) -> dict[str, Any]:
    """Counted columns of `split_fat`, walked along the lattice's own normals."""
    stride = max(1, len(lattice.feet) // 12_000)
    feet, normals = lattice.feet[::stride], lattice.normals[::stride]
    heights = np.arange(0.05, 15, 0.1)
    walked = (feet[:, None] + heights[:, None] * normals[:, None]).reshape(-1, 3)
    mixture = lattice._mixture(walked, tumour=False).reshape(len(feet), len(heights), -1)
    fat = mixture[..., Tissue.FAT]
    muscle = mixture[..., [Tissue.MUSCLE, Tissue.EDEMA]].sum(axis=-1) > 0.5
    passed = np.cumsum(fat, axis=1) * 0.1
    total = passed[:, heights < 10][:, -1]
    covered = (total >= 1) & (passed[:, heights < 3][:, -1] >= 0.5) & (muscle & (passed >= 1)).any(axis=1)
    within = lattice.points[lattice.inside]
    _, vectors = np.linalg.eigh(np.cov(within.T, bias=True))
    toward = feet - within.mean(axis=0)
    cosine = toward @ vectors[:, 2] / np.linalg.norm(toward, axis=1)
    poles = [float(covered[side >= np.sqrt(0.5)].mean()) for side in (cosine, -cosine)]
    counted: dict[str, Any] = {
        "split_fat.coverage_fraction": float(covered.mean()),
        "split_fat.pole_coverage_fraction": min(poles),
        "split_fat.compartment": _compartment(passed, heights, muscle),
    }
    return counted | ({"split_fat.rim_thickness_mm": float(np.median(total[covered]))} if covered.any() else {})


def _compartment(passed: Array, heights: Array, muscle: Array) -> str:
    """By the fat passed (n, m) in mm and the muscle (n, m) at heights (m,) mm above each place of the surface."""
    fat = passed[:, heights < 10][:, -1] >= 0.5
    read = fat | muscle[:, heights < 10].any(axis=1)
    if read.mean() < 0.5:
        return "unclear"
    if (fat & ~muscle.any(axis=1))[read].mean() > 0.6:
        return "fat"
    return "intermuscular" if (passed[:, heights < 5][:, -1] >= 0.5)[read].mean() >= 0.02 else "intramuscular"


def contents(lattice: Lattice, signals: dict[Role, TissueSignals]) -> dict[str, Any]:
    """Counted columns of `cyst`, `t1_high`, `target` and `enhancement`."""
    mixture, depth = lattice.mixture, -lattice.distance[lattice.inside]
    held = mixture.mean(axis=0)
    before, after = signals[Role.T1].signal, signals[Role.T1_POST].signal
    relative = mixture @ after / after[Tissue.MUSCLE] / (mixture @ before / before[Tissue.MUSCLE]) - 1
    known = lattice.eroded(signals[Role.T1_POST].grid) & (mixture[:, Tissue.FAT] < 0.5)
    outer, inner = known & (depth < depth.max() / 3), known & (depth > depth.max() * 2 / 3)
    t2 = mixture @ signals[Role.T2_FS].signal
    return {
        "cyst.fraction": float(held[Tissue.CYST] + held[Tissue.NECROSIS]),
        "cyst.necrosis_fraction": float(held[Tissue.NECROSIS]),
        "t1_high.fraction": float(held[Tissue.BLOOD]),
        "enhancement.enhancing_fraction": float((relative[known] > 0.15).mean()),
        "enhancement.rim_core_ratio": float(relative[outer].mean() / max(0.05, relative[inner].mean())),
        "target.rim_core_ratio": float(t2[outer].mean() / t2[inner].mean()),
        "target.core_variation": float(t2[inner].std() / t2[inner].mean()),
    }


def diffusion(lattice: Lattice, grid: Grid) -> dict[str, Any]:
    """Counted columns of `adc` where every edge is sharp."""
    diffusivity_of_tissue = np.array([lattice.scene.shape.spec.properties(t).d_um2_per_ms for t in Tissue])
    values = lattice.mixture @ diffusivity_of_tissue
    holes = [Tissue.CYST, Tissue.NECROSIS, Tissue.BLOOD]

    def solid(points: Array) -> Array:
        return lattice.scene.inside(points) & (lattice._mixture(points, tumour=True)[:, holes].sum(axis=1) < 0.5)

    points = lattice.points[lattice.inside]
    keep = solid(points)
    for step in grid.affine[:3, :3].T:
        for moved in (step, -step):
            keep &= solid(points + moved)
    kept, kept_values = points[keep], values[keep]

    def sphere(centre: Array) -> float:
        return float(kept_values[np.linalg.norm(kept - centre, axis=1) <= 5].mean())

    lowest = min(kept[:: max(1, len(kept) // 400)], key=sphere)
    near = kept[np.linalg.norm(kept - lowest, axis=1) < 2]
    minimum = min(sphere(centre) for centre in near[:: max(1, len(near) // 400)])
    return {
        "adc.mean_um2_per_ms": float(values[keep].mean()),
        "adc.mean_whole_um2_per_ms": float(values.mean()),
        "adc.min_um2_per_ms": minimum,
    }
