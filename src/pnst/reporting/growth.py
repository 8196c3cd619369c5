"""`growth_report`: what became of each lesion between dates, as one self-contained HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pnst.reporting.numbers import ADC_UNIT, quantity
from pnst.reporting.report import environment

if TYPE_CHECKING:
    from pnst.measurement.growth.change import Interval
    from pnst.measurement.growth.growth import Growth, LesionGrowth, Visit

DISCLAIMER = "Research software, not a medical device."
STATUS = {
    "followed": "on the first and the last date",
    "new": "new",
    "vanished": "vanished",
    "first imaged later": "the first images do not show its place",
    "no longer imaged": "the last images do not show its place",
}


def growth_report(growth: Growth) -> str:
    """Tables, curves and pictures of a comparison; nothing is loaded from elsewhere, all text from files is escaped.

    No date stands in it, only days since the first.
    """
    from pnst.reporting.growth_figures import alignment_picture, curve_picture, outline_pictures

    settings = growth.settings
    thresholds = settings.progression_fraction, settings.response_fraction
    lesions = [
        {
            "growth": lesion,
            "summary": summary_cells(lesion),
            "visits": [visit_cells(visit) for visit in lesion.visits],
            "curve": curve_picture(lesion, thresholds) if len(lesion.measured) > 1 else None,
            "pictures": outline_pictures(growth, index),
        }
        for index, lesion in enumerate(growth.lesions)
    ]
    laid = [(date, alignment_picture(growth, date)) for date in growth.dates[1:]]
    page = environment().get_template("growth.html.j2")
    return page.render(
        growth=growth, lesions=lesions, laid=laid, settings=settings, disclaimer=DISCLAIMER, adc_unit=ADC_UNIT
    )


def summary_cells(lesion: LesionGrowth) -> dict[str, Any]:
    """One line of the first table."""
    last = lesion.last
    return {
        "label": lesion.label,
        "status": STATUS[lesion.status],
        "volumes": " → ".join(_number("volume_ml", v.volume_ml) for v in _ends(lesion)) + " ml",
        "change": change_cell(last.volume_change_fraction, last.volume_change_fraction_interval),
        "category": category_cell(last),
        "doubling": doubling_cell(last),
        "adc": adc_cell(last),
    }


def visit_cells(visit: Visit) -> dict[str, Any]:
    """One line of a lesion's own table."""
    return {
        "day": visit.day,
        "state": visit.state,
        "quality": visit.quality,
        "volume": value_cell("volume_ml", visit.volume_ml, visit.volume_ml_interval),
        "change": change_cell(visit.volume_change_fraction, visit.volume_change_fraction_interval),
        "best": change_cell(visit.volume_change_from_best_fraction, visit.volume_change_from_best_fraction_interval),
        "best_day": visit.best_day,
        "category": category_cell(visit),
        "diameter": value_cell("longest_diameter_mm", visit.longest_diameter_mm, visit.longest_diameter_mm_interval),
        "adc": value_cell("mean_um2_per_ms", visit.adc_mean_um2_per_ms, visit.adc_mean_um2_per_ms_interval),
        "adc_change": adc_cell(visit),
    }


def value_cell(column: str, value: float | None, interval: Interval | None) -> tuple[str, str]:
    """A number with its unit (of ADC without), and its interval."""
    if value is None:
        return "–", ""
    shown = quantity(column, value)
    text = shown.text if shown.unit == ADC_UNIT else f"{shown.text} {shown.unit}"  # which stands in the head
    return text, "" if interval is None else quantity(f"{column}_interval", interval).text


def change_cell(change: float | None, interval: Interval | None) -> tuple[str, str]:
    """A change in per cent with its sign, and its interval.

    >>> change_cell(0.2034, (0.151, 0.258)), change_cell(-0.5, None), change_cell(None, None)
    (('+20.3 %', '+15.1 – +25.8'), ('−50.0 %', ''), ('–', ''))
    """
    if change is None:
        return "–", ""
    return f"{_signed(change)} %", "" if interval is None else f"{_signed(interval[0])} – {_signed(interval[1])}"


def category_cell(visit: Visit) -> tuple[str, str]:
    """The category, and whether the interval leaves another one open."""
    if visit.category is None:
        return "–", ""
    if visit.volume_change_fraction_interval is None:
        return visit.category, "without an interval"
    return visit.category, "" if visit.category_certain else "the interval leaves another open"


def doubling_cell(visit: Visit) -> tuple[str, str]:
    """The doubling time in days, and its interval; what does not grow has none."""
    if visit.doubling_time_days is None:
        return ("–", "") if visit.annual_change_fraction is None else ("does not grow", "")
    ends = visit.doubling_time_days_interval
    if ends is None:
        return f"{visit.doubling_time_days:.0f} days", ""
    return (
        f"{visit.doubling_time_days:.0f} days",
        f"{ends[0]:.0f} – {'no end' if ends[1] is None else f'{ends[1]:.0f}'}",
    )


def adc_cell(visit: Visit) -> tuple[str, str]:
    """The change of the mean ADC, and whether it is more than repeating gives."""
    if visit.adc_change_fraction is None or visit.adc_changed_threshold is None:
        return "–", ""
    limit = f"{100 * visit.adc_changed_threshold:.3g} %"
    return f"{_signed(visit.adc_change_fraction)} %", f"{'more than' if visit.adc_changed else 'within'} {limit}"


def _ends(lesion: LesionGrowth) -> list[Visit]:
    measured = lesion.measured
    return [measured[0], measured[-1]] if len(measured) > 1 else list(measured)


def _number(column: str, value: float | None) -> str:
    return "–" if value is None else quantity(column, value).text


def _signed(share: float) -> str:
    return f"{100 * share:+z.1f}".replace("-", "−")
