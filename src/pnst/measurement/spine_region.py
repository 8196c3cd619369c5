"""Where along the spine a lesion lies: the nearest labelled vertebra, and the side.

Only masks of vertebrae can tell: a place in an image is no place in a body.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pnst.image import Mask
from pnst.study import Lesion
from pnst.typing import FloatArray

BESIDE_MM = 80.0
"""A lesion whose middle lies further from the line of the vertebrae is beside none of them, only at a height (ours)."""
HALF_LEVEL_MM = 25.0
"""Further above or below the nearest one there is no vertebra at its height: half a lumbar one with its disc (ours)."""
MIDLINE_MM = 5.0
"""A lesion whose middle lies no further to a side is in the midline (ours)."""
PARTS = {"C": "cervical", "T": "thoracic", "L": "lumbar", "S": "sacral"}
NO_VERTEBRAE = "no masks of vertebrae, by which alone a place in the body can be told"

_MASK = re.compile(r"vertebra_([CTLS])(\d+)")


@dataclass(frozen=True)
class SpineRegion:
    """The level beside which, or at the height of which, a lesion lies."""

    level: str
    """ "L3"."""
    part: str
    """ "lumbar"."""
    side: str
    """ "left", "right" or "midline", the patient's."""
    beside: bool = True
    """Whether it lies beside the spine, and not far off, as in an arm."""

    def __str__(self) -> str:
        return f"{self.level}, {self.side}" if self.beside else f"{self.side}, at the height of {self.level}"


def vertebra_centres(masks: Mapping[str, Mask]) -> dict[str, FloatArray]:
    """Level → the middle of its mask in RAS mm, from the head to the sacrum."""
    order = {letter: place for place, letter in enumerate(PARTS)}
    levels = sorted((order[m[1]], int(m[2]), name) for name in masks if (m := _MASK.fullmatch(name)))
    return {name.removeprefix("vertebra_"): _centre(masks[name]) for _, _, name in levels if masks[name].data.any()}


def spine_region(lesion: Lesion, centres: Mapping[str, FloatArray]) -> SpineRegion | None:
    """The vertebra at whose height a lesion's middle lies, and on which side of it; None at the height of none.

    `centres` are those of `vertebra_centres`. The side is the patient's right or left of the vertebra's own middle, so
    that a patient who lies off the middle of the image, or bent, is told rightly.
    """
    if not centres:
        return None
    middle, levels = _centre(lesion.mask), list(centres)
    points = np.array([centres[level] for level in levels])
    axes = np.array([_axis(points, n) for n in range(len(points))])
    heights = ((middle - points) * axes).sum(axis=1)
    nearest = int(np.argmin(np.abs(heights)))
    if abs(heights[nearest]) > HALF_LEVEL_MM:
        return None
    across = middle - points[nearest] - heights[nearest] * axes[nearest]
    side = "midline" if abs(across[0]) <= MIDLINE_MM else "right" if across[0] > 0 else "left"
    beside = float(np.linalg.norm(across)) <= BESIDE_MM
    return SpineRegion(levels[nearest], PARTS[levels[nearest][0]], side, beside)


def _axis(points: FloatArray, n: int) -> FloatArray:
    """Unit vector along the spine at vertebra n, from its neighbours; upwards where it is alone."""
    step = points[max(n - 1, 0)] - points[min(n + 1, len(points) - 1)]
    length = float(np.linalg.norm(step))
    return step / length if length > 0 else np.array([0.0, 0.0, 1.0])


def _centre(mask: Mask) -> FloatArray:
    """The mean place of a mask's voxels, RAS mm."""
    data = mask.data
    counts = [data.sum(axis=tuple(a for a in range(3) if a != axis)) for axis in range(3)]
    return mask.grid.to_world([float(np.average(np.arange(len(count)), weights=count)) for count in counts])
