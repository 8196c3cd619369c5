"""`Growth`: what became of each lesion between dates; days since the first, never a date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from pnst.html_table import html_notes, html_table
from pnst.measurement.growth.category import Category
from pnst.measurement.growth.change import Interval
from pnst.measurement.growth.curve import GrowthCurve
from pnst.measurement.growth.settings import CompareSettings
from pnst.measurement.measurements import Measurements
from pnst.preprocessing.between_dates import DateAlignment
from pnst.study import Lesion, Study

if TYPE_CHECKING:
    import pandas as pd

State = Literal["measured", "absent", "outside the images", "not measured"]
"""What a date says of a lesion."""
Status = Literal["followed", "new", "vanished", "first imaged later", "no longer imaged"]
"""What the dates together say of it."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One lesion on one date. What there is nothing to say of is None; intervals are at 95 %."""

    day: int
    """Since the first date."""
    state: State
    label: str | None = None
    """What this date's outline is called."""
    volume_ml: float | None = None
    volume_ml_interval: Interval | None = None
    longest_diameter_mm: float | None = None
    longest_diameter_mm_interval: Interval | None = None
    axial_diameter_mm: float | None = None
    axial_diameter_mm_interval: Interval | None = None
    adc_mean_um2_per_ms: float | None = None
    adc_mean_um2_per_ms_interval: Interval | None = None
    volume_change_fraction: float | None = None
    """Against baseline: the first date that has the lesion."""
    volume_change_fraction_interval: Interval | None = None
    best_day: int | None = None
    """The day of best response: the smallest volume before."""
    volume_change_from_best_fraction: float | None = None
    volume_change_from_best_fraction_interval: Interval | None = None
    category: Category | None = None
    """By REiNS."""
    category_certain: bool | None = None
    """Whether every value of the intervals gives this category."""
    progression_threshold: float | None = None
    response_threshold: float | None = None
    doubling_time_days: float | None = None
    """Of the exponential over the dates up to this one; None where it does not grow."""
    doubling_time_days_interval: tuple[float, float | None] | None = None
    """Without an upper end where growth is not certain."""
    annual_change_fraction: float | None = None
    annual_change_fraction_interval: Interval | None = None
    longest_diameter_change_fraction: float | None = None
    longest_diameter_change_fraction_interval: Interval | None = None
    adc_change_fraction: float | None = None
    adc_change_fraction_interval: Interval | None = None
    adc_changed: bool | None = None
    """Whether it is more than repeating gives."""
    adc_changed_threshold: float | None = None
    quality: str | None = None
    """Why the numbers of this date are doubtful, or why there are none."""

    def to_dict(self) -> dict[str, Any]:
        """Every field."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


@dataclass(frozen=True, kw_only=True)
class LesionGrowth:
    """One lesion through the dates."""

    label: str
    status: Status
    visits: tuple[Visit, ...]
    """One a date, in their order."""
    curve: GrowthCurve | None = None
    """Over all dates that have it; None where they are under two."""

    def __repr__(self) -> str:
        return (
            f"LesionGrowth({self.label!r}, {self.status}, measured on {len(self.measured)} of {len(self.visits)} dates)"
        )

    @property
    def measured(self) -> tuple[Visit, ...]:
        """The dates that have it."""
        return tuple(visit for visit in self.visits if visit.state == "measured")

    @property
    def last(self) -> Visit:
        """The last date that has it."""
        return (self.measured or self.visits)[-1]

    def to_dict(self) -> dict[str, Any]:
        """One entry of `lesions` in growth.json."""
        last = self.last
        return {
            "label": self.label,
            "status": self.status,
            "volume_change_fraction": last.volume_change_fraction,
            "category": last.category,
            "doubling_time_days": last.doubling_time_days,
            "visits": [visit.to_dict() for visit in self.visits],
        }


@dataclass(frozen=True, eq=False)
class DatedStudy:
    """One date: its study and lesions in the frame of the first, and what was measured before they were moved."""

    day: int
    study: Study
    lesions: tuple[Lesion, ...]
    measurements: tuple[Measurements | None, ...]
    """One a lesion; None where it could not be measured."""
    failures: Mapping[str, str] = field(default_factory=dict)
    """Label of a lesion that could not be measured → why."""
    alignment: DateAlignment | None = None
    """None on the first date."""

    def __repr__(self) -> str:
        return f"DatedStudy(day {self.day}, {self.study!r}, {len(self.lesions)} lesions)"


@dataclass(frozen=True, eq=False)
class Growth:
    """Two dates or more of one patient's lesions."""

    case_id: str
    lesions: tuple[LesionGrowth, ...]
    dates: tuple[DatedStudy, ...] = field(repr=False)
    settings: CompareSettings = field(default_factory=CompareSettings, repr=False)
    warnings: tuple[str, ...] = ()
    """What a reader of the numbers must know."""

    @property
    def days(self) -> tuple[int, ...]:
        """Since the first date."""
        return tuple(date.day for date in self.dates)

    def to_dict(self) -> dict[str, Any]:
        """growth.json, without its version: days since the first, never a date."""
        return {
            "case_id": self.case_id,
            "days": list(self.days),
            "alignments": [alignment_entry(date) for date in self.dates[1:]],
            "lesions": [lesion.to_dict() for lesion in self.lesions],
            "warnings": list(self.warnings),
            "settings": self.settings.model_dump(),
        }

    def rows(self) -> list[dict[str, Any]]:
        """One row a lesion and date."""
        return [
            {"case_id": self.case_id, "lesion": lesion.label, "status": lesion.status, **visit.to_dict()}
            for lesion in self.lesions
            for visit in lesion.visits
        ]

    def to_frame(self) -> pd.DataFrame:
        """One row a lesion and date: `rows`."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def _repr_html_(self) -> str:
        head = ("Lesion", "Days since the first date", "Volume (ml)", "Change of volume", "REiNS category")
        rows = [_cells(lesion, visit) for lesion in self.lesions for visit in lesion.visits]
        return html_table(self.case_id, head, rows) + html_notes(self.warnings)

    def __repr__(self) -> str:
        lesions = ", ".join(repr(lesion.label) for lesion in self.lesions) or "none"
        return f"Growth({self.case_id!r}, lesions {lesions}, days {', '.join(map(str, self.days))})"


def alignment_entry(date: DatedStudy) -> dict[str, Any]:
    """What growth.json says of how a later date was laid on the first."""
    way = date.alignment or DateAlignment()
    return {
        "day": date.day,
        "role": way.role,
        "reference": way.reference,
        "accepted": way.accepted,
        "shift_mm": way.shift_mm,
        "rotation_deg": way.rotation_deg,
        "similarity_before": way.similarity_before,
        "similarity_after": way.similarity_after,
        "disagreement_mm": way.disagreement_mm,
        "reason": way.reason,
    }


def _cells(lesion: LesionGrowth, visit: Visit) -> tuple[str, ...]:
    volume = visit.state if visit.volume_ml is None else f"{visit.volume_ml:.4g}"
    change = "" if visit.volume_change_fraction is None else f"{100 * visit.volume_change_fraction:+z.1f} %"
    return lesion.label, str(visit.day), volume, change, visit.category or ""
