"""What is published of intradural extramedullary tumours: schwannoma against meningioma."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pnst.evidence.csv_rows import packaged_rows, record

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
    return tuple(map(_counts, packaged_rows("intradural.csv")))


@cache
def intradural_moments() -> tuple[IntraduralMoments, ...]:
    """Every row of `intradural_continuous.csv`."""
    return tuple(record(IntraduralMoments, row) for row in packaged_rows("intradural_continuous.csv"))


def _counts(row: dict[str, str]) -> IntraduralCounts:
    """A percentage is of half of Lee2020's patients."""
    given: dict[str, float] = {}
    for of_class in ("schwannoma", "meningioma"):
        if (text := row[f"{of_class}_positive"]).endswith("%"):
            size = LEE2020_CLASS_SIZE
            given |= {f"{of_class}_positive": float(text[:-1]) / 100 * size, f"n_{of_class}": size}
    return record(IntraduralCounts, row, **given)
