"""Logits on an image's own voxels, and the lesion that they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pnst.errors import GeometryError
from pnst.image import Box, Grid, Mask
from pnst.kernels.sampling import sample
from pnst.segmentation.bone_and_fat import bone_and_fat
from pnst.segmentation.channels import FARTHEST
from pnst.segmentation.frame import SHAPE, PromptFrame, at_index
from pnst.segmentation.looks import LOOKED_AT
from pnst.study import Lesion, Role, Study
from pnst.typing import AnyArray, BoolArray, Float32Array, FloatArray

NOWHERE = -20.0
"""Logits of what cannot be the lesion."""
DARK = 0.1
"""Air, cortical bone and flow voids hold less than this share of the signal's 95th percentile in every series …"""
DARK_PERCENTILE = 95.0
CORE = 0.3
"""… and do not count so deep in the prompt's body: a lesion may hold what is dark."""


@dataclass(frozen=True, eq=False)
class Field:
    """Logits in a box of an image's grid, which holds all that may be lesion."""

    grid: Grid
    """Of the whole image."""
    box: Box
    logits: Float32Array
    """(ni, nj, nk) of the box's voxels."""
    depth: Float32Array
    """(ni, nj, nk) in the prompt's own body: 1 in its middle, 0 on its surface."""

    @property
    def part(self) -> Grid:
        """The grid of the box."""
        return self.grid.crop(self.box)

    def probability(self) -> Float32Array:
        """(ni, nj, nk) of the box's voxels."""
        return np.asarray(1 / (1 + np.exp(-np.maximum(self.logits, NOWHERE))), dtype=np.float32)

    def whole(self, values: AnyArray) -> AnyArray:
        """Values of the box put into an array of the image's shape, 0 elsewhere."""
        out = np.zeros(self.grid.shape, dtype=values.dtype)
        out[self.box] = values
        return out


def field_of(logits: Float32Array, depth: Float32Array, frame: PromptFrame, grid: Grid) -> Field:
    """The frame's logits and depths (ni, nj, nk) on the voxels of an image, nothing beyond the body's ends.

    Raises `GeometryError` where the prompt lies outside the image.
    """
    box = grid.box_around(frame.points.reshape(-1, 3))
    if box is None:
        raise outside(grid)
    index = frame.index_of(voxels_of(grid.crop(box)))
    half, (low, high) = frame.half_sides[2], frame.body.ends
    height = ((index[..., 2] + 0.5) / SHAPE[2] * 2 - 1) * half + (low + high) / 2
    carried = at_index(logits, index, NOWHERE)
    carried[(height < low) | (height > high)] = NOWHERE
    return Field(grid, box, carried, at_index(depth, index, FARTHEST))


def outside(grid: Grid) -> GeometryError:
    """The refusal of a prompt beside the image."""
    low, high = grid.corners().min(axis=0), grid.corners().max(axis=0)
    return GeometryError(
        "the prompt lies outside the image",
        got="no voxel near it",
        expected=" and ".join(
            f"{axis} from {a:.0f} to {b:.0f} mm" for axis, a, b in zip("xyz", low, high, strict=True)
        ),
        remedy="give positions in RAS mm of the same study; of a viewer's LPS change the signs of x and y",
    )


def voxels_of(grid: Grid) -> FloatArray:
    """(ni, nj, nk, 3) RAS mm of the centres."""
    return grid.to_world(np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1))


def keep_out(field: Field, study: Study, frame: PromptFrame, others: Sequence[Lesion]) -> Field:
    """The field without bone and fat that go on outside the body, air and flow voids beside its core, other lesions."""
    logits = field.logits.copy()
    if Role.T1 in study.series:
        t1 = study.series[Role.T1].volume
        logits[bone_and_fat(t1, field.depth, field.part)] = NOWHERE
    asked = np.argwhere((logits > 0) & (field.depth < CORE))
    dark = asked[_dark(study, frame, field.part.to_world(asked))]
    logits[tuple(dark.T)] = NOWHERE
    for other in others:
        logits[other.mask_on(field.grid).data[field.box]] = NOWHERE
    return replace(field, logits=logits)


def _dark(study: Study, frame: PromptFrame, points: FloatArray) -> BoolArray:
    """(n,) where every series that sees the points (n, 3) is dark; nowhere where none does."""
    dark, seen = np.ones(len(points), dtype=bool), np.zeros(len(points), dtype=bool)
    for role in LOOKED_AT:
        if role in study.series:
            volume = study.series[role].volume
            signal, near = sample(volume.data, volume.grid.to_index(points)), frame.of(volume.data, volume.grid)
            known = np.isfinite(signal)
            if known.any():
                dark &= ~known | (signal < DARK * np.nanpercentile(near, DARK_PERCENTILE))
                seen |= known
    return dark & seen


def lesion_in(field: Field, middle: FloatArray) -> Mask:
    """The connected voxels (26 neighbours) with a logit above 0 that hold, or lie nearest to, the body's middle (3,).

    Holes of a slice are filled, as what a lesion surrounds belongs to it, but not with what cannot be the lesion.
    """
    import cc3d
    from scipy.ndimage import binary_fill_holes

    above = field.logits > 0
    if not above.any():
        above = field.logits == field.logits.max()
    labels = cc3d.connected_components(above.astype(np.uint8), connectivity=26)
    where = np.argwhere(above)
    sizes = np.bincount(labels[above])
    near = np.linalg.norm(field.part.to_world(where) - middle, axis=1)
    big = sizes[labels[above]] >= sizes.max() / 4
    chosen = labels[tuple(where[big][near[big].argmin()])]
    piece = labels == chosen
    across = np.moveaxis(piece, field.grid.slice_axis, 0)
    filled = np.stack([binary_fill_holes(one) for one in across])
    shape_filled = np.moveaxis(filled, 0, field.grid.slice_axis) & (field.logits > NOWHERE)
    return Mask(field.whole(shape_filled), field.grid)
