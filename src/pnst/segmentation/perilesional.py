"""What lies round a lesion on one image: the crop that is measured on, and coarser cells that tell tissues apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pnst.image import Box, Grid, Mask, Volume
from pnst.kernels.ball import dilate_by_ball
from pnst.kernels.histogram import Mode, modes
from pnst.kernels.regrid import nearest_voxels
from pnst.kernels.smoothing import smooth_known
from pnst.segmentation.settings import TissueSettings
from pnst.segmentation.tissue import TissueNotFound
from pnst.typing import AnyArray, BoolArray, FloatArray

CELL_MM = 1.0
"""Cells measure about this much in the plane of the slices. It trades accuracy for time: tissues are wider, and fine
voxels cost their square."""
THREADS = 2
"""For distances, which are the same whatever their number."""


@dataclass(frozen=True, eq=False)
class Downsampled:
    """An image in cells of about `CELL_MM` in plane and one slice. All arrays (ni, nj, nk) on `grid`."""

    volume: Volume
    """The image in voxels."""
    inside: Mask
    """The lesion's voxels there."""
    settings: TissueSettings
    reach_mm: float
    """Tissue is looked for this far round the lesion."""

    @cached_property
    def grid(self) -> Grid:
        """The grid of the cells; voxels beyond the last whole cell are left out."""
        grid, sides = self.volume.grid, downsampling_factors(self.volume.grid)
        affine = grid.affine.copy()
        affine[:3, :3] *= sides
        affine[:3, 3] = grid.to_world((np.asarray(sides) - 1) / 2)
        ni, nj, nk = (count // side for count, side in zip(grid.shape, sides, strict=True))
        return Grid((ni, nj, nk), affine)

    @cached_property
    def means(self) -> FloatArray:
        """Mean over the cell; NaN where one of its voxels holds no number."""
        return block_means(self.volume.data, downsampling_factors(self.volume.grid))

    @cached_property
    def smooth(self) -> FloatArray:
        """Mean over the cell, smoothed in plane: modes stand out, edges are displaced by less than a cell."""
        sigma = self.settings.smoothing_mm
        return smooth_known(self.means, [sigma / s if s <= 2 * sigma else 0.0 for s in self.grid.spacing])

    @cached_property
    def raw(self) -> FloatArray:
        """One voxel of each cell as it is: its noise is the image's. May hold NaN."""
        sides = downsampling_factors(self.volume.grid)
        i, j, k = (
            slice(side // 2, count // side * side, side)
            for side, count in zip(sides, self.volume.grid.shape, strict=True)
        )
        return np.ascontiguousarray(self.volume.data[i, j, k], dtype=np.float32)

    @cached_property
    def lesion(self) -> BoolArray:
        """Cells of which half lies in the lesion; a lesion smaller than any cell lies in those that hold most of it."""
        sides, box = downsampling_factors(self.volume.grid), self.inside.box()
        i, j, k = (slice(p.start // n, -(-p.stop // n)) for p, n in zip(box or [slice(0, 0)] * 3, sides, strict=True))
        voxels = tuple(slice(cells.start * n, cells.stop * n) for cells, n in zip((i, j, k), sides, strict=True))
        share = block_means(self.inside.data[voxels], sides)
        enough = min(0.5, float(share.max(initial=0)))
        lesion = np.full(self.grid.shape, enough == 0)
        lesion[i, j, k] = share >= enough
        return lesion

    @cached_property
    def distance(self) -> FloatArray:
        """mm from the lesion's cells, 0 inside."""
        import edt

        return np.asarray(edt.edt((~self.lesion).view(np.uint8), anisotropy=self.grid.spacing, parallel=THREADS))

    @cached_property
    def shell(self) -> BoolArray:
        """The cells in which tissue is looked for; image without data left out."""
        close, near = (
            dilate_by_ball(self.lesion, self.grid.spacing, mm)
            for mm in (self.settings.clear_of_lesion_mm, self.reach_mm)
        )
        return np.asarray(near & ~close & np.isfinite(self.means))


@dataclass(frozen=True, eq=False)
class Perilesional:
    """The crop of an image round a lesion, in canonical order, so that the voxels' storage changes no number."""

    volume: Volume
    lesion: Mask
    downsampled: Downsampled
    settings: TissueSettings
    reach_mm: float
    """How far round the lesion the image was cropped."""
    hidden: BoolArray | None = None
    """The voxels that other lesions hide."""

    @cached_property
    def shell(self) -> BoolArray:
        """The voxels in which tissue is looked for; image without data (NaN) left out."""
        return np.asarray(self.on_voxels(self.downsampled.shell) & np.isfinite(self.volume.data))

    @cached_property
    def lesion_median(self) -> float:
        """The lesion's own median; raises `TissueNotFound` when the image holds no number there."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> float:
        """A quantile of the lesion's own intensity; raises `TissueNotFound` when the image holds no number there."""
        if not self._own_values.size:
            raise TissueNotFound("the series holds no data within the lesion")
        return float(np.quantile(self._own_values, share))

    @cached_property
    def _own_values(self) -> FloatArray:
        """(n,): what the image holds within the lesion, as far as it holds a number."""
        box = self.lesion.box() or (slice(0, 0),) * 3
        inside = self.volume.data[box][self.lesion.data[box]]
        return np.asarray(inside[np.isfinite(inside)])

    def voxels_of(self, box: Box) -> Box:
        """The box of voxels that a box of cells holds; the last cell reaches to the end."""
        i, j, k = (
            slice(part.start * side, part.stop * side if part.stop < blocks else count)
            for part, side, blocks, count in zip(
                box,
                downsampling_factors(self.volume.grid),
                self.downsampled.grid.shape,
                self.volume.grid.shape,
                strict=True,
            )
        )
        return i, j, k

    def values(self, where: BoolArray) -> FloatArray:
        """(n,): the smoothed intensities `where` of the cells (ni, nj, nk), in ascending order."""
        return np.sort(self.downsampled.smooth[where])

    def modes(self, values: FloatArray) -> list[Mode]:
        """The modes of such intensities (n,), lowest first."""
        return modes(values, self.settings.min_mode_prominence, self.settings.min_peak_fraction)

    @cached_property
    def shell_values(self) -> FloatArray:
        """(n,): the smoothed intensities of the cells in which tissue is looked for, in ascending order."""
        return self.values(self.downsampled.shell)

    @cached_property
    def shell_modes(self) -> list[Mode]:
        """Their modes."""
        return self.modes(self.shell_values)

    def on_voxels(self, of_blocks: AnyArray, box: Box | None = None) -> AnyArray:
        """An array on the cells, on the voxels or a box of them: each voxel takes its cell's value, or the last cell's
        beyond it.
        """
        return upsample(of_blocks, self.volume.grid, box)


def crop_perilesional(
    volume: Volume,
    lesion: Mask,
    settings: TissueSettings | None = None,
    reach_mm: float | None = None,
    hidden: BoolArray | None = None,
) -> Perilesional:
    """Crop an image to a lesion (a mask on the image's own grid) and what lies within `reach_mm` of it: as far as
    tissue is looked for by the settings where None. Voxels outside the lesion that are `hidden`, other lesions, are
    left out as if the image held no number there: (ni, nj, nk) of the crop, `lesion.box(reach_mm)`.
    """
    settings = settings or TissueSettings()
    reach = settings.near_mm if reach_mm is None else reach_mm
    box = lesion.box(reach)
    if box is None:
        raise TissueNotFound("the lesion lies outside this series")
    part, inside = volume.crop(box).canonical(), lesion.crop(box).canonical()
    others = None if hidden is None else lesion.grid.crop(box).to_canonical(hidden & ~lesion.data[box])
    part = replace(part, data=_in_rows(part.data, others))
    return Perilesional(part, inside, Downsampled(part, inside, settings, reach), settings, reach, others)


def _in_rows(data: AnyArray, hidden: BoolArray | None) -> AnyArray:
    """The data (ni, nj, nk) in the order in which it is read many times beside masks, NaN where it is hidden: itself
    where it lies so and nothing is hidden, else a copy.
    """
    if data.flags.c_contiguous and hidden is None:
        return data
    # Packed first: rows that lie 2ⁿ bytes apart push each other out of the cache.
    out = np.ascontiguousarray(data.copy(order="K"))
    if hidden is not None:
        out = out.astype(np.float32, copy=False)
        out[hidden] = np.nan
    return out


def downsampling_factors(grid: Grid) -> tuple[int, ...]:
    """Voxels that a cell spans along each axis."""
    return tuple(
        1 if axis == grid.slice_axis else max(1, min(round(CELL_MM / step), count))
        for axis, (step, count) in enumerate(zip(grid.spacing, grid.shape, strict=True))
    )


def block_means(data: AnyArray, sides: tuple[int, ...]) -> FloatArray:
    """(ni, nj, nk) float32: the mean of each cell of `sides` voxels; voxels beyond the last whole cell are left out."""
    if set(sides) == {1}:
        return np.asarray(data, dtype=np.float32)
    whole = tuple(slice(0, count // side * side) for count, side in zip(data.shape, sides, strict=True))
    total = np.zeros([count // side for count, side in zip(data.shape, sides, strict=True)], dtype=np.float32)
    for offset in np.ndindex(sides):
        total += data[whole][tuple(slice(o, None, side) for o, side in zip(offset, sides, strict=True))]
    return total / np.float32(np.prod(sides))


def upsample(of_blocks: AnyArray, grid: Grid, box: Box | None = None) -> AnyArray:
    """An array on the cells of a grid, on the grid's own voxels or a box of them; the last cell reaches to the end."""
    out = of_blocks
    for axis, (count, side) in enumerate(zip(grid.shape, downsampling_factors(grid), strict=True)):
        voxels = np.arange(count) if box is None else np.arange(count)[box[axis]]
        if side > 1 or len(voxels) < count:
            out = np.take(out, np.minimum(voxels // side, out.shape[axis] - 1), axis=axis)
    return out


def resample_nearest(data: AnyArray, grid: Grid, onto: Grid, fill: float) -> AnyArray:
    """An array on one grid, on another: the nearest voxel's value, `fill` outside."""
    return nearest_voxels(data, onto.shape, grid.inverse @ onto.affine, fill)
