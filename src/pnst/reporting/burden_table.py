"""The lesions of a study as a table: the most suspicious first, with what they come to together."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.classification.burden import MALIGNANT, Burden, LesionBurden
from pnst.reporting.numbers import percent, quantity

NONE = "–"


@dataclass(frozen=True)
class BurdenRow:
    """One lesion as it stands in the table."""

    number: int
    label: str
    region: str
    diameter: str
    volume: str
    volume_ends: str
    adc: str
    probability: str
    """With its class where it is not that of malignancy."""
    probability_ends: str
    abstained: str

    @property
    def volume_text(self) -> str:
        """With its interval."""
        return _with(self.volume, self.volume_ends)

    @property
    def probability_text(self) -> str:
        """With its interval."""
        return _with(self.probability, self.probability_ends)


@dataclass(frozen=True)
class BurdenTable:
    """The table, and the sentences under it."""

    rows: tuple[BurdenRow, ...]
    total: str
    total_ends: str
    regions: str
    """How many lesions lie where, or why it is not told."""
    unmeasured: str

    @property
    def has_adc(self) -> bool:
        """Whether any lesion has an ADC."""
        return any(row.adc != NONE for row in self.rows)


def burden_table(burden: Burden) -> BurdenTable:
    """The lesions in their order, in words and digits."""
    interval = burden.total_volume_ml_interval
    regions = burden.regions
    counted = "; ".join(f"{count} {part}" for part, count in (regions or {}).items())
    missing = len(burden.unmeasured)
    lesions = "1 lesion" if missing == 1 else f"{missing} lesions"
    return BurdenTable(
        rows=tuple(map(_row, burden.lesions)),
        total=_text("volume_ml", burden.total_volume_ml),
        total_ends="" if interval is None else _ends("volume_ml", interval),
        regions=f"No region is told: {burden.no_region}" if regions is None else f"By region: {counted}",
        unmeasured=f"{lesions} could not be measured, in no sum: {', '.join(burden.unmeasured)}" if missing else "",
    )


def terminal_rows(burden: Burden) -> list[tuple[str, ...]]:
    """The table in cells of plain text, a head first."""
    table = burden_table(burden)
    heads = ("lesion", "region", "diameter mm", "volume ml (95 %)", "mean ADC", "probability (95 %)", "abstained")
    rows = [
        (row.label, row.region, row.diameter, row.volume_text, row.adc, row.probability_text, row.abstained)
        for row in table.rows
    ]
    total = ("together", "", "", _with(table.total, table.total_ends), "", "", "")
    return _without_empty([heads, *rows, total])


def _without_empty(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The table without columns that hold nothing below their head."""
    kept = [n for n in range(len(rows[0])) if any(row[n] not in ("", NONE) for row in rows[1:])]
    return [tuple(row[n] for n in kept) for row in rows]


def _row(lesion: LesionBurden) -> BurdenRow:
    asked = lesion.question in (None, MALIGNANT)
    ends = lesion.probability_interval
    return BurdenRow(
        number=lesion.number,
        label=lesion.label,
        region=lesion.region or NONE,
        diameter=_text("longest_diameter_mm", lesion.longest_diameter_mm),
        volume=_text("volume_ml", lesion.volume_ml),
        volume_ends="" if lesion.volume_ml_interval is None else _ends("volume_ml", lesion.volume_ml_interval),
        adc=_text("mean_um2_per_ms", lesion.mean_adc_um2_per_ms),
        probability=NONE
        if lesion.probability is None
        else f"{percent(lesion.probability)} %" + ("" if asked else f" {lesion.of_class}"),
        probability_ends="" if ends is None else f"{percent(ends[0])} – {percent(ends[1])}",
        abstained=lesion.abstained or "",
    )


def _text(column: str, value: float | None) -> str:
    return NONE if value is None else quantity(column, value).text


def _ends(column: str, interval: tuple[float, float]) -> str:
    return quantity(f"{column}_interval", interval).text


def _with(text: str, ends: str) -> str:
    return f"{text} ({ends})" if ends else text
