"""What lies round a lesion on one image: the crop that is measured on, and coarser cells that tell tissues apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pnst.image import BoolArray, Box, FloatArray, Grid, Mask, Volume, bounding_box
from pnst.segmentation.tissue import SMOOTHING_MM, TissueNotFound

CELL_MM = 1.0
"""Cells measure about this much in the plane of the slices: tissues are wider, and fine voxels cost their square."""
ALIGNED = 1e-3
"""A grid whose rows run along those of another to this share of a voxel is read an axis at a time."""


class TissueRule(NamedTuple):
    """Where tissues are looked for, and how they stand out."""

    near_mm: float = 50.0
    """Tissue is looked for this far round the lesion …"""
    clear_mm: float = 3.0
    """… but not within this distance of it, where voxels hold a part of it."""
    fat_step: float = 0.25
    """Fat lies above muscle by at least this share of the range of intensities."""
    least_fat_share: float = 0.02
    """Fat without a mode of its own holds at least this share of what lies near the lesion …"""
    fat_sd: float = 6.0
    """… and lies this many of muscle's SDs above it."""


DEFAULT = TissueRule()


@dataclass(frozen=True, eq=False)
class Cells:
    """An image in cells of about `CELL_MM` in plane and one slice. All arrays (ni, nj, nk) on `grid`."""

    grid: Grid
    smooth: FloatArray
    """Mean over the cell, smoothed in plane: modes stand out, edges are displaced by less than a cell."""
    raw: FloatArray
    """One voxel of each cell as it is: its noise is the image's. May hold NaN."""
    lesion: BoolArray
    """Cells of which half lies in the lesion."""
    distance: FloatArray
    """mm from the lesion's cells, 0 inside."""
    shell: BoolArray
    """The cells in which tissue is looked for; image without data left out."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The crop of an image round a lesion, in canonical order, so that the voxels' storage changes no number."""

    volume: Volume
    lesion: Mask
    cells: Cells
    rule: TissueRule

    @cached_property
    def shell(self) -> BoolArray:
        """The voxels in which tissue is looked for; image without data (NaN) left out."""
        return np.asarray(self.on_voxels(self.cells.shell) & np.isfinite(self.volume.data))

    @cached_property
    def anchor(self) -> float:
        """The lesion's own median; raises `TissueNotFound` when the image holds no number there."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> float:
        """A quantile of the lesion's own intensity; raises `TissueNotFound` when the image holds no number there."""
        inside = self.volume.data[self.lesion.data]
        inside = inside[np.isfinite(inside)]
        if not inside.size:
            raise TissueNotFound("the series holds no data within the lesion")
        return float(np.quantile(inside, share))

    def voxels_of(self, box: Box) -> Box:
        """The box of voxels that a box of cells holds; the last cell reaches to the end."""
        i, j, k = (
            slice(part.start * side, part.stop * side if part.stop < cells else count)
            for part, side, cells, count in zip(
                box, cell_sides(self.volume.grid), self.cells.grid.shape, self.volume.grid.shape, strict=True
            )
        )
        return i, j, k

    def on_voxels(self, of_cells: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """An array on the cells, on the voxels: each voxel takes its cell's value, or the last cell's beyond it."""
        return spread(of_cells, self.volume.grid)


def surroundings(
    volume: Volume, lesion: Mask, reach_mm: float | None = None, rule: TissueRule = DEFAULT
) -> Surroundings:
    """Crop an image to a lesion (a mask on the image's own grid) and what lies within `reach_mm` of it."""
    box = bounding_box(lesion.data, lesion.grid.spacing, rule.near_mm if reach_mm is None else reach_mm)
    if box is None:
        raise TissueNotFound("the lesion lies outside this series")
    part, inside = volume.crop(box).canonical(), lesion.crop(box).canonical()
    part = replace(part, data=np.ascontiguousarray(part.data))  # read many times, beside masks in this order
    return Surroundings(part, inside, _cells(part, inside, rule), rule)


def cell_sides(grid: Grid) -> tuple[int, ...]:
    """Voxels that a cell spans along each axis."""
    return tuple(
        1 if axis == grid.slice_axis else max(1, min(round(CELL_MM / step), count))
        for axis, (step, count) in enumerate(zip(grid.spacing, grid.shape, strict=True))
    )


def cell_means(data: npt.NDArray[Any], sides: tuple[int, ...]) -> FloatArray:
    """(ni, nj, nk) float32: the mean of each cell of `sides` voxels; voxels beyond the last whole cell are left out."""
    whole = tuple(slice(0, count // side * side) for count, side in zip(data.shape, sides, strict=True))
    total = np.zeros([count // side for count, side in zip(data.shape, sides, strict=True)], dtype=np.float32)
    for offset in np.ndindex(sides):
        total += data[whole][tuple(slice(o, None, side) for o, side in zip(offset, sides, strict=True))]
    return total / np.float32(np.prod(sides))


def spread(of_cells: npt.NDArray[Any], grid: Grid) -> npt.NDArray[Any]:
    """An array on the cells of a grid, on the grid's own voxels; the last cell reaches to the end."""
    out = of_cells
    for axis, (count, side) in enumerate(zip(grid.shape, cell_sides(grid), strict=True)):
        if side > 1:
            out = np.take(out, np.minimum(np.arange(count) // side, out.shape[axis] - 1), axis=axis)
    return out


def nearest(data: npt.NDArray[Any], grid: Grid, onto: Grid, fill: float) -> npt.NDArray[Any]:
    """An array on one grid, on another: the nearest voxel's value, `fill` outside."""
    from scipy.ndimage import affine_transform

    matrix = grid.inverse @ onto.affine
    scale, shift = np.diag(matrix)[:3], matrix[:3, 3]
    if (np.abs(matrix[:3, :3] - np.diag(scale)) @ np.asarray(onto.shape)).max() < ALIGNED:
        return _picked(data, onto.shape, scale, shift, fill)
    source = data.view(np.uint8) if data.dtype == np.bool_ else data
    out = affine_transform(
        source, matrix[:3, :3], shift, onto.shape, order=0, mode="constant", cval=fill, prefilter=False
    )
    return np.asarray(out.view(np.bool_) if data.dtype == np.bool_ else out)


def _picked(
    data: npt.NDArray[Any], shape: tuple[int, ...], scale: FloatArray, shift: FloatArray, fill: float
) -> npt.NDArray[Any]:
    """`nearest` on a grid whose voxel i lies at scale · i + shift of each axis."""
    for axis, count in enumerate(data.shape):
        where = scale[axis] * np.arange(shape[axis]) + shift[axis]
        data = data.take(np.clip(np.floor(where + 0.5).astype(int), 0, count - 1), axis=axis)
        data[(slice(None),) * axis + ((where < 0) | (where > count - 1),)] = fill
    return data


def _cells(part: Volume, inside: Mask, rule: TissueRule) -> Cells:
    import edt
    from scipy.ndimage import gaussian_filter

    sides = cell_sides(part.grid)
    means = cell_means(part.data, sides)
    grid = _cell_grid(part.grid, sides, means.shape)
    middle = tuple(
        slice(side // 2, count // side * side, side) for side, count in zip(sides, inside.data.shape, strict=True)
    )
    share = cell_means(inside.data, sides)
    lesion = share >= min(0.5, float(share.max()))  # a lesion smaller than any cell lies in those that hold most of it
    distance = edt.edt((~lesion).view(np.uint8), anisotropy=grid.spacing)
    sigmas = [SMOOTHING_MM / s if s <= 2 * SMOOTHING_MM else 0.0 for s in grid.spacing]
    filled = np.isfinite(means)
    shell = (distance > rule.clear_mm) & (distance <= rule.near_mm) & filled
    smooth = gaussian_filter(np.where(filled, means, np.float32(0)), sigmas)
    if not filled.all():  # next to cells without data the smoothing is that of the cells that hold some
        weight = gaussian_filter(filled.astype(np.float32), sigmas)
        np.divide(smooth, weight, out=smooth, where=filled)
    return Cells(grid, smooth, part.data[middle].astype(np.float32), lesion, distance, shell)


def _cell_grid(grid: Grid, sides: tuple[int, ...], shape: tuple[int, ...]) -> Grid:
    affine = grid.affine.copy()
    affine[:3, :3] *= sides
    affine[:3, 3] = grid.to_world((np.asarray(sides) - 1) / 2)
    ni, nj, nk = shape
    return Grid((ni, nj, nk), affine)
