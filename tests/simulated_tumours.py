"""Scenes of simulated tumours and what a series shows of their tissues; one field of distances serves all of a body."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from pnst.image import Grid
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.contents import TissueSignals
from pnst.phantom.geometry import moments
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.signal import tissue_signal
from pnst.phantom.spec import SEQUENCES
from pnst.phantom.surface import DistanceField, sample
from pnst.phantom.tissue import Tissue
from pnst.phantom.truth import interior_truth
from pnst.phantom.vector import rotation
from pnst.study import Role
from pnst.typing import FloatArray, IntArray

BARE = SurroundSpec(nerve=False, septa=0)
BALL = LesionSpec(radii_mm=(16, 16, 16), tilt_deg=(10, 20, 30), centre_mm=(5, -3, 8))
ROLES = Role.T1, Role.T1_POST, Role.T2_FS, Role.DWI
PURE_MM = 1e-3


@cache
def field(radii_mm: tuple[float, float, float], reach_mm: float) -> DistanceField:
    """Neither what a smooth tumour holds nor what it lies in moves its surface."""
    return DistanceField(Shape(LesionSpec(radii_mm=radii_mm), np.random.default_rng(0)), reach_mm)


def scene_of(lesion: LesionSpec, surround: SurroundSpec = BARE, *, reach_mm: float = 6.0) -> Scene:
    """A tumour, smooth but for its inclusions, whose distances are known up to a reach beyond it."""
    scene = Scene(Shape(lesion, np.random.default_rng(0)), surround)
    if lesion.roughness == 0:
        scene.__dict__["distance"] = field(lesion.radii_mm, reach_mm)
    return scene


@cache
def _own_field(lesion: LesionSpec) -> DistanceField:
    return Scene(Shape(lesion, np.random.default_rng(3)), SurroundSpec()).distance


def rough_scene_of(surround: SurroundSpec, **lesion: Any) -> Scene:
    """A tumour of any shape; its distances are the same whatever it lies in."""
    scene = Scene(Shape(LesionSpec(**lesion), np.random.default_rng(3)), surround)
    scene.__dict__["distance"] = _own_field(scene.shape.spec)
    return scene


def tissue_at(scene: Scene, points: FloatArray) -> IntArray:
    """(n,) the tissue at RAS points (n, 3)."""
    return scene.fractions(points, PURE_MM).argmax(axis=1)


def oblique_grid(*spacing: float) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = rotation((7.0, -12.0, 20.0)) * spacing
    return Grid((20, 20, 20), affine)


FINE = oblique_grid(0.002, 0.003, 0.004)
"""Voxels so small that taking off the edge takes nothing."""


def pure_signal(lesion: LesionSpec, tissue: Tissue, role: Role) -> float:
    return tissue_signal(lesion.properties(tissue), SEQUENCES[role])


def truth_of(lesion: LesionSpec, voxels: Grid = FINE, roles: tuple[Role, ...] = ROLES) -> dict[str, dict[str, Any]]:
    """The exact columns of a tumour's interior, as series of these roles on these voxels show it."""
    scene = scene_of(lesion)
    surface = sample(scene.shape, 2.0)
    signals = {role: TissueSignals(voxels, np.array([pure_signal(lesion, t, role) for t in Tissue])) for role in roles}
    return interior_truth(scene, surface, moments(scene.shape, surface), signals)
