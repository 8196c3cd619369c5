"""Exact columns of the bone beside a tumour in a simulated spine: what was carved, and how the tumour lies in it."""

from __future__ import annotations

import numpy as np

from pnst.phantom import definitions as of
from pnst.phantom.scene import Scene
from pnst.phantom.spine import ARCH_MM, Spine
from pnst.phantom.surround import Value
from pnst.typing import BoolArray, FloatArray

LATTICE = 96
"""Places a side of the lattice by which the tumour's share in a foramen is counted."""
RAY_MM = 0.05
"""Steps of the rays that find the back of a body."""
WALL_SHARE = 0.5
"""The back is looked at over this share of the canal's width."""
ACROSS = 0.2
"""A dumbbell whose axis has at most this cosine to the canal's lies across it, and its waist is the tumour's own."""


def bone_truth(scene: Scene, spine: Spine) -> dict[str, Value]:
    """The columns of `bone`, but its roughness and what its cortex has lost. The waist only of a dumbbell across."""
    depth = hollow_mm(spine)
    truth: dict[str, Value] = {
        "scalloping_depth_mm": depth,
        "remodelling": depth >= of.SCALLOPING_MM,
        "foramen_area_ratio": spine.spec.foramen_ratio,
        "foraminal_fraction": foraminal_fraction(scene, spine),
    }
    waist = scene.shape.spec.waist_ratio
    if waist is not None and abs(float(scene.shape.axes[2, 2])) <= ACROSS:
        truth["dumbbell_waist_ratio"] = waist**2
    return truth


def hollow_mm(spine: Spine) -> float:
    """Greatest depth of the back of the body that is hollowed below its own rims, which are straight."""
    spec = spine.spec
    if spec.scallop_mm == 0:
        return 0.0
    middle = -spec.foramen_offset_mm - spec.period_mm / 2
    half = (spec.period_mm - spec.disc_mm) / 2
    x = np.arange(-WALL_SHARE, WALL_SHARE, 0.05) * spec.canal_mm
    along = middle + np.arange(-half + 0.25, half, 0.25)
    y = np.arange(0, spec.canal_mm + spec.scallop_mm + 2, RAY_MM)
    heights, beside, before = np.meshgrid(along, x, y, indexing="ij")
    local = np.stack([beside, before, heights], axis=-1)
    wall = y[(spine.bone(local) < 0).argmax(axis=2)]
    return float((wall.max(axis=0) - wall.min(axis=0)).max())


def foraminal_fraction(scene: Scene, spine: Spine) -> float:
    """Share of the tumour within the tunnel of a foramen's height, between the inner and outer side of the pedicles."""
    reach = np.linspace(-1, 1, LATTICE) * scene.reach_mm
    points = np.stack(np.meshgrid(reach, reach, reach, indexing="ij"), axis=-1).reshape(-1, 3) + scene.shape.centre
    local = spine.to_local(points[scene.inside(points)])
    return float(np.count_nonzero(_between(spine, local)) / max(len(local), 1))


def _between(spine: Spine, local: FloatArray) -> BoolArray:
    """(n,) whether points of the spine's own coordinates lie between two pedicles."""
    spec = spine.spec
    beside = np.abs(local[..., 0])
    height = local[..., 2] + spec.foramen_offset_mm
    folded = np.abs(height - spec.period_mm * np.round(height / spec.period_mm))
    widened = (np.abs(height) < spec.period_mm / 2) & (local[..., 0] * spine.side > 0)
    half = spec.foramen_mm[0] * np.where(widened, np.sqrt(spec.foramen_ratio), 1.0)
    return np.asarray((beside > spec.canal_mm) & (beside < spec.canal_mm + ARCH_MM) & (folded < half))
