"""Bone and fat that go on outside a prompt's body: T1 names both, and no lesion goes into them unseen."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pnst.image import Grid, Mask, Volume
from pnst.kernels.morphology import dilate_in_plane, open_in_plane
from pnst.segmentation.bone_and_skin import find_bone_and_skin
from pnst.segmentation.fat import darkest_fraction, fat_scale
from pnst.segmentation.perilesional import Perilesional, crop_perilesional, resample_nearest
from pnst.segmentation.tissue import TissueNotFound
from pnst.typing import AnyArray, BoolArray, FloatArray

MIDDLE = 0.5
"""Deeper in the prompt's body than this, most is lesion, and fat belongs to it (ours)."""
LIKE_MUSCLE = (-0.2, 0.4)
"""Fat fractions of what may be tumour: bone within the prompt's body is not (ours)."""
CORTEX_MM = 8.0
"""Cortex is dark this far round marrow: a femur's is 4 to 7 mm thick (ours) …"""
EDGE_MM, EDGE_FRACTION = 1.0, -0.05
"""… and so is the edge of a voxel round it, up to this fat fraction (ours)."""
GAP_MM = 20.0
"""Marrow that slices above and below show at one place goes on between them, but not through what looks like muscle
(ours)."""
BONE_OUTSIDE, FAT_OUTSIDE = 0.2, 0.5
"""A piece of bone, of fat, has at least this share of itself outside the body; fat and blood inside a lesion have not
(ours)."""
FAT_FRACTION, FAT_MM = 0.7, 1.0
"""Fat holds at least this much, in discs of this radius (ours)."""


class _T1(NamedTuple):
    """T1 round the lesion, in canonical order."""

    perilesional: Perilesional
    fraction: FloatArray
    """(ni, nj, nk): of fat."""
    darkest: float
    marrow: BoolArray
    """(ni, nj, nk)."""

    @property
    def grid(self) -> Grid:
        return self.perilesional.volume.grid

    @property
    def plane(self) -> tuple[tuple[float, float, float], int]:
        return self.grid.spacing, self.grid.slice_axis


def bone_and_fat(t1: Volume, depth: FloatArray, grid: Grid) -> BoolArray:
    """(ni, nj, nk) of `grid`: marrow with its cortex, and fat, that go on outside the body whose `depth` is given.

    `depth` (ni, nj, nk) is 1 in the body's middle and 0 on its surface. Nothing where T1 does not tell fat from muscle.
    """
    nothing = np.zeros(grid.shape, dtype=bool)
    box = t1.grid.box_around(grid.corners())
    if box is None:
        return nothing
    t1 = t1.crop(box)
    core = resample_nearest(depth > MIDDLE, grid, t1.grid, False)
    if not core.any():
        return nothing
    try:
        seen = _look(t1, Mask(core, t1.grid))
    except TissueNotFound:
        return nothing
    deep = resample_nearest(depth, grid, seen.grid, -1.0)
    fat = open_in_plane(seen.fraction > FAT_FRACTION, *seen.plane, FAT_MM) & (deep <= MIDDLE)
    beside = _going_on(_bone(seen), deep, BONE_OUTSIDE) | _going_on(fat, deep, FAT_OUTSIDE)
    return np.asarray(resample_nearest(beside, seen.grid, grid, False), dtype=bool)


def _look(t1: Volume, core: Mask) -> _T1:
    scale = fat_scale(crop_perilesional(t1, core))
    fraction = scale.fraction(t1.data)
    tumour = Mask(core.data & (fraction > LIKE_MUSCLE[0]) & (fraction < LIKE_MUSCLE[1]), t1.grid)
    perilesional = crop_perilesional(t1, tumour if tumour.count else core)
    darkest = darkest_fraction(perilesional, scale)
    cells = find_bone_and_skin(perilesional, scale, darkest).marrow
    grid = perilesional.volume.grid
    marrow = resample_nearest(cells.data, cells.grid, grid, False)
    fraction = scale.fraction(perilesional.volume.data)
    return _T1(perilesional, fraction, darkest, marrow | _between_slices(marrow, fraction, grid))


def _between_slices(marrow: BoolArray, fraction: FloatArray, grid: Grid) -> BoolArray:
    """What lies between marrow above and below, and does not look like muscle.

    Fat on both poles of a small tumour, dark bone or a capsule round it, may be taken for marrow: the tumour lies
    between.
    """
    from scipy.ndimage import binary_closing

    along = [1, 1, 1]
    along[grid.slice_axis] = 1 + round(GAP_MM / grid.spacing[grid.slice_axis])
    like_muscle = (fraction > LIKE_MUSCLE[0]) & (fraction < LIKE_MUSCLE[1])
    return np.asarray(binary_closing(marrow, np.ones(along, dtype=bool)) & ~like_muscle)


def _bone(seen: _T1) -> BoolArray:
    """The marrow, the dark bone round it, and the voxels of its edge."""
    settings = seen.perilesional.settings
    dark = seen.fraction < min(settings.cortex_dark_share * seen.darkest, -settings.min_cortex_fraction)
    cortex = dilate_in_plane(seen.marrow, *seen.plane, CORTEX_MM) & dark
    edge = dilate_in_plane(cortex, *seen.plane, EDGE_MM) & (seen.fraction < EDGE_FRACTION)
    return np.asarray(seen.marrow | cortex | edge)


def _going_on(tissue: BoolArray, depth: AnyArray, share: float) -> BoolArray:
    """The connected pieces (26 neighbours) that lie outside the body by that share of themselves."""
    import cc3d

    labels = cc3d.connected_components(tissue.astype(np.uint8), connectivity=26)
    size, outside = (
        np.bincount(labels[where], minlength=int(labels.max()) + 1) for where in (tissue, tissue & (depth < 0))
    )
    return np.asarray((outside >= share * np.maximum(size, 1))[labels])
