"""The levels of tissues in an image near a lesion. Nothing depends on the image's scale or offset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.kernels.histogram import Mode
from pnst.typing import FloatArray


class TissueNotFound(Exception):
    """An image does not show the tissue that a measurement is made against; the message says which and why."""


@dataclass(frozen=True)
class MuscleLevel:
    """Muscle's mode and the SD of its voxels, taken from below the mode."""

    mode: float
    sd: float
    source: str
    """In words: "given mask", "muscle on T1", "histogram"."""
    unsure: bool = False
    """On fat-suppressed T2: it is so bright that it may be oedema, and no darker muscle shows beyond it."""


@dataclass(frozen=True)
class FatScale:
    """Fat fraction of a voxel: 0 at the muscle mode, 1 at the fat mode of one image."""

    muscle: float
    fat: float
    own_mode: bool = True
    """Whether fat has a mode of its own; else its level is the median of what is clearly brighter than muscle."""

    def fraction(self, intensity: FloatArray) -> FloatArray:
        """Fat fraction, not clipped: noise stays symmetrical round 0, and air is negative."""
        gain = np.float32(1 / (self.fat - self.muscle))
        return np.asarray(intensity * gain - np.float32(self.muscle) * gain, dtype=np.float32)


def tissue_modes(modes: list[Mode], min_fraction: float) -> list[Mode]:
    """The modes that hold that share of the voxels, and are tissues rather than edges; all of them where none does."""
    return [mode for mode in modes if mode.share >= min_fraction] or modes
