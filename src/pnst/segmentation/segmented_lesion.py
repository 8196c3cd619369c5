"""A lesion that was segmented from a prompt, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.image import Mask, Volume
from pnst.study import Lesion


@dataclass(frozen=True, eq=False, kw_only=True)
class SegmentedLesion(Lesion):
    """A lesion with what the segmentation knows of its own error."""

    probability: Volume
    """That a voxel belongs to the lesion, on the mask's grid."""
    predicted_dice: float
    """What the Dice coefficient with a reader's contour is likely to be, as it was in sarcomas that the network had not
    seen."""
    unsure: Mask
    """Where it may be one or the other."""
    quality: tuple[str, ...] = ()
    """What to look at, in sentences."""
