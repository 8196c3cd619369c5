"""The published figures, as typed records read from the CSV files inside the package.

One record a row, one function a file. ADC in µm²/ms (numerically 1e-3 mm²/s) throughout; units are in the rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pnst.evidence.csv_rows import Estimate, packaged_rows, record
from pnst.evidence.predictor_rows import Predictor
from pnst.evidence.sign_rows import Agreement, Entity, EntityCounts, Pooled, SignCounts
from pnst.evidence.value_rows import Cutoff, EntityMoments, EntityShares, PublishedArea, SampleMoments

__all__ = [
    "Agreement",
    "PublishedArea",
    "Cutoff",
    "Entity",
    "EntityCounts",
    "EntityMoments",
    "EntityShares",
    "Estimate",
    "Pooled",
    "Predictor",
    "Publication",
    "SampleMoments",
    "SignCounts",
]

Nf1 = Literal["all", "some", "none", "unknown"]
Inside = Literal["yes", "no", "unknown", ""]
META_ANALYSIS_YEAR = 2020
"""Martin2021 cannot hold a study of this year or later."""


@dataclass(frozen=True)
class Publication:
    """A study, its population, and how much of it was read."""

    study: str
    citation: str
    doi: str
    n_malignant: int | None
    n_benign: int | None
    population: str
    acquisition: str
    level: str
    nf1: Nf1
    """How many of its patients have neurofibromatosis type 1, read off `population`."""
    site: str
    """"trunk or limb", "extracranial", "paraspinal" …, or empty where the population names none."""
    age_max: float | None
    """Greatest age in years, where the population is bounded."""
    in_martin2021: Inside
    """Whether the meta-analysis pooled it, too."""

    @property
    def counted_in_meta_analysis(self) -> bool:
        """Whether its rows are taken as part of Martin2021: where that is unknown, yes before 2020."""
        year = re.search(r"\d{4}$", self.study)
        early = year is None or int(year[0]) < META_ANALYSIS_YEAR
        return self.in_martin2021 == "yes" or (self.in_martin2021 == "unknown" and early)

    @classmethod
    def from_row(cls, row: dict[str, str]) -> Publication:
        """One row of `studies.csv`."""
        return record(cls, row)


@cache
def publications() -> dict[str, Publication]:
    """Every study by its key, from `studies.csv`."""
    return {row["study"]: Publication.from_row(row) for row in packaged_rows("studies.csv")}


@cache
def sign_counts() -> tuple[SignCounts, ...]:
    """Every row of `signs_2x2.csv`."""
    return tuple(map(SignCounts.from_row, packaged_rows("signs_2x2.csv")))


@cache
def entity_counts() -> tuple[EntityCounts, ...]:
    """Every row of `signs_by_entity.csv`."""
    return tuple(map(EntityCounts.from_row, packaged_rows("signs_by_entity.csv")))


@cache
def moments() -> tuple[SampleMoments, ...]:
    """Every row of `continuous.csv`."""
    return tuple(map(SampleMoments.from_row, packaged_rows("continuous.csv")))


@cache
def entity_moments() -> tuple[EntityMoments, ...]:
    """Every row of `continuous_by_entity.csv`."""
    return tuple(map(EntityMoments.from_row, packaged_rows("continuous_by_entity.csv")))


@cache
def cutoffs() -> tuple[Cutoff, ...]:
    """Every row of `cutoffs.csv`."""
    return tuple(map(Cutoff.from_row, packaged_rows("cutoffs.csv")))


@cache
def areas() -> tuple[PublishedArea, ...]:
    """Every row of `auc.csv`."""
    return tuple(map(PublishedArea.from_row, packaged_rows("auc.csv")))


@cache
def agreements() -> tuple[Agreement, ...]:
    """Every row of `agreement.csv`."""
    return tuple(map(Agreement.from_row, packaged_rows("agreement.csv")))


@cache
def entity_shares() -> tuple[EntityShares, ...]:
    """Every row of `entities.csv`."""
    return tuple(map(EntityShares.from_row, packaged_rows("entities.csv")))


@cache
def pooled() -> tuple[Pooled, ...]:
    """Every row of `pooled.csv`."""
    return tuple(map(Pooled.from_row, packaged_rows("pooled.csv")))


@cache
def predictors() -> tuple[Predictor, ...]:
    """Every row of `predictors.csv`, in the file's order."""
    return tuple(map(Predictor.from_row, packaged_rows("predictors.csv")))
