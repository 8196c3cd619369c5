"""The masks of a study that lie near a lesion: how far each point of its surface is from them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pnst.image import Mask
from pnst.kernels.structure_surface import StructureSurface, structure_surface
from pnst.study import Lesion
from pnst.typing import FloatArray

MARGIN_VOXELS = 2
"""A mask is cropped so many voxels beyond what is looked for: where the crop ends, it shapes nothing."""


@dataclass(frozen=True, eq=False)
class Structure:
    """The part of a mask near a lesion, and its surface."""

    mask: Mask
    surface: StructureSurface

    def distance(self, points: FloatArray) -> FloatArray:
        """(n,) mm from RAS points (n, 3) to the surface, negative inside, never beyond the reach."""
        return self.surface.distance(self.mask.grid.to_index(points) * self.mask.grid.spacing)


@dataclass(frozen=True, eq=False)
class Structures:
    """Structures near one lesion, each worked out once; repetitions of a measurement share them."""

    _near: dict[tuple[Mask, float], Structure | None] = field(default_factory=dict)

    def near(self, mask: Mask, lesion: Lesion, reach_mm: float) -> Structure | None:
        """The part of a mask within reach of a lesion; None where there is none."""
        key = (mask, reach_mm)
        if key not in self._near:
            self._near[key] = structure_near(mask, lesion, reach_mm)
        return self._near[key]


def structure_near(mask: Mask, lesion: Lesion, reach_mm: float) -> Structure | None:
    """The part of a mask within reach of a lesion, in canonical order; None where it holds no voxel."""
    margin = reach_mm + MARGIN_VOXELS * max(mask.grid.spacing)
    low, high = lesion.world_box
    corners = np.stack(np.meshgrid(*zip(low - margin, high + margin, strict=True), indexing="ij"), axis=-1)
    box = mask.grid.box_around(corners.reshape(8, 3))
    if box is None or not mask.data[box].any():
        return None
    part = mask.crop(box).canonical()
    return Structure(part, structure_surface(part.data, part.grid.spacing, reach_mm))
