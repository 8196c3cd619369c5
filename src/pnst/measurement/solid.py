"""The solid enhancing part of a lesion on a diffusion grid: what diffusion is averaged over, and what was taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from pnst.image import Grid, Mask
from pnst.kernels.morphology import erode
from pnst.kernels.partial_volume import coverage
from pnst.measurement.edge import Edge
from pnst.measurement.family import NotMeasurable
from pnst.measurement.lesion_tissue import LesionTissue
from pnst.measurement.settings import AdcSettings
from pnst.segmentation.perilesional import resample_nearest
from pnst.study import Lesion
from pnst.typing import BoolArray, FloatArray

Region = Literal["solid enhancing part", "whole lesion"]
"""What diffusion is averaged over."""
SOLID_PART: Final = "solid enhancing part"
WHOLE_LESION: Final = "whole lesion"
WHOLE_LESION_WARNING = (
    "ADC is averaged over the whole lesion: cyst, necrosis and blood are not taken out, but the published figures and "
    "cutoffs are of the solid enhancing part"
)


@dataclass(frozen=True, eq=False)
class SolidPart:
    """The voxels that count, on a diffusion grid."""

    mask: Mask
    region: Region
    """`SOLID_PART`, or `WHOLE_LESION` where nothing can be called cyst; off the edge voxels both."""
    removed_ml: Mapping[str, float]
    """"unenhanced", "blood", "fat", "edge" → what was taken out; with the mask it makes up the lesion."""
    warnings: tuple[str, ...] = ()


def solid_part(
    tissue: LesionTissue, lesion: Mask, known: BoolArray, edge: Edge | None, settings: AdcSettings
) -> SolidPart:
    """The lesion, a mask on the diffusion grid, less what is not solid, less the edge of what remains.

    `known` is where the map holds a number. Edge voxels are those with one of their 6 neighbours outside and, where the
    lesion's own edge is blurred, those within the blur. Where fewer than `least_solid_voxels` would remain, less is
    taken off, and `warnings` reports it. `NotMeasurable` where nothing solid is left.
    """
    left = lesion.data & known
    region: Region = SOLID_PART
    voxel_ml, removed = lesion.grid.voxel_volume_mm3 / 1000, {}
    try:
        pieces, warnings = _not_solid(tissue)
    except NotMeasurable as reason:
        pieces, region = {}, WHOLE_LESION
        warnings = [f"nothing was taken out of the lesion but its edge ({reason})"]
    for name, piece in pieces.items():
        taken = left & held_by(piece, lesion.grid)
        left = left & ~taken
        removed[name] = float(np.count_nonzero(taken)) * voxel_ml
    if not left.any():
        raise NotMeasurable("nothing solid is left of the lesion on the diffusion grid")
    off = left & erode(left | (lesion.data & ~known))
    core, warning = _off_its_edge(Mask(left, lesion.grid), off, tissue.views.lesion, edge, settings)
    if warning:
        warnings.append(f"under {settings.least_solid_voxels} voxels lie off the edge of the solid part: {warning}")
    removed["edge"] = float(np.count_nonzero(left & ~core)) * voxel_ml
    return SolidPart(Mask(core, lesion.grid), region, removed, tuple(warnings))


def _off_its_edge(
    left: Mask, off: BoolArray, lesion: Lesion, edge: Edge | None, settings: AdcSettings
) -> tuple[BoolArray, str]:
    """What is averaged of what is left, `off` being less its edge voxels, and what is to be said of it."""
    clearance, min_voxels = clear_of_blur(left, edge, settings.blur_depth_widths), settings.least_solid_voxels
    if np.count_nonzero(off) >= min_voxels:
        core = _clearest(off, clearance, min_voxels)
        return core, "" if (clearance[core] > 0).all() else "the least blurred ones are averaged"
    to_mask = lesion.mask.canonical().grid.inverse @ left.grid.affine
    share = coverage(lesion.level_set, left.grid.shape, to_mask, left.grid.spacing)
    whole = left.data & (share >= settings.whole_voxel_fraction)
    if np.count_nonzero(whole) >= min_voxels:
        core = _clearest(whole, clearance, min_voxels)
        return core, "those are averaged that lie wholly inside the lesion"
    return left.data, "its edge is averaged too"


def _clearest(where: BoolArray, clearance: FloatArray, min_voxels: int) -> BoolArray:
    """The voxels clear of the blur; where there are fewer than that, the clearest ones."""
    clear = where & (clearance > 0)
    if np.count_nonzero(clear) >= min_voxels:
        return clear
    index = np.flatnonzero(where)
    out = np.zeros_like(where)
    out.flat[index[np.argsort(-clearance.flat[index], kind="stable")[:min_voxels]]] = True
    return out


def clear_of_blur(region: Mask, edge: Edge | None, depth_widths: float) -> FloatArray:
    """(ni, nj, nk): how much deeper the voxels of a region lie than the lesion's edge reaches, in mm, where it is
    nearest to them; infinite far from it and where it is not known, NaN outside the region.
    """
    from scipy.spatial import KDTree

    out = np.full(region.grid.shape, np.nan)
    out[region.data] = np.inf
    if edge is None:
        return out
    reach = np.append(depth_widths * edge.width[edge.measured], 0)  # the last is that of a voxel with no edge near
    index = np.argwhere(region.data)
    near = KDTree(edge.points[edge.measured])
    depth, at = near.query(region.grid.to_world(index), distance_upper_bound=float(reach.max()) + 1e-6)
    out[region.data] = depth - reach[at]
    return out


def _not_solid(tissue: LesionTissue) -> tuple[dict[str, Mask], list[str]]:
    """What does not enhance, and T1-bright blood and fat; `NotMeasurable` where nothing can be called cyst."""
    pieces = {"unenhanced": tissue.cystic.mask(tissue.enhancement.post)}
    try:
        bright = tissue.t1_bright
    except NotMeasurable as reason:
        return pieces, [f"blood was not taken out ({reason})"]
    if bright.whole:
        return pieces, ["blood was not taken out: more than half of the lesion is bright on T1 itself"]
    return pieces | {"blood": bright.blood, "fat": bright.fat}, []


def held_by(region: Mask, grid: Grid) -> BoolArray:
    """The voxels of another grid that hold the centre of a voxel of a region, or lie in one themselves."""
    out = resample_nearest(region.data, region.grid, grid, fill=False)
    index = np.rint(grid.to_index(region.grid.to_world(np.argwhere(region.data)))).astype(int)
    inside = ((index >= 0) & (index < grid.shape)).all(axis=1)
    out[tuple(index[inside].T)] = True
    return out
