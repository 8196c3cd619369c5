"""What is published of numbers: moments, cutoffs, areas under the curve, and how many lesions are of which entity."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.evidence.csv_rows import Estimate, number, one_of, whole
from pnst.evidence.sign_rows import ENTITIES, Entity


@dataclass(frozen=True)
class SampleMoments:
    """Mean, SD and number per class of a continuous predictor in one study; the number is 0 where none are told."""

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

    @classmethod
    def from_row(cls, row: dict[str, str]) -> SampleMoments:
        """One row of `continuous.csv`."""
        return cls(
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


@dataclass(frozen=True)
class EntityMoments:
    """Mean, SD and number of a continuous predictor in one benign entity of one study."""

    predictor: str
    unit: str
    study: str
    entity: Entity
    mean: float
    sd: float
    n: int
    mark: str
    note: str

    @classmethod
    def from_row(cls, row: dict[str, str]) -> EntityMoments:
        """One row of `continuous_by_entity.csv`."""
        return cls(
            predictor=row["predictor"],
            unit=row["unit"],
            study=row["study"],
            entity=one_of(row["entity"], ENTITIES),
            mean=float(row["mean"]),
            sd=float(row["sd"]),
            n=int(row["n"]),
            mark=row["mark"],
            note=row["note"] or "",
        )


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

    @classmethod
    def from_row(cls, row: dict[str, str]) -> Cutoff:
        """One row of `cutoffs.csv`."""
        return cls(
            predictor=row["predictor"],
            statistic=row["statistic"],
            study=row["study"],
            operator=row["operator"],
            cutoff=float(row["cutoff"]),
            unit=row["unit"],
            true_positive=int(row["true_positive"]),
            n_malignant=int(row["n_malignant"]),
            true_negative=whole(row["true_negative"]),
            n_benign=int(row["n_benign"]),
            population=row["population"],
            mark=row["mark"],
            auc=number(row["auc"]),
        )


@dataclass(frozen=True)
class PublishedArea:
    """The area under the curve of a continuous predictor between two named classes of one study."""

    predictor: str
    statistic: str
    study: str
    malignant: str
    benign: str
    n_malignant: int
    n_benign: int
    auc: Estimate | float
    """A bare number where no interval is printed."""
    mark: str
    note: str

    @property
    def name(self) -> str:
        """`predictor_statistic`, as predictors are called ("adc_mean")."""
        return f"{self.predictor}_{self.statistic}"

    @property
    def value(self) -> float:
        """The area itself."""
        return self.auc.value if isinstance(self.auc, Estimate) else self.auc

    @classmethod
    def from_row(cls, row: dict[str, str]) -> PublishedArea:
        """One row of `auc.csv`."""
        value, low, high = (number(row[name]) for name in ("auc", "auc_low", "auc_high"))
        if value is None:
            raise ValueError(f"{row['study']}: no auc")
        return cls(
            predictor=row["predictor"],
            statistic=row["statistic"],
            study=row["study"],
            malignant=row["malignant"],
            benign=row["benign"],
            n_malignant=int(row["n_malignant"]),
            n_benign=int(row["n_benign"]),
            auc=value if low is None or high is None else Estimate(value, low, high),
            mark=row["mark"],
            note=row["note"] or "",
        )


@dataclass(frozen=True)
class EntityShares:
    """How many of one study's benign lesions were of which entity."""

    study: str
    population: str
    schwannoma: int
    neurofibroma: int
    other_benign: int
    mark: str
    note: str

    @classmethod
    def from_row(cls, row: dict[str, str]) -> EntityShares:
        """One row of `entities.csv`."""
        return cls(
            study=row["study"],
            population=row["population"],
            schwannoma=int(row["schwannoma"]),
            neurofibroma=int(row["neurofibroma"]),
            other_benign=int(row["other_benign"]),
            mark=row["mark"],
            note=row["note"] or "",
        )
