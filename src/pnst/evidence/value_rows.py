"""What is published of numbers: moments, cutoffs, areas under the curve, and how many lesions are of which entity."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.evidence.csv_rows import Estimate, estimate, record
from pnst.evidence.sign_rows import Entity


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
        return record(cls, row)


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
        return record(cls, row)


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
        return record(cls, row)


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
        return record(cls, row, auc=estimate(row, "auc", "auc") or float(row["auc"]))


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
        return record(cls, row)
