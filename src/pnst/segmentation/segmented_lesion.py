"""A lesion that was segmented from a prompt, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from pnst.html_table import html_notes
from pnst.image import Mask, Volume
from pnst.study import Lesion


@dataclass(frozen=True, eq=False, kw_only=True)
class SegmentedLesion(Lesion):
    """A lesion with what the segmentation knows of its own error."""

    probability: Volume
    """That a voxel belongs to the lesion, on the mask's grid."""
    predicted_dice: float
    """What the Dice coefficient with a reader's contour is likely to be, as it was in sarcomas that the network had not
    seen; NaN of a click alone, and of another's lesion that was corrected."""
    unsure: Mask
    """Where it may be one or the other."""
    quality: tuple[str, ...] = ()
    """What to look at, in sentences."""

    def __repr__(self) -> str:
        return super().__repr__()  # not the generated one, which prints every voxel's grid

    def facts(self) -> dict[str, str]:
        """What a table says of it: title → text."""
        likely = "no Dice predicted" if isnan(self.predicted_dice) else f"predicted Dice {self.predicted_dice:.2f}"
        return {**super().facts(), "Predicted Dice": likely}

    def _repr_html_(self) -> str:
        return super()._repr_html_() + html_notes(self.quality)
