"""What is published of signs: counts, meta-analyses, and how well a measured sign agrees with a reader's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from pnst.evidence.csv_rows import Count, Estimate, count, estimate, record

Entity = Literal["schwannoma", "neurofibroma"]
ENTITIES: tuple[Entity, ...] = get_args(Entity)
"""The benign lesions of which a mixture is made."""
MEASURED = "measured"
"""The mark of a site's count of measured signs; those of a reader, and every published one, have another."""


@dataclass(frozen=True)
class SignCounts:
    """A sign's presence in malignant and benign lesions of one study."""

    predictor: str
    study: str
    malignant_positive: Count
    n_malignant: int
    benign_positive: Count
    n_benign: int
    mark: str
    note: str

    @classmethod
    def from_row(cls, row: dict[str, str]) -> SignCounts:
        """One row of `signs_2x2.csv`."""
        counts = {name: count(row[f"{name}_positive"], int(row[f"n_{name}"])) for name in ("malignant", "benign")}
        return record(cls, row, **{f"{name}_positive": value for name, value in counts.items()})

    @property
    def measured(self) -> bool:
        """Whether the signs were measured, so that a reader may have said otherwise."""
        return self.mark == MEASURED


@dataclass(frozen=True)
class EntityCounts:
    """A sign's presence in the lesions of one benign entity of one study."""

    predictor: str
    study: str
    entity: Entity
    positive: Count
    n: int
    mark: str
    note: str

    @classmethod
    def from_row(cls, row: dict[str, str]) -> EntityCounts:
        """One row of `signs_by_entity.csv`."""
        return record(cls, row, positive=count(row["positive"], int(row["n"])))


@dataclass(frozen=True)
class Pooled:
    """One row of a meta-analysis; the printed likelihood ratios are not read (they contradict the other columns)."""

    source: str
    predictor: str
    sensitivity: Estimate | None
    specificity: Estimate | None
    auc: Estimate | None

    @classmethod
    def from_row(cls, row: dict[str, str]) -> Pooled:
        """One row of `pooled.csv`."""
        columns = {"sensitivity": "sens", "specificity": "spec", "auc": "auc"}
        return record(cls, row, **{name: estimate(row, name, stem) for name, stem in columns.items()})


@dataclass(frozen=True)
class Agreement:
    """How often the measured sign says what a reader says, as ranges."""

    predictor: str
    sensitivity: tuple[float, float]
    """Of the measured sign, where a reader sees it."""
    specificity: tuple[float, float]
    mark: str
    note: str

    @classmethod
    def from_row(cls, row: dict[str, str]) -> Agreement:
        """One row of `agreement.csv`."""
        ends = {
            name: (float(row[f"{name}_low"]), float(row[f"{name}_high"])) for name in ("sensitivity", "specificity")
        }
        return record(cls, row, **ends)


@dataclass(frozen=True)
class AgreementCounts:
    """How often one site's measured sign said what its reader said."""

    predictor: str
    study: str
    measured_positive: Count
    """Of the lesions in which the reader saw the sign."""
    reader_positive: int
    measured_negative: Count
    """Of the lesions in which the reader saw none."""
    reader_negative: int
    mark: str
    note: str
