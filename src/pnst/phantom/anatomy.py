"""The limb round the tumour, as signed distances in mm (negative inside), in the patient's RAS axes.

A thigh-like cylinder along the patient's superior axis, laid out from the tumour's size so that bone, septa, vessels
and skin keep clear of its bed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pnst.image import FloatArray
from pnst.phantom.check import at_least, between, require
from pnst.phantom.lesion import Vector

Axis = Literal["x", "y"]


@dataclass(frozen=True, kw_only=True)
class SurroundSpec:
    """What the tumour lies in."""

    bed: Literal["muscle", "fat"] = "muscle"
    """The tissue all round the tumour."""
    bed_mm: float = 17.0
    """How far the bed reaches beyond the tumour's surface before septa, bone or skin may come."""
    fat_plane_mm: float | None = None
    """A flat fascial fat plane at this distance from the tumour on one side; None: none in the bed."""
    fat_plane_thickness_mm: float = 3.0
    fat_plane_axis: Vector = (0.0, 1.0, 0.0)
    """Direction from the tumour to the plane, in the patient's axes."""
    septa: int = 3
    """Fascial fat planes through the bone, outside the bed."""
    septum_mm: float = 2.0
    subcutaneous_fat_mm: float = 8.0
    skin_mm: float = 1.5
    bone: bool = True
    vessels: bool = True
    nerve: bool = True
    nerve_diameter_mm: float = 2.5
    """Of the nerve that enters and leaves the tumour at its poles."""

    def __post_init__(self) -> None:
        require(self.bed in ("muscle", "fat"), "surround.bed", str(self.bed), "muscle or fat")
        for name in ("bed_mm", "subcutaneous_fat_mm", "skin_mm"):
            between(f"surround.{name}", getattr(self, name), 0.0, 100.0)
        for name in ("septum_mm", "fat_plane_thickness_mm", "nerve_diameter_mm"):
            between(f"surround.{name}", getattr(self, name), 0.1, 30.0)
        between("surround.septa", self.septa, 0, 12)
        if self.fat_plane_mm is not None:
            at_least("surround.fat_plane_mm", self.fat_plane_mm, 0.0)
            require(np.linalg.norm(self.fat_plane_axis) > 0, "surround.fat_plane_axis", "no length", "a direction")


@dataclass(frozen=True)
class Limb:
    """Where the limb's parts lie; every part but the nerve is a cylinder or plane along the patient's superior axis."""

    axis: tuple[float, float]
    """x, y of the limb's axis."""
    muscle_radius_mm: float
    bone: tuple[float, float]
    vein: tuple[float, float]
    artery: tuple[float, float]

    bone_radius_mm: float = 12.0
    marrow_radius_mm: float = 8.0
    vein_radius_mm: float = 3.0
    artery_radius_mm: float = 2.5


def lay_out(centre_mm: Vector, reach_mm: float, clearance_mm: float) -> Limb:
    """A limb for a tumour that reaches `reach_mm` from its centre and must stay `clearance_mm` from everything else."""
    toward_bone = np.array([-0.9, -0.436])
    aside = np.array([0.436, -0.9])
    tumour = np.asarray(centre_mm[:2])
    keep = reach_mm + clearance_mm
    bone = tumour + toward_bone * (keep + Limb.bone_radius_mm + 1)
    vessel = tumour + aside * (keep + 4) + toward_bone * 12
    axis = tumour + 0.5 * (bone - tumour)
    half = float(np.linalg.norm(bone - axis))
    radius = max(half + keep + 1, half + Limb.bone_radius_mm + 12, float(np.linalg.norm(vessel - axis)) + 12)
    return Limb(_pair(axis), radius, _pair(bone), _pair(vessel), _pair(vessel + 7 * toward_bone))


def cylinder(points: FloatArray, axis: tuple[float, float], radius_mm: float) -> FloatArray:
    """Signed distance of RAS points (..., 3) to an upright cylinder."""
    return np.asarray(np.hypot(points[..., 0] - axis[0], points[..., 1] - axis[1]) - radius_mm)


def slab(points: FloatArray, normal: FloatArray, offset_mm: float, thickness_mm: float) -> FloatArray:
    """Signed distance of points (..., 3) to the layer between two planes; `offset_mm` is that of its middle."""
    return np.asarray(np.abs(points @ normal - offset_mm) - thickness_mm / 2)


def tube(points: FloatArray, direction: FloatArray, radius_mm: float) -> FloatArray:
    """Signed distance of points (..., 3) to an endless tube through the origin along a unit vector."""
    along = points @ direction
    return np.asarray(np.linalg.norm(points - along[..., None] * direction, axis=-1) - radius_mm)


def septa(points: FloatArray, limb: Limb, count: int, thickness_mm: float) -> FloatArray:
    """Signed distance to `count` fat planes that fan out from the bone, evenly turned."""
    x, y = points[..., 0] - limb.bone[0], points[..., 1] - limb.bone[1]
    nearest = np.full(points.shape[:-1], np.inf)
    for n in range(count):
        angle = np.pi * (n + 0.35) / count
        nearest = np.minimum(nearest, np.abs(-np.sin(angle) * x + np.cos(angle) * y))
    return np.asarray(nearest - thickness_mm / 2)


def _pair(point: FloatArray) -> tuple[float, float]:
    return float(point[0]), float(point[1])
