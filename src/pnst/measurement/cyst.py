"""Cyst and necrosis: what does not enhance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import Mask
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome
from pnst.segmentation.enhancing import fluid_bright
from pnst.study import Role


@dataclass(frozen=True, kw_only=True)
class Cyst(Family):
    """Shares of the whole lesion's volume."""

    fraction: float
    """What does not enhance: cyst and necrosis together."""
    present: bool
    present_threshold: float
    """The fraction at which both the least volume and the least share are reached."""
    necrosis_fraction: float | None = None
    """The part that is not as bright as fluid on T2."""


def measure_cyst(context: Context) -> Outcome:
    """What enhances by less than a quarter of the rest, bounded at half the step on the contrast-enhanced series."""
    enhancement, settings = context.enhancement, context.settings.cyst
    found = context.unenhanced
    if np.count_nonzero(found.enhancing) < settings.least_enhancing_fraction * np.count_nonzero(enhancement.known):
        raise NotMeasurable("the lesion does not enhance, so that a cyst cannot be told from the rest of it")
    region = found.mask(enhancement.post)
    lesion_mm3 = context.lesion.mesh.volume_mm3
    fraction = region.volume_mm3 / lesion_mm3
    threshold = max(settings.least_lesion_fraction, settings.least_volume_ml * 1000 / lesion_mm3)
    necrosis, regions = None, {"cyst": region}
    t2 = context.series(Role.T2, Role.T2_FS)
    if t2 is not None:
        fluid = fluid_bright(found, enhancement.post.other(t2.volume), settings.fluid_t2_ratio)
        dead = Mask(region.data & ~fluid, region.grid)
        necrosis = dead.volume_mm3 / lesion_mm3
        regions["necrosis"] = dead
    return Outcome(
        Cyst(
            fraction=fraction,
            present=fraction >= threshold,
            present_threshold=threshold,
            necrosis_fraction=necrosis,
            quality=context.enhancement_quality,
        ),
        skipped={} if t2 is not None else {"necrosis": "no T2 series to tell fluid from necrosis"},
        regions={name: part for name, part in regions.items() if part.data.any()},
    )
