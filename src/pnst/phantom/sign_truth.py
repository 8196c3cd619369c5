"""Exact columns of the signs that are read on T2: fascicular, rim, flow voids and haemosiderin."""

from __future__ import annotations

import numpy as np

from pnst.image import Grid
from pnst.phantom import definitions as of
from pnst.phantom.geometry import MassMoments
from pnst.phantom.scene import Scene
from pnst.phantom.sign_layers import FASCICLE_CLEARANCE_MM
from pnst.phantom.signs import Fascicles, FlowVoid, SignSpec, across_axes
from pnst.phantom.surface import Surface
from pnst.phantom.surround import Value
from pnst.phantom.tissue import Tissue
from pnst.typing import BoolArray, FloatArray

FWHM_PER_SIGMA = 2.355
CELL_MM = 0.01
"""A point, to the mixture of tissues that is asked there."""
DISC = 24
"""Points across the section of a vessel."""
DARK_SHELLS = (Tissue.CAPSULE, Tissue.HAEMOSIDERIN)


def sign_truth(
    scene: Scene, surface: Surface, body: MassMoments, grid: Grid, rim_grid: Grid
) -> dict[str, dict[str, Value]]:
    """The columns of the four families as the voxels of a T2 `grid`, of the rim's own, show them; nothing of a tumour
    without signs.
    """
    signs = scene.shape.spec.signs
    if signs is None:
        return {}
    caps_seen = _blur_mm(scene, surface, grid) <= of.CAP_BLUR_MM
    lines_seen = _blur_mm(scene, surface, rim_grid) <= of.MAX_BLUR_MM
    truth = {
        "flow_voids": flow_void_truth(scene, signs),
        "haemosiderin": haemosiderin_truth(scene, surface, body, caps_seen),
    }
    if lines_seen.any():
        truth["rim"] = rim_truth(scene, surface, lines_seen)
    if max(sorted(grid.spacing)[:2]) <= of.MAX_PIXEL_MM:
        truth["fascicular"] = fascicular_truth(scene, signs.fascicles, grid)
    return truth


def _blur_mm(scene: Scene, surface: Surface, grid: Grid) -> FloatArray:
    """(n,) full width at half maximum by which voxels blur a line along the surface: 2.355 · √(Σ (nᵢ·spacingᵢ)²)/2."""
    normals = surface.normals @ scene.shape.axes.T
    return np.asarray(FWHM_PER_SIGMA / 2 * np.linalg.norm(normals @ grid.affine[:3, :3], axis=1))


def fascicular_truth(scene: Scene, fascicles: Fascicles | None, grid: Grid) -> dict[str, Value]:
    """Fascicles that a slice cuts, on the slice with the second most; none where slices run along them."""
    counts = np.zeros(1, dtype=int) if fascicles is None else _cut(scene, fascicles, grid)
    dots = int(np.sort(np.append(counts, [0, 0]))[-2])
    return {"count": dots, "present": dots >= of.DOTS}


def _cut(scene: Scene, fascicles: Fascicles, grid: Grid) -> FloatArray:
    """(slices,) how many whole fascicles of a size that counts each slice cuts."""
    if not of.MIN_DOT_MM <= fascicles.diameter_mm <= of.MAX_DOT_MM:
        return np.zeros(grid.shape[grid.slice_axis])
    shape, step = scene.shape, fascicles.spacing_mm
    steps = np.arange(-int(scene.reach_mm / step) - 1, int(scene.reach_mm / step) + 2) * step
    lattice = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    starts = shape.to_world(lattice @ across_axes(shape.pole).T)
    normal = grid.inverse[grid.slice_axis, :3]  # slices a mm
    along = normal @ (shape.axes @ shape.pole)
    place = starts @ normal + grid.inverse[grid.slice_axis, 3]
    counts = np.zeros(grid.shape[grid.slice_axis])
    if abs(along) * grid.spacing[grid.slice_axis] < np.sqrt(0.5):
        return counts
    for k in range(len(counts)):
        points = starts + ((k - place) / along)[:, None] * (shape.axes @ shape.pole)
        depth = -scene.distance(shape.to_local(points))
        counts[k] = np.count_nonzero(depth > fascicles.radius_mm + FASCICLE_CLEARANCE_MM)
    return counts


def rim_truth(scene: Scene, surface: Surface, readable: BoolArray) -> dict[str, Value]:
    """Share of the readable surface under a thin layer that is bright, and dark, on T2."""
    bright = _covered(scene, surface, (Tissue.CYST,))
    dark = _covered(scene, surface, DARK_SHELLS)
    if 0 < scene.shape.spec.capsule_mm < of.MAX_LINE_MM:
        dark = np.ones_like(dark)
    areas = surface.areas * readable
    share = [float(areas @ covered / areas.sum()) for covered in (bright, dark)]
    return {"thin_bright_rim_fraction": share[0], "capsule_fraction": share[1]}


def _covered(scene: Scene, surface: Surface, tissues: tuple[Tissue, ...]) -> BoolArray:
    """(n,) whether the normal of each point meets a thin shell of one of these tissues, in the middle of its depth.

    Where a shell ends, its wall points away from the tumour's centre and its normals lean outward of that; where the
    nerve leaves, there is none.
    """
    signs = scene.shape.spec.signs or SignSpec()
    covered = np.zeros(len(surface.points), dtype=bool)
    for shell in signs.shells:
        if shell.tissue in tissues and shell.thickness_mm < of.MAX_LINE_MM:
            middle = scene.shape.to_world(surface.points + shell.thickness_mm / 2 * surface.normals)
            covered |= scene.fractions(middle, CELL_MM, tumour=False)[:, shell.tissue] > 0.5
    return covered


def flow_void_truth(scene: Scene, signs: SignSpec) -> dict[str, Value]:
    """Volume of the vessels in the tumour and within reach of it, their calibre, number and length."""
    volumes, lengths, calibres = np.zeros(2), [], []
    for void in signs.voids:
        parts, length = _within_reach(scene, void)
        if length >= of.MIN_CALIBRES * void.calibre_mm:
            volumes += parts
            lengths.append(length)
            calibres.append(void.calibre_mm)
    return {
        "intralesional_ml": float(volumes[0]) / 1000,
        "perilesional_ml": float(volumes[1]) / 1000,
        "largest_calibre_mm": max(calibres, default=0.0),
        "pieces_count": len(lengths),
        "length_mm": float(sum(lengths)),
        "present": len(lengths) >= of.VOIDS or sum(lengths) >= of.VOID_LENGTH_MM,
    }


def _within_reach(scene: Scene, void: FlowVoid) -> tuple[FloatArray, float]:
    """(2,) mm³ inside the tumour and within reach outside it, and the length of the axis in both."""
    axis = void.axis
    step = np.gradient(axis, axis=0)
    length = np.linalg.norm(step, axis=1)
    ticks = (np.arange(DISC) + 0.5) / DISC * 2 - 1
    disc = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    disc = disc[np.linalg.norm(disc, axis=1) < 1] * void.calibre_mm / 2
    volumes = np.zeros(2)
    for point, along, mm in zip(axis, step, length, strict=True):
        section = point + disc @ across_axes(along / mm).T
        distance = scene.distance(section)
        parts = np.array([np.mean(distance < 0), np.mean((distance >= 0) & (distance <= of.PERILESIONAL_MM))])
        volumes += parts * np.pi * void.calibre_mm**2 / 4 * mm
    for end in axis[[0, -1]]:  # half a ball at each end
        away = float(scene.distance(end[None])[0])
        volumes += np.array([away < 0, 0 <= away <= of.PERILESIONAL_MM]) * np.pi * void.calibre_mm**3 / 12
    return volumes, float(length @ (scene.distance(axis) <= of.PERILESIONAL_MM))


def haemosiderin_truth(scene: Scene, surface: Surface, body: MassMoments, readable: BoolArray) -> dict[str, Value]:
    """Share of the more covered pole under a layer of haemosiderin; None without poles that can be read."""
    dark = _covered(scene, surface, DARK_SHELLS)
    toward = scene.shape.to_world(surface.points) - body.centroid
    cosine = toward @ body.axes[:, 0] / np.linalg.norm(toward, axis=1)
    shares = []
    for side in (cosine, -cosine):
        cap = surface.areas * (side >= np.cos(np.radians(of.CAP_HALF_ANGLE_DEG)))
        if cap @ readable >= of.CAP_READ_FRACTION * cap.sum():
            shares.append(float(cap @ (readable & dark) / (cap @ readable)))
    if body.semi_axes[0] < of.CAP_ELONGATION * body.semi_axes[2] or not shares:
        return {"cap_fraction": None, "present": None}
    return {"cap_fraction": max(shares), "present": max(shares) >= of.CAP_FRACTION}
