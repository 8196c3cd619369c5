"""The solid enhancing part of a lesion on a diffusion grid: what diffusion is averaged over, and what was taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pnst.image import BoolArray, Grid, Mask
from pnst.kernels.partial_volume import coverage
from pnst.kernels.pieces import off_edge
from pnst.measurement.contents import Contents
from pnst.measurement.family import NotMeasurable
from pnst.segmentation.surroundings import nearest

SOLID_PART = "solid enhancing part"
WHOLE_LESION = "whole lesion"
WHOLLY_INSIDE = 0.95
"""The share of a voxel within the lesion's surface from which on it holds nothing else: the share is right to 0.02."""
WHOLE_LESION_WARNING = (
    "ADC is averaged over the whole lesion: cyst, necrosis and blood are not taken out, but the published figures and "
    "cutoffs are of the solid enhancing part"
)


@dataclass(frozen=True, eq=False)
class SolidPart:
    """The voxels that count, on a diffusion grid."""

    mask: Mask
    region: str
    """`SOLID_PART`, or `WHOLE_LESION` where nothing can be called cyst; off the edge voxels both."""
    removed_ml: Mapping[str, float]
    """"unenhanced", "blood", "fat", "edge" → what was taken out; with the mask it makes up the lesion."""
    remarks: tuple[str, ...] = ()


def solid_part(contents: Contents, lesion: Mask, known: BoolArray, least_voxels: int) -> SolidPart:
    """The lesion, a mask on the diffusion grid, less what is not solid, less the edge voxels of what remains.

    `known` is where the map holds a number. Edge voxels, those with one of their 6 neighbours outside, hold a part of
    what lies there. Where fewer than `least_voxels` would remain, only those go that do not lie wholly inside the
    lesion, and where as few lie there, none; `remarks` says so. `NotMeasurable` where nothing solid is left.
    """
    left = lesion.data & known
    voxel_ml, region = lesion.grid.voxel_volume_mm3 / 1000, SOLID_PART
    removed: dict[str, float] = {}
    try:
        pieces, remarks = _not_solid(contents)
    except NotMeasurable as reason:
        pieces, region = {}, WHOLE_LESION
        remarks = [f"nothing was taken out of the lesion but its edge ({reason})"]
    for name, piece in pieces.items():
        taken = left & held_by(piece, lesion.grid)
        left = left & ~taken
        removed[name] = np.count_nonzero(taken) * voxel_ml
    if not left.any():
        raise NotMeasurable("nothing solid is left of the lesion on the diffusion grid")
    core, remark = _off_its_edge(
        left, off_edge(left | (lesion.data & ~known)) & left, contents, lesion.grid, least_voxels
    )
    removed["edge"] = np.count_nonzero(left & ~core) * voxel_ml
    return SolidPart(Mask(core, lesion.grid), region, removed, (*remarks, *remark))


def _off_its_edge(
    left: BoolArray, core: BoolArray, contents: Contents, grid: Grid, least_voxels: int
) -> tuple[BoolArray, list[str]]:
    """`core`; of a part too small for that, what lies wholly inside the lesion, else all of it; what to say of it."""
    if np.count_nonzero(core) >= least_voxels:
        return core, []
    few = f"under {least_voxels} voxels lie off the edge of the solid part"
    lesion = contents.views.lesion
    to_mask = lesion.mask.canonical().grid.inverse @ grid.affine
    whole = left & (coverage(lesion.level_set, grid.shape, to_mask, grid.spacing) >= WHOLLY_INSIDE)
    if np.count_nonzero(whole) >= least_voxels:
        return whole, [f"{few}: those are averaged that lie wholly inside the lesion"]
    return left, [f"{few}: the edge is averaged too"]


def _not_solid(contents: Contents) -> tuple[dict[str, Mask], list[str]]:
    """What does not enhance, and T1-bright blood and fat; `NotMeasurable` where nothing can be called cyst."""
    found = {"unenhanced": contents.cystic.mask(contents.enhancement.post)}
    try:
        bright = contents.t1_bright
    except NotMeasurable as reason:
        return found, [f"blood was not taken out ({reason})"]
    if bright.whole:
        return found, ["blood was not taken out: more than half of the lesion is bright on T1 itself"]
    return found | {"blood": bright.blood, "fat": bright.fat}, []


def held_by(region: Mask, grid: Grid) -> BoolArray:
    """The voxels of another grid that hold the centre of a voxel of a region, or lie in one themselves."""
    out = nearest(region.data, region.grid, grid, fill=False)
    index = np.rint(grid.to_index(region.grid.to_world(np.argwhere(region.data)))).astype(int)
    inside = ((index >= 0) & (index < grid.shape)).all(axis=1)
    out[tuple(index[inside].T)] = True
    return out
