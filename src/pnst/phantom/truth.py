"""The exact answer to a simulated study, by quadrature on its geometry; no measuring code takes part.

Definitions are those of the measurements' columns, evaluated on the analytic surface and tissues, not on voxels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from pnst.image import Grid
from pnst.phantom import definitions as of
from pnst.phantom.contents import (
    TissueSignals,
    core_is_unenhanced,
    cyst_truth,
    enhancement_truth,
    t1_high_truth,
    target_truth,
)
from pnst.phantom.diffusion_truth import diffusion_truth
from pnst.phantom.geometry import MassMoments, moments, shape_truth, size_truth
from pnst.phantom.interior import SimulatedInterior
from pnst.phantom.scene import Scene
from pnst.phantom.sign_truth import sign_truth
from pnst.phantom.spine_truth import spine_truth
from pnst.phantom.surface import Surface, sample, weighted_quantile
from pnst.phantom.surround import Rays, Value, edema_truth, split_fat_truth
from pnst.study import Role
from pnst.typing import BoolArray

Truth = Mapping[str, Value]

WIDTH_PER_SIGMA = 2.563
"""10–90 % width of an error function ÷ its σ."""

EDGE_ROLES = (Role.T1_POST, Role.T2_FS, Role.T2)
"""The series on which the edge is read."""

NOTHING: Mapping[Role, TissueSignals] = MappingProxyType({})


def true_values(
    scene: Scene, grid: Grid, signals: Mapping[Role, TissueSignals] = NOTHING, contour_mm: float = 0.0
) -> dict[str, Value]:
    """Every column that the geometry decides, as `family.column_unit` → value.

    `grid` decides only `edema.censored`; `signals` decides the families of contrast, the edge voxels and the part of
    the surface whose edge can be read; `contour_mm` is how far outside the true surface the lesion is drawn: all but
    the edge's offset is that of the true surface.
    """
    shape = scene.shape
    surface = sample(shape, float(shape.radii.max()) * np.pi / 96)
    body = moments(shape, surface)
    size = size_truth(shape, surface, body)
    rays = Rays.cast(scene)
    families: dict[str, Mapping[str, Value]] = {
        "size": size,
        "margin": shape_truth(shape, surface, body, size["longest_diameter_mm"])
        | edge_truth(scene, surface, [signals[role].grid for role in EDGE_ROLES if role in signals])
        | {"edge_offset_mm": 0.0 - contour_mm},
        "edema": edema_truth(scene, surface, rays, body.volume_mm3, grid),
        "split_fat": split_fat_truth(scene, sample(shape, float(shape.radii.max()) * np.pi / 64), body),
        **interior_truth(scene, surface, body, signals),
        **spine_truth(scene, surface, body.volume_mm3),
    }
    t2 = next((signals[role] for role in (Role.T2, Role.T2_FS) if role in signals), None)
    if t2 is not None:
        rim = signals.get(Role.T2_FS, t2)
        families |= sign_truth(scene, surface, body, t2.grid, rim.grid)
    return {f"{name}.{column}": value for name, family in families.items() for column, value in family.items()}


def edge_truth(scene: Scene, surface: Surface, grids: Sequence[Grid] = ()) -> dict[str, Value]:
    """Width and indistinct share of the edge: 10–90 % width 2.563 σ, indistinct above 4 mm, area weighted.

    Of the part of the surface that the voxels of these grids can show; of all of it without any.
    """
    shown = resolved(scene, surface, grids)
    if not shown.any():
        return {}
    points, areas = surface.points[shown], surface.areas[shown]
    width = WIDTH_PER_SIGMA * scene.edge_sigma(points / np.linalg.norm(points, axis=1)[:, None])
    share = float(areas[width > of.INDISTINCT_MM].sum() / areas.sum())
    return {
        "ill_defined_fraction": share,
        "ill_defined": share > of.ILL_DEFINED_FRACTION,
        "edge_width_mm": weighted_quantile(width, areas, 0.5),
    }


def resolved(scene: Scene, surface: Surface, grids: Sequence[Grid]) -> BoolArray:
    """(n,) where a sharp border does not look indistinct in the voxels of every grid: a flat one is blurred by them to
    the width² 2.563²·Σ(nᵢ·spacingᵢ)²/4.
    """
    normals = surface.normals @ scene.shape.axes.T
    blurs = [WIDTH_PER_SIGMA / 2 * np.linalg.norm(normals @ grid.affine[:3, :3], axis=1) for grid in grids]
    return np.asarray(np.min(blurs, axis=0) <= of.INDISTINCT_MM) if blurs else np.ones(len(normals), dtype=bool)


def interior_truth(
    scene: Scene, surface: Surface, body: MassMoments, signals: Mapping[Role, TissueSignals]
) -> dict[str, dict[str, Value]]:
    """Cyst, blood, target, enhancement and diffusion; a family whose series are not among those seen is left out."""
    shape, spec = scene.shape, scene.shape.spec
    interior = SimulatedInterior.fill(scene, surface)
    truth = {
        "cyst": cyst_truth(shape, body.volume_mm3, interior, signals),
        "t1_high": t1_high_truth(shape, body.volume_mm3, interior, signals),
    }
    if {Role.T1, Role.T1_POST} <= set(signals):
        truth["enhancement"] = enhancement_truth(interior, signals)
    t2 = next((signals[role] for role in (Role.T2_FS, Role.T2) if role in signals), None)
    if t2 is not None:
        truth["target"] = target_truth(interior, t2)
    if spec.ivim_fraction > 0:
        truth["ivim"] = {"d_um2_per_ms": spec.tissue.d_um2_per_ms, "f_fraction": spec.ivim_fraction}
    elif spec.signs is None or not spec.signs.inside:  # these are finer than voxels of diffusion
        diffusion = next((signals[role].grid for role in (Role.DWI, Role.ADC) if role in signals), None)
        core_is_solid = not core_is_unenhanced(interior, signals)
        truth["adc"] = diffusion_truth(interior, body.volume_mm3, diffusion, core_is_solid)
    return truth
