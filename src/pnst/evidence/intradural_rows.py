"""What is published of intradural extramedullary tumours: schwannoma against meningioma."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pnst.evidence.csv_rows import number, packaged_rows

LEE2020_CLASS_SIZE = 199 / 2
"""Lee2020 prints percentages of 199 patients and no class sizes: half of them each (assumed)."""


@dataclass(frozen=True)
class IntraduralCounts:
    """A sign's presence in schwannomas and meningiomas of one study; None where it is not printed."""

    predictor: str
    study: str
    schwannoma_positive: float | None
    n_schwannoma: float | None
    meningioma_positive: float | None
    n_meningioma: float | None
    mark: str
    note: str

    @property
    def counts_both(self) -> bool:
        """Whether both classes are counted, which a likelihood ratio needs."""
        return self.schwannoma_positive is not None and self.meningioma_positive is not None


@dataclass(frozen=True)
class IntraduralMoments:
    """Mean, SD and number of a continuous predictor in both classes; None where they are not printed."""

    predictor: str
    unit: str
    study: str
    mean_schwannoma: float
    sd_schwannoma: float | None
    n_schwannoma: int | None
    mean_meningioma: float
    sd_meningioma: float | None
    n_meningioma: int | None
    mark: str
    note: str


@cache
def intradural_counts() -> tuple[IntraduralCounts, ...]:
    """Every row of `intradural.csv`."""
    rows = []
    for row in packaged_rows("intradural.csv"):
        schwannoma = _positive(row["schwannoma_positive"], row["n_schwannoma"])
        meningioma = _positive(row["meningioma_positive"], row["n_meningioma"])
        counts = (*schwannoma, *meningioma)
        rows.append(IntraduralCounts(row["predictor"], row["study"], *counts, row["mark"], row["note"]))
    return tuple(rows)


@cache
def intradural_moments() -> tuple[IntraduralMoments, ...]:
    """Every row of `intradural_continuous.csv`."""
    return tuple(
        IntraduralMoments(
            predictor=row["predictor"],
            unit=row["unit"],
            study=row["study"],
            mean_schwannoma=float(row["mean_schwannoma"]),
            sd_schwannoma=number(row["sd_schwannoma"]),
            n_schwannoma=None if not row["n_schwannoma"] else int(row["n_schwannoma"]),
            mean_meningioma=float(row["mean_meningioma"]),
            sd_meningioma=number(row["sd_meningioma"]),
            n_meningioma=None if not row["n_meningioma"] else int(row["n_meningioma"]),
            mark=row["mark"],
            note=row["note"],
        )
        for row in packaged_rows("intradural_continuous.csv")
    )


def _positive(text: str, total: str) -> tuple[float | None, float | None]:
    """Count and class size; a percentage is of half of Lee2020's patients."""
    if text.endswith("%"):
        return float(text[:-1]) / 100 * LEE2020_CLASS_SIZE, LEE2020_CLASS_SIZE
    return number(text), number(total)
