"""The published figures, as typed records read from the CSV files inside the package.

One record a row, one function a file. ADC in µm²/ms (numerically 1e-3 mm²/s) throughout; units are in the rows.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar

_Text = TypeVar("_Text", bound=str)
Nf1 = Literal["all", "some", "none", "unknown"]
Kind = Literal["sign", "lognormal"]
Axis = Literal["severity", "diffusion"]


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
    """"trunk or limb", "extracranial", "spine", or empty where the population names none."""
    age_max: float | None
    """Greatest age in years, where the population is bounded."""


@dataclass(frozen=True)
class SignCounts:
    """A sign's presence in malignant and benign lesions of one study."""

    predictor: str
    study: str
    malignant_positive: int
    n_malignant: int
    benign_positive: int
    n_benign: int
    mark: str
    note: str


@dataclass(frozen=True)
class SampleMoments:
    """Mean, SD and number per class of a continuous predictor in one study."""

    predictor: str
    unit: str
    study: str
    mean_malignant: float
    sd_malignant: float
    n_malignant: int
    mean_benign: float
    sd_benign: float
    n_benign: int
    mark: str
    note: str


@dataclass(frozen=True)
class Cutoff:
    """A published threshold, bound to its statistic and population, with its 2×2 result."""

    predictor: str
    statistic: str
    study: str
    operator: str
    cutoff: float
    unit: str
    true_positive: int
    n_malignant: int
    true_negative: int | None
    n_benign: int
    population: str
    mark: str
    auc: float | None

    @property
    def name(self) -> str:
        """`predictor_statistic`, as predictors are called ("adc_mean")."""
        return f"{self.predictor}_{self.statistic.replace(' ', '_')}"


@dataclass(frozen=True)
class Estimate:
    """A pooled value with its printed 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Pooled:
    """One row of a meta-analysis; the printed likelihood ratios are not read (they contradict the other columns)."""

    source: str
    predictor: str
    sensitivity: Estimate | None
    specificity: Estimate | None
    auc: Estimate | None


@dataclass(frozen=True)
class Predictor:
    """How a measured column becomes a predictor of the evidence model."""

    group: str
    rank: int
    """Within a group the lowest rank that was measured enters."""
    name: str
    column: str
    kind: Kind
    unit_factor: float
    """Column's unit × this = the sources' unit."""
    positive_when: str
    """"> 0.20", ">= 2", "is true" …: the malignant side; empty for a lognormal predictor."""
    uncertain_from: float | None
    uncertain_to: float | None
    """The sign's weight rises from 0 to 1 between these two (assumed)."""
    parameters: str
    """The file that its parameters come from, or "assumed (see text)"."""
    axis: Axis


@cache
def publications() -> dict[str, Publication]:
    """Every study by its key, from `studies.csv`."""
    return {
        row["study"]: Publication(
            study=row["study"],
            citation=row["citation"],
            doi=row["doi"],
            n_malignant=_count(row["n_malignant"]),
            n_benign=_count(row["n_benign"]),
            population=row["population"],
            acquisition=row["acquisition"],
            level=row["level"],
            nf1=_one_of(row["nf1"], ("all", "some", "none", "unknown")),
            site=row["site"],
            age_max=_number(row["age_max"]),
        )
        for row in _rows("studies.csv")
    }


@cache
def sign_counts() -> tuple[SignCounts, ...]:
    """Every row of `signs_2x2.csv`."""
    return tuple(
        SignCounts(
            predictor=row["predictor"],
            study=row["study"],
            malignant_positive=int(row["malignant_positive"]),
            n_malignant=int(row["n_malignant"]),
            benign_positive=int(row["benign_positive"]),
            n_benign=int(row["n_benign"]),
            mark=row["mark"],
            note=row["note"] or "",
        )
        for row in _rows("signs_2x2.csv")
    )


@cache
def moments() -> tuple[SampleMoments, ...]:
    """Every row of `continuous.csv`."""
    return tuple(
        SampleMoments(
            predictor=row["predictor"],
            unit=row["unit"],
            study=row["study"],
            mean_malignant=float(row["mean_malignant"]),
            sd_malignant=float(row["sd_malignant"]),
            n_malignant=int(row["n_malignant"]),
            mean_benign=float(row["mean_benign"]),
            sd_benign=float(row["sd_benign"]),
            n_benign=int(row["n_benign"]),
            mark=row["mark"],
            note=row["note"] or "",
        )
        for row in _rows("continuous.csv")
    )


@cache
def cutoffs() -> tuple[Cutoff, ...]:
    """Every row of `cutoffs.csv`."""
    return tuple(
        Cutoff(
            predictor=row["predictor"],
            statistic=row["statistic"],
            study=row["study"],
            operator=row["operator"],
            cutoff=float(row["cutoff"]),
            unit=row["unit"],
            true_positive=int(row["true_positive"]),
            n_malignant=int(row["n_malignant"]),
            true_negative=_count(row["true_negative"]),
            n_benign=int(row["n_benign"]),
            population=row["population"],
            mark=row["mark"],
            auc=_number(row["auc"]),
        )
        for row in _rows("cutoffs.csv")
    )


@cache
def pooled() -> tuple[Pooled, ...]:
    """Every row of `pooled.csv`."""
    return tuple(
        Pooled(
            source=row["source"],
            predictor=row["predictor"],
            sensitivity=_estimate(row, "sensitivity", "sens"),
            specificity=_estimate(row, "specificity", "spec"),
            auc=_estimate(row, "auc", "auc"),
        )
        for row in _rows("pooled.csv")
    )


@cache
def predictors() -> tuple[Predictor, ...]:
    """Every row of `predictors.csv`, in the file's order."""
    return tuple(
        Predictor(
            group=row["group"],
            rank=int(row["rank"]),
            name=row["predictor"],
            column=row["column"],
            kind=_one_of(row["kind"], ("sign", "lognormal")),
            unit_factor=float(row["unit_factor"]),
            positive_when=row["positive_when"],
            uncertain_from=_number(row["uncertain_from"]),
            uncertain_to=_number(row["uncertain_to"]),
            parameters=row["parameters"],
            axis=_one_of(row["axis"], ("severity", "diffusion")),
        )
        for row in _rows("predictors.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = files("pnst.evidence").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), strict=True))


def _number(text: str) -> float | None:
    return float(text) if text else None


def _count(text: str) -> int | None:
    return int(text) if text else None


def _estimate(row: dict[str, str], value: str, stem: str) -> Estimate | None:
    cells = row[value], row[f"{stem}_low"], row[f"{stem}_high"]
    return Estimate(*(float(cell) for cell in cells)) if all(cells) else None


def _one_of(text: str, allowed: tuple[_Text, ...]) -> _Text:
    for value in allowed:
        if text == value:
            return value
    raise ValueError(f"{text!r} is none of {allowed}")
