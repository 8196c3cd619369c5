"""How a measured column becomes a predictor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pnst.evidence.csv_rows import record

Kind = Literal["sign", "ordinal", "lognormal"]
Axis = Literal["severity", "diffusion"]


@dataclass(frozen=True)
class Predictor:
    """One row of `predictors.csv`."""

    group: str
    rank: int
    """Within a group the lowest rank that was measured enters."""
    name: str
    column: str
    kind: Kind
    unit_factor: float
    """Column's unit × this = the sources' unit."""
    positive_when: str
    """"> 0.20", ">= 2", "is true" …: the malignant side; empty for a lognormal predictor; of an ordinal one where each
    level begins, as "3-8 visible; 13-23 over 18 mm"."""
    uncertain_from: float | None
    uncertain_to: float | None
    """The sign's weight rises from 0 to 1 between these two (assumed)."""
    parameters: str
    """The file that its parameters come from, or "assumed (see text)"."""
    axis: Axis

    @property
    def levels(self) -> tuple[tuple[float, float], ...]:
        """Of an ordinal predictor, between which values the weight of each level above the lowest rises.

        >>> from pnst.evidence.published import predictors
        >>> next(p for p in predictors() if p.kind == "ordinal").levels
        ((3.0, 8.0), (13.0, 23.0))
        """
        ranges = (part.split()[0].split("-") for part in self.positive_when.split(";"))
        return tuple((float(low), float(high)) for low, high in ranges)

    @classmethod
    def from_row(cls, row: dict[str, str]) -> Predictor:
        """One row of `predictors.csv`."""
        return record(cls, row, name=row["predictor"])
