"""Cyst and necrosis: what does not enhance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pnst.image import Mask
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, join_warnings
from pnst.segmentation.enhancing import fluid_bright
from pnst.study import Role
from pnst.typing import BoolArray


@dataclass(frozen=True, kw_only=True)
class Cyst(Family):
    """Shares of the whole lesion's volume."""

    masks: ClassVar[frozenset[str]] = frozenset({"muscle"})
    fraction: float
    """What does not enhance: cyst and necrosis together."""
    present: bool
    present_threshold: float
    """The fraction at which both the least volume and the least share are reached."""
    necrosis_fraction: float | None = None
    """The part that is not as bright as fluid on T2."""


def measure_cyst(context: Context) -> Outcome:
    """What enhances by less than a quarter of the rest, bounded at half the step on the contrast-enhanced series."""
    tissue, settings = context.lesion_tissue, context.settings.cyst
    region = tissue.cystic.mask(tissue.enhancement.post)
    lesion_mm3 = context.lesion.mesh.volume_mm3
    fraction = region.volume_mm3 / lesion_mm3
    threshold = max(settings.least_lesion_fraction, settings.least_volume_ml * 1000 / lesion_mm3)
    regions, necrosis, skipped = {"cyst": region}, None, {}
    try:
        dead = Mask(region.data & ~_fluid(context), region.grid)
        necrosis, regions["necrosis"] = dead.volume_mm3 / lesion_mm3, dead
    except NotMeasurable as reason:
        skipped["necrosis"] = str(reason)
    return Outcome(
        Cyst(
            fraction=fraction,
            present=fraction >= threshold,
            present_threshold=threshold,
            necrosis_fraction=necrosis,
            quality=join_warnings(*tissue.enhancement_quality_flags),
        ),
        skipped=skipped,
        regions={name: part for name, part in regions.items() if part.data.any()},
    )


def _fluid(context: Context) -> BoolArray:
    """What does not enhance and is fluid on T2, else on fat-suppressed T2."""
    t2 = context.series(Role.T2, Role.T2_FS)
    if t2 is None:
        raise NotMeasurable("no T2 series to tell fluid from necrosis")
    tissue = context.lesion_tissue
    fluid = fluid_bright(
        tissue.unenhanced,
        tissue.enhancement.post.resample_like(t2.volume),
        context.settings.cyst.fluid_t2_ratio,
    )
    if fluid is None:
        raise NotMeasurable(f"the {t2.role} series does not show all of what does not enhance")
    return fluid
