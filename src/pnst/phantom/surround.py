"""Exact oedema and split fat rim of a simulated tumour, by quadrature through the tissues that surround it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pnst.image import Grid
from pnst.phantom import definitions as of
from pnst.phantom.geometry import MassMoments
from pnst.phantom.scene import SHELL_MM, Scene
from pnst.phantom.sphere import quadrature
from pnst.phantom.surface import Surface, turned
from pnst.phantom.tissue import Tissue
from pnst.typing import BoolArray, FloatArray

RAY_ROWS = 64
STEP_MM = 0.4
NORMAL_STEP_MM = 0.2

Value = bool | int | float | str | None


@dataclass(frozen=True, eq=False)
class Rays:
    """Points outside the tumour along rays from its centre, each with the volume it stands for."""

    points: FloatArray
    """(n, 3) RAS mm."""
    volumes: FloatArray
    """(n,) mm³."""
    distance: FloatArray
    """(n,) mm from the surface."""
    mixture: FloatArray
    """(n, tissues) without the tumour."""

    @classmethod
    def cast(cls, scene: Scene) -> Rays:
        """Gauss–Legendre directions in cos θ, even in φ; even steps along each ray from the surface outwards."""
        theta, phi, solid_angles = quadrature(RAY_ROWS)
        directions = turned(theta, phi).reshape(-1, 3)
        start = 1 / scene.shape.level(directions)
        reach = max(SHELL_MM, scene.shape.spec.edema_mm) + 1
        steps = np.arange(int((scene.reach_mm - start.min() + reach) / STEP_MM)) + 0.5
        radius = start[:, None] + steps * STEP_MM
        local = radius[..., None] * directions[:, None, :]
        distance = scene.distance(local.reshape(-1, 3))
        near = (distance > 0) & (distance <= reach)
        points = scene.shape.to_world(local.reshape(-1, 3)[near])
        volumes = (solid_angles.reshape(-1, 1) * (radius**2 + STEP_MM**2 / 12) * STEP_MM).ravel()[near]
        return cls(points, volumes, distance[near], _mixtures(scene, points, STEP_MM))


def edema_truth(scene: Scene, surface: Surface, rays: Rays, lesion_mm3: float, grid: Grid) -> dict[str, Value]:
    """The columns of `edema`: the oedema outside the tumour's true surface, of whatever shape, less bone, rim …"""
    share = rays.mixture[:, Tissue.EDEMA]
    volume = float(rays.volumes @ share)
    clear = rays.distance > of.CLEAR_OF_CONTOUR_MM
    if float(rays.volumes[clear] @ share[clear]) < max(1000 * of.EDEMA_ML, of.EDEMA_LESION_FRACTION * lesion_mm3):
        nothing: dict[str, Value] = {"max_extent_mm": 0.0, "present": False, "volume_ml": 0.0, "index": 0.0}
        return nothing | {"surface_fraction": 0.0, "censored": False}
    # A border cell half full lies on the front; one less full, up to half a step behind it.
    extent = float((rays.distance + (share - 0.5) * STEP_MM)[share > 0].max())
    just_outside = scene.shape.to_world(surface.points + 0.05 * surface.normals)
    touching = scene.fractions(just_outside, 0.01, tumour=False)[:, Tissue.EDEMA]
    index = grid.to_index(rays.points[share > 0.5])
    inside = ((index > -0.5) & (index < np.asarray(grid.shape) - 0.5)).all()
    return {
        "max_extent_mm": extent,
        "present": True,
        "volume_ml": volume / 1000,
        "index": volume / lesion_mm3,
        "surface_fraction": float(surface.areas @ touching / surface.areas.sum()),
        "censored": bool(not inside or extent >= of.SEARCH_MM),
    }


def split_fat_truth(scene: Scene, surface: Surface, body: MassMoments) -> dict[str, Value]:
    """The columns of `split_fat`, by the definition's own rules along the true normals through the true tissues."""
    fat, muscle = _along_normals(scene, surface)
    covered, fat_mm = _covered(fat, muscle)
    coverage = float(surface.areas @ covered / surface.areas.sum())
    pole = _pole_coverage(scene, surface, covered, body)
    compartment = _compartment(fat, muscle, covered, surface.areas)
    applicable = None if compartment == "unclear" else compartment != "fat"
    present = max(coverage, pole or 0.0) >= of.COVERAGE
    truth: dict[str, Value] = {
        "coverage_fraction": coverage,
        "pole_coverage_fraction": pole,
        "applicable": applicable,
        "compartment": compartment,
        "present": present if applicable else None,
    }
    if covered.any():
        truth["rim_thickness_mm"] = float(np.median(fat_mm[covered]))
    return truth


HEIGHTS = (np.arange(int(of.MUSCLE_WITHIN_MM / NORMAL_STEP_MM)) + 0.5) * NORMAL_STEP_MM
"""(m,) mm above the surface."""


def _along_normals(scene: Scene, surface: Surface) -> tuple[FloatArray, BoolArray]:
    """(n, m) the share of fat, marrow apart, and whether there is muscle, at the heights above each surface point."""
    local = surface.points[:, None, :] + HEIGHTS[:, None] * surface.normals[:, None, :]
    mixture = _mixtures(scene, scene.shape.to_world(local.reshape(-1, 3)), NORMAL_STEP_MM)
    shape = len(surface.points), len(HEIGHTS)
    muscle = _share(mixture, (Tissue.MUSCLE, Tissue.EDEMA)).reshape(shape) > 0.5
    return mixture[:, Tissue.FAT].reshape(shape), muscle


def _covered(fat: FloatArray, muscle: BoolArray) -> tuple[BoolArray, FloatArray]:
    """(n,) whether each surface point has a rim, and (n,) the fat within 10 mm along its normal, in mm."""
    passed = np.cumsum(fat, axis=1) * NORMAL_STEP_MM
    total = passed[:, HEIGHTS < of.REACH_MM][:, -1]
    onset = passed[:, HEIGHTS < of.ONSET_WITHIN_MM][:, -1] >= of.ONSET_FAT_MM
    beyond = (muscle & (passed >= of.FAT_MM)).any(axis=1)
    return (total >= of.FAT_MM) & onset & beyond, total


def _compartment(fat: FloatArray, muscle: BoolArray, covered: BoolArray, areas: FloatArray) -> str:
    """What the tumour lies in, by the tissues that its surface's points meet along their normals."""
    met = np.cumsum(fat, axis=1) * NORMAL_STEP_MM >= of.ONSET_FAT_MM
    in_reach = HEIGHTS < of.REACH_MM
    meets_fat = met[:, in_reach].any(axis=1)
    read = areas * (meets_fat | muscle[:, in_reach].any(axis=1))
    if read.sum() < of.READ_FRACTION * areas.sum():
        return "unclear"
    if read @ (meets_fat & ~muscle.any(axis=1)) > of.BURIED_SURFACE_FRACTION * read.sum():
        return "fat"
    near = met[:, HEIGHTS < of.NEAR_MM].any(axis=1) | covered
    return "intermuscular" if read @ near >= of.NEAR_SURFACE_FRACTION * read.sum() else "intramuscular"


def _pole_coverage(scene: Scene, surface: Surface, covered: BoolArray, body: MassMoments) -> float | None:
    """Coverage of the less covered pole (within 45° of the long axis, from the centroid); None without poles."""
    if body.semi_axes[0] / body.semi_axes[2] < of.ELONGATION:
        return None
    toward = scene.shape.to_world(surface.points) - body.centroid
    cosine = toward @ body.axes[:, 0] / np.linalg.norm(toward, axis=1)
    shares = []
    for side in (cosine, -cosine):
        cap = side >= np.cos(np.radians(of.POLE_HALF_ANGLE_DEG))
        shares.append(float(surface.areas[cap] @ covered[cap] / surface.areas[cap].sum()))
    return min(shares)


def _share(mixture: FloatArray, tissues: Sequence[Tissue]) -> FloatArray:
    return np.asarray(mixture[:, [int(t) for t in sorted(tissues)]].sum(axis=1))


def _mixtures(scene: Scene, points: FloatArray, cell_mm: float) -> FloatArray:
    """The mixtures without the tumour at many points, a part at a time."""
    parts: list[Any] = np.array_split(points, max(1, len(points) // 200_000))
    return np.concatenate([scene.fractions(part, cell_mm, tumour=False).astype(np.float32) for part in parts])
