"""How far a segmentation is to be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.segmentation.field import Field
from pnst.segmentation.looks import Looks
from pnst.typing import BoolArray, FloatArray

UNSURE = (0.2, 0.8)
"""Probabilities between which a voxel may be one or the other."""


@dataclass(frozen=True, eq=False)
class Signs:
    """What goes with a good or a bad segmentation."""

    expected_dice: float
    """That of the region over 0 with a lesion drawn from the probabilities, ratio of expectations:
    2 Σ p m ÷ (Σ m + Σ p)."""
    body_dice: float
    """Of that region with the prompt's own body."""
    assumed: int = 0
    """How many parts of the prompt were assumed: a short axis, an extent."""

    @property
    def row(self) -> FloatArray:
        """(4,) with a constant first, as the calibration takes them."""
        return np.array([1.0, self.expected_dice, self.body_dice, self.assumed])


CALIBRATION = (-1.307, 2.199, 0.209, -0.027)
"""Least squares of the true Dice on the signs, over prompts of sarcomas that the networks had not seen."""
LARGE_LOGIT = 30.0
LIKELY = (0.3, 0.97)
"""What was predicted lies between these."""


def signs_of(looks: Looks, assumed: int = 0) -> Signs:
    """The signs of one segmentation, in its frame and before it leans to the prompt: that hides what was seen."""
    region = looks.plain > 0
    p = 1 / (1 + np.exp(-np.clip(looks.plain, -LARGE_LOGIT, LARGE_LOGIT)))
    body_dice = _dice((looks.depth > 0).astype(np.float32), region)
    return Signs(expected_dice=_dice(p, region), body_dice=body_dice, assumed=assumed)


def predicted_dice(signs: Signs) -> float:
    """What the Dice coefficient with a reader's contour is likely to be."""
    return float(np.clip(signs.row @ np.array(CALIBRATION), *LIKELY))


def boundary_sd_mm(field: Field) -> float:
    """How far (SD) the surface may lie from where it is: half the thickness of what lies between p = 0.16 and 0.84."""
    p = field.probability()
    between = float(np.count_nonzero((p > 0.16) & (p < 0.84)))
    inside = p > 0.5
    faces = sum(
        np.count_nonzero(np.diff(inside, axis=axis)) * field.grid.voxel_volume_mm3 / step
        for axis, step in enumerate(field.grid.spacing)
    )
    area = faces * 2 / 3  # a smooth surface crosses half as many faces again as its area
    return float(between * field.grid.voxel_volume_mm3 / area / 2) if area > 0 else 0.0


def _dice(a: FloatArray, b: BoolArray) -> float:
    both = float(np.asarray(a, dtype=np.float64)[b].sum())
    return 2 * both / max(float(a.sum()) + float(np.count_nonzero(b)), 1e-9)
