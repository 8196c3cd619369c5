"""Uptake of the contrast agent: how much of the lesion enhances, and whether its rim does so more than its core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pnst.image import Mask
from pnst.measurement.context import Context
from pnst.measurement.family import Family, Outcome, join_warnings
from pnst.segmentation.enhancing import Enhancement

TOO_SMALL = "the lesion is too small for its voxels: its outer or its inner third holds none that is off the edge"


@dataclass(frozen=True, kw_only=True)
class Uptake(Family):
    """Relative enhancement against muscle: (post ÷ its muscle) ÷ (pre ÷ its muscle) − 1."""

    masks: ClassVar[frozenset[str]] = frozenset({"muscle"})
    enhancing_fraction: float
    """Share of the lesion off its edge voxels, fat left out."""
    rim_core_ratio: float | None = None
    """Mean of the outer third by depth ÷ that of the inner third."""
    peripheral: bool | None = None
    peripheral_threshold: float | None = None


def measure_enhancement(context: Context) -> Outcome:
    """Relative enhancement on the voxels of the contrast-enhanced series."""
    lesion_tissue, settings = context.lesion_tissue, context.settings.enhancement
    enhancement = lesion_tissue.enhancement
    # Smoothing moves the border of what does not enhance; its pieces, and blood, are bounded without it.
    enhancing = enhancement.over(settings.enhancing_fraction) & ~enhancement.blood
    enhancing &= lesion_tissue.unenhanced.pieces == 0
    ratio = _rim_core_ratio(context, enhancement)
    return Outcome(
        Uptake(
            enhancing_fraction=float(np.mean(enhancing[enhancement.known])),
            rim_core_ratio=ratio,
            peripheral=None if ratio is None else ratio >= settings.peripheral_ratio,
            peripheral_threshold=None if ratio is None else settings.peripheral_ratio,
            quality=join_warnings(*lesion_tissue.enhancement_quality_flags),
        ),
        skipped={} if ratio is not None else {"shells": TOO_SMALL},
        regions={"enhancing": Mask(enhancing, enhancement.post.volume.grid)} if enhancing.any() else {},
    )


def _rim_core_ratio(context: Context, enhancement: Enhancement) -> float | None:
    """None when one of the thirds holds no voxel."""
    rim, core = (enhancement.relative[third & enhancement.known] for third in context.views.thirds(enhancement.post))
    if not rim.size or not core.size:
        return None
    least = context.settings.enhancement.least_core_fraction
    return max(float(rim.mean(dtype=np.float64)), 0.0) / max(float(core.mean(dtype=np.float64)), least)
