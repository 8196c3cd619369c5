"""T1-bright area: blood or protein within the lesion."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.measurement.context import Context
from pnst.measurement.family import Family, Outcome, join_warnings
from pnst.study import Role


@dataclass(frozen=True, kw_only=True)
class T1High(Family):
    """Share of the whole lesion's volume."""

    fraction: float
    present: bool
    present_threshold: float
    """Least volume in ml of a connected piece."""


def measure_t1_high(context: Context) -> Outcome:
    """What is brighter on T1 than the lesion and than muscle, and is not fat."""
    bright, settings = context.lesion_tissue.t1_bright, context.settings.t1_high
    warnings = [*context.views.quality_flags(context.study.series[Role.T1])]
    if bright.whole:
        warnings.append("more than half of the lesion is bright on T1")
    if not bright.fat_known:
        warnings.append("without fat-suppressed T2, fat within the lesion cannot be told from blood")
    return Outcome(
        T1High(
            fraction=bright.blood.volume_mm3 / context.lesion.mesh.volume_mm3,
            present=bright.max_blood_ml >= settings.least_volume_ml,
            present_threshold=settings.least_volume_ml,
            quality=join_warnings(*warnings),
        ),
        regions={
            name: part for name, part in (("t1_high", bright.blood), ("fat_inclusion", bright.fat)) if part.data.any()
        },
    )
