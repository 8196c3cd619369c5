"""What is published of a predictor in malignant and benign lesions, study by study, behind a lesion's own number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pnst.evidence.csv_rows import Censored, Count
from pnst.evidence.published import Predictor, cutoffs, entity_counts, entity_moments, moments, predictors, sign_counts
from pnst.evidence.rule import clopper_pearson_interval
from pnst.evidence.value_rows import Cutoff
from pnst.measurement.measurements import Measurements

SHARES = {
    "margin_ill_defined": "lesions with an ill-defined margin",
    "edema_present": "lesions with oedema round them",
    "contour_lobulation": "lesions with a lobulated contour",
    "target_sign_absent": "lesions without a target sign",
    "t1_high_signal_area": "lesions with a T1-bright area",
    "peripheral_enhancement": "lesions that enhance at the rim",
}
"""Predictor → whose share the counts are of."""
VALUES = {
    "longest_diameter": ("Longest diameter, mean ± SD", "mm"),
    "adc_min": ("Minimum ADC, mean ± SD", "10⁻³ mm²/s"),
}
BELOW = {"adc_mean": "Mean ADC", "adc_dark": "ADC of the darkest part"}
"""Predictor of which a cutoff is published → what lies below it or not."""
ROOM = 1.05


@dataclass(frozen=True)
class Span:
    """Some lesions of one study: a share with its 95 % interval, or a mean with mean ± SD."""

    middle: float
    low: float
    high: float
    text: str


@dataclass(frozen=True)
class StudyRow:
    """One study; a class that it did not look at is None."""

    study: str
    malignant: Span | None
    benign: Span | None


@dataclass(frozen=True)
class PublishedFigure:
    """Rows of studies on one axis from 0 to `end`."""

    title: str
    unit: str
    end: float
    rows: tuple[StudyRow, ...]
    own: float | None = None
    """This lesion's number, where the axis is one of numbers."""

    def place(self, value: float) -> float:
        """Per cent of the picture's width."""
        return 100 * min(max(value / self.end, 0.0), 1.0)

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Place and text of three marks."""
        shown = 100.0 if self.unit == "%" else self.end
        return tuple((100 * part, f"{part * shown:.3g}") for part in (0.0, 0.5, 1.0))


def published_figures(family: str, m: Measurements) -> list[PublishedFigure]:
    """Of each predictor that is read off a family; none where nothing was counted."""
    columns = m.columns()
    of_family = [one for one in predictors() if one.column.startswith(f"{family}.")]
    return [figure for one in of_family if (figure := _figure(one, columns.get(one.column))) is not None]


def _figure(predictor: Predictor, value: object) -> PublishedFigure | None:
    name = predictor.name
    if name in VALUES:
        return _of_values(predictor, float(value) if isinstance(value, int | float) else None)
    if name in BELOW:
        rows = tuple(_below(row) for row in cutoffs() if row.name == name and row.true_negative is not None)
        return PublishedFigure(f"{BELOW[name]} below a cutoff, share of lesions", "%", 1.0, rows) if rows else None
    rows = tuple(_counted(name)) if name in SHARES else ()
    return PublishedFigure(f"Share of {SHARES[name]}", "%", 1.0, rows) if rows else None


def _of_values(predictor: Predictor, own: float | None) -> PublishedFigure:
    scale = 1 / predictor.unit_factor
    rows = [
        StudyRow(
            row.study,
            _moments(row.mean_malignant * scale, row.sd_malignant * scale, row.n_malignant),
            _moments(row.mean_benign * scale, row.sd_benign * scale, row.n_benign),
        )
        for row in moments()
        if row.predictor == predictor.name
    ]
    rows += [
        StudyRow(
            f"{one.study}, {one.note.partition(';')[0]} {one.entity}",
            None,
            _moments(one.mean * scale, one.sd * scale, one.n),
        )
        for one in entity_moments()
        if one.predictor == predictor.name
    ]
    ends = [span.high for row in rows for span in (row.malignant, row.benign) if span is not None]
    title, unit = VALUES[predictor.name]
    return PublishedFigure(title, unit, ROOM * max([*ends, own or 0.0]), tuple(rows), own)


def _moments(mean: float, sd: float, n: int) -> Span:
    return Span(mean, max(mean - sd, 0.0), mean + sd, f"{mean:.3g} ± {sd:.3g} (n = {n})")


def _counted(name: str) -> Iterator[StudyRow]:
    """The studies of both classes, then those of one benign entity."""
    for row in sign_counts():
        if row.predictor == name:
            malignant = _share(row.malignant_positive, row.n_malignant)
            yield StudyRow(row.study, malignant, _share(row.benign_positive, row.n_benign))
    for one in entity_counts():
        if one.predictor == name:
            yield StudyRow(f"{one.study}, {one.entity}", None, _share(one.positive, one.n))


def _below(row: Cutoff) -> StudyRow:
    benign = row.n_benign - (row.true_negative or 0)
    return StudyRow(
        f"{row.study}, {row.operator} {row.cutoff:.2f}",
        _share(row.true_positive, row.n_malignant),
        _share(benign, row.n_benign),
    )


def _share(count: Count, total: int) -> Span | None:
    """A share with Clopper and Pearson's interval; None of no lesions, and of a count that is a range."""
    if isinstance(count, Censored) or total == 0:
        return None
    low, high = clopper_pearson_interval(count, total)
    return Span(count / total, low, high, f"{count}/{total}")


@cache
def predictor_families() -> Mapping[str, None]:
    """The families that a predictor of malignancy is read off, in the order of the published table."""
    return dict.fromkeys(one.column.partition(".")[0] for one in predictors() if not one.column.startswith("reader."))
