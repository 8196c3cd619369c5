"""T1-bright area: blood or protein within the lesion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pnst.measurement.context import Context
from pnst.measurement.family import Family, Outcome, join_warnings
from pnst.study import Role

WHOLE = "more than half of the lesion is bright on T1: nothing of it is taken for blood, and the sign is undetermined"
FAT_UNKNOWN = (
    "without fat-suppressed T2 or a Dixon series that shows what is bright, fat within the lesion cannot be told from "
    "blood: the sign is undetermined"
)


@dataclass(frozen=True, kw_only=True)
class T1High(Family):
    """Share of the whole lesion's volume."""

    nullable: ClassVar[frozenset[str]] = frozenset({"present"})
    fraction: float
    """Where fat is not told from blood, of both."""
    present: bool | None
    """None where fat is not told from blood, and where the lesion itself is bright."""
    present_threshold: float
    """Least volume in ml of what lies deep of a connected piece."""


def measure_t1_high(context: Context) -> Outcome:
    """What is brighter on T1 than the lesion and than muscle, and is not fat."""
    bright, settings = context.lesion_tissue.t1_bright, context.settings.t1_high
    lesion_mm3 = context.lesion.mesh.volume_mm3
    min_volume_ml = max(settings.least_volume_ml, settings.least_lesion_fraction * lesion_mm3 / 1000)
    undetermined = WHOLE if bright.whole else None if bright.fat_known else FAT_UNKNOWN
    return Outcome(
        T1High(
            fraction=bright.blood.volume_mm3 / lesion_mm3,
            present=None if undetermined else bright.max_deep_blood_ml >= min_volume_ml,
            present_threshold=min_volume_ml,
            quality=join_warnings(*context.views.quality_flags(context.study.series[Role.T1]), undetermined),
        ),
        regions={
            name: part for name, part in (("t1_high", bright.blood), ("fat_inclusion", bright.fat)) if part.data.any()
        },
    )
