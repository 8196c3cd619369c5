"""How much each voxel of a lesion takes up of the contrast agent, and what takes up none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import Mask
from pnst.kernels.components import bounded_components, component_medians
from pnst.kernels.morphology import dilate
from pnst.segmentation.interior import Interior
from pnst.typing import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Enhancement:
    """Relative enhancement of a lesion off its edge voxels, on the grid of the contrast-enhanced series."""

    post: Interior
    relative: FloatArray
    """(ni, nj, nk) float32: (post ÷ its muscle) ÷ (pre ÷ its muscle) − 1; NaN on the lesion's edge voxels, in and
    beside fat, and where there is no signal."""
    smooth: FloatArray
    """The same of both images smoothed within the lesion: noise hides nothing in it, borders are blurred."""
    blood: BoolArray
    """T1-bright blood within the lesion, which does not enhance and is no cyst."""
    fat: BoolArray
    """Fat within the lesion."""

    @property
    def known(self) -> BoolArray:
        """Where there is a number."""
        return np.isfinite(self.relative)

    def over(self, threshold: float) -> BoolArray:
        """What enhances by more than `threshold`, noise smoothed away."""
        return np.asarray(np.nan_to_num(self.smooth, nan=-np.inf) > threshold)


def relative_enhancement(
    post: Interior,
    pre: FloatArray,
    muscle: tuple[float, float],
    blood: BoolArray,
    fat: BoolArray,
    min_signal_fraction: float,
) -> Enhancement:
    """`pre` is T1 before contrast on the grid of `post`; `muscle` its level before and after, both above 0. Where
    `pre` holds less than `min_signal_fraction` of muscle's no ratio is taken.

    Each image counts in its own muscle's signal, because the two differ in gain. Fat and the voxels beside it are left
    out: fat is bright before contrast and may be suppressed after it.
    """
    where = post.core & np.isfinite(pre) & ~dilate(fat)
    before, after = post.smoothed(pre, where), post.smoothed(post.volume.data, where)
    known = where & (np.nan_to_num(before) > min_signal_fraction * muscle[0]) & (np.nan_to_num(pre) > 0)
    gain = np.float32(muscle[0] / muscle[1])
    relative = gain * _ratio(post.volume.data, pre, known) - 1
    smooth = gain * _ratio(after, before, known) - 1
    return Enhancement(post, relative, smooth, blood, fat)


def _ratio(after: FloatArray, before: FloatArray, where: BoolArray) -> FloatArray:
    out = np.full(after.shape, np.nan, dtype=np.float32)
    np.divide(after, before, out=out, where=where, casting="same_kind")
    return out


@dataclass(frozen=True, eq=False)
class Unenhanced:
    """What does not enhance, on the grid of the contrast-enhanced series."""

    pieces: IntArray
    """(ni, nj, nk) int32: connected pieces, numbered from 1."""
    level: float
    """The relative enhancement under which they were found."""
    enhancing: BoolArray
    """The part of the lesion that does enhance, which bounds them."""

    def mask(self, post: Interior) -> Mask:
        """All pieces together."""
        return Mask(self.pieces > 0, post.volume.grid)


def unenhanced(enhancement: Enhancement, edge_fat: BoolArray, share: float, enhancing_over: float) -> Unenhanced:
    """What enhances by less than `share` of the lesion's 75th percentile, less blood and fat, bounded at half the step.

    `edge_fat` is what the lesion's edge mixes in of the fat outside: bright before contrast and dark after it.
    Where less than a quarter of the lesion enhances by over `enhancing_over`, that percentile is of what does not
    enhance itself: the median of what does takes its place. Nothing is found where nothing enhances.
    """
    allowed = enhancement.known & ~enhancement.blood & ~edge_fat  # what holds a part of fat is not known
    values = enhancement.smooth[allowed]
    enhancing = allowed & enhancement.over(enhancing_over)
    if not enhancing.any():
        return Unenhanced(np.zeros(allowed.shape, dtype=np.int32), 0.0, enhancing)
    reference = float(np.percentile(values, 75))
    if reference <= enhancing_over:
        reference = float(np.median(enhancement.smooth[enhancing]))
    level = share * reference
    below = np.nan_to_num(enhancement.smooth, nan=np.inf) < level
    seeds = allowed & ~dilate(enhancement.blood) & below  # beside blood lie voxels that hold a part of it
    enhancing = _off(dilate(seeds, enhancement.post.reach), enhancing)
    data = enhancement.post.volume.data
    pieces = bounded_components(seeds, data, float(np.median(data[enhancing])), allowed, enhancement.post.reach)
    return Unenhanced(pieces, level, enhancing)


def _off(border: BoolArray, enhancing: BoolArray) -> BoolArray:
    """What enhances and is not beside what does not, where voxels hold a part of both; all of it where none is left."""
    clear = enhancing & ~border
    return clear if clear.any() else enhancing


def fluid_bright(unenhanced: Unenhanced, t2: FloatArray, ratio: float) -> BoolArray | None:
    """(ni, nj, nk): the pieces that are fluid: their median on T2 is at least `ratio` × that of what enhances.

    `t2` on the pieces' grid, NaN where it is not known; a piece is fluid or necrosis as a whole, because its border
    voxels hold a part of the tissue round it. None where T2 does not show a piece, or nothing that enhances.
    """
    solid, medians = t2[unenhanced.enhancing & np.isfinite(t2)], component_medians(unenhanced.pieces, t2)
    held = np.bincount(unenhanced.pieces.ravel())[1:] > 0  # bounding may leave nothing of a piece
    if not solid.size or not np.isfinite(medians[held]).all():
        return None
    threshold = ratio * float(np.median(solid))
    return np.asarray(np.concatenate([[False], medians >= threshold])[unenhanced.pieces])
