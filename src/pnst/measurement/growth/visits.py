"""One lesion's dates put together: what was measured on each, and how it has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pnst.measurement.family import Family
from pnst.measurement.growth.category import categorise, is_certain
from pnst.measurement.growth.change import IntervalEstimate, change_fraction, change_interval
from pnst.measurement.growth.curve import GrowthCurve, fit_curve
from pnst.measurement.growth.growth import Visit
from pnst.measurement.growth.settings import CompareSettings
from pnst.measurement.measurements import Measurements

VOLUME, DIAMETER, ADC = "volume_ml", "longest_diameter_mm", "adc_mean_um2_per_ms"


def measured_visit(day: int, m: Measurements) -> Visit:
    """What one date's measurements say."""
    if m.size is None:
        raise ValueError("a measured lesion has a size")
    columns: dict[str, tuple[Family, str]] = {name: (m.size, name) for name in (VOLUME, DIAMETER, "axial_diameter_mm")}
    if m.adc is not None:
        columns[ADC] = (m.adc, "mean_um2_per_ms")
    values: dict[str, Any] = {}
    for name, (family, column) in columns.items():
        values |= {name: getattr(family, column), f"{name}_interval": family.intervals.get(column)}
    doubtful = (("", m.size), ("ADC: ", m.adc))
    return Visit(day=day, state="measured", label=m.label, quality=_quality(doubtful), **values)


def _quality(families: Sequence[tuple[str, Family | None]]) -> str | None:
    parts = [f"{title}{family.quality}" for title, family in families if family is not None and family.quality]
    return "; ".join(parts) or None


def with_changes(visits: Sequence[Visit], settings: CompareSettings) -> tuple[Visit, ...]:
    """The dates with what has changed since baseline, the first that has the lesion."""
    changed: list[Visit] = []
    earlier: list[Visit] = []
    for visit in visits:
        if visit.state == "measured":
            if earlier:
                visit = _changed(visit, earlier, settings)
            earlier.append(visit)
        changed.append(visit)
    return tuple(changed)


def curve_of(visits: Sequence[Visit]) -> GrowthCurve | None:
    """The exponential over the dates that have the lesion; None where they are under two."""
    there = [visit for visit in visits if visit.state == "measured"]
    if len(there) < 2:
        return None
    return fit_curve([visit.day for visit in there], [_estimate(visit, VOLUME) for visit in there])


def _changed(visit: Visit, earlier: Sequence[Visit], settings: CompareSettings) -> Visit:
    """A later date against the earlier ones."""
    baseline, best = earlier[0], min(earlier, key=lambda one: _estimate(one, VOLUME).value)
    now = _estimate(visit, VOLUME)
    from_baseline, from_best = (change_fraction(_estimate(one, VOLUME), now) for one in (baseline, best))
    baseline_ends, best_ends = (change_interval(_estimate(one, VOLUME), now) for one in (baseline, best))
    category = categorise(from_baseline, from_best, settings)
    curve = curve_of([*earlier, visit])
    return replace(
        visit,
        volume_change_fraction=from_baseline,
        volume_change_fraction_interval=baseline_ends,
        best_day=best.day,
        volume_change_from_best_fraction=from_best,
        volume_change_from_best_fraction_interval=best_ends,
        category=category,
        category_certain=is_certain(category, baseline_ends, best_ends, settings),
        progression_threshold=settings.progression_fraction,
        response_threshold=settings.response_fraction,
        longest_diameter_change_fraction=change_fraction(_estimate(baseline, DIAMETER), _estimate(visit, DIAMETER)),
        longest_diameter_change_fraction_interval=change_interval(
            _estimate(baseline, DIAMETER), _estimate(visit, DIAMETER)
        ),
        **_growth_of(curve),
        **_adc_change(baseline, visit, settings),
    )


def _growth_of(curve: GrowthCurve | None) -> dict[str, Any]:
    if curve is None:
        return {}
    return {
        "doubling_time_days": curve.doubling_time_days,
        "doubling_time_days_interval": curve.doubling_time_interval,
        "annual_change_fraction": curve.annual_change_fraction,
        "annual_change_fraction_interval": curve.annual_change_interval,
    }


def _adc_change(baseline: Visit, visit: Visit, settings: CompareSettings) -> dict[str, Any]:
    """Nothing where either date has no ADC."""
    if baseline.adc_mean_um2_per_ms is None or visit.adc_mean_um2_per_ms is None:
        return {}
    before, after = _estimate(baseline, ADC), _estimate(visit, ADC)
    change = change_fraction(before, after)
    return {
        "adc_change_fraction": change,
        "adc_change_fraction_interval": change_interval(before, after),
        "adc_changed": abs(change) >= settings.adc_repeatability_fraction,
        "adc_changed_threshold": settings.adc_repeatability_fraction,
    }


def _estimate(visit: Visit, column: str) -> IntervalEstimate:
    return IntervalEstimate(getattr(visit, column), getattr(visit, f"{column}_interval"))
