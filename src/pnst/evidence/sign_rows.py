"""What is published of signs: counts, meta-analyses, and how well a measured sign agrees with a reader's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from pnst.evidence.csv_rows import Count, Estimate, count, estimate, one_of

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
        n_malignant, n_benign = int(row["n_malignant"]), int(row["n_benign"])
        return cls(
            predictor=row["predictor"],
            study=row["study"],
            malignant_positive=count(row["malignant_positive"], n_malignant),
            n_malignant=n_malignant,
            benign_positive=count(row["benign_positive"], n_benign),
            n_benign=n_benign,
            mark=row["mark"],
            note=row["note"] or "",
        )

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
        return cls(
            predictor=row["predictor"],
            study=row["study"],
            entity=one_of(row["entity"], ENTITIES),
            positive=count(row["positive"], int(row["n"])),
            n=int(row["n"]),
            mark=row["mark"],
            note=row["note"] or "",
        )


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
        return cls(
            source=row["source"],
            predictor=row["predictor"],
            sensitivity=estimate(row, "sensitivity", "sens"),
            specificity=estimate(row, "specificity", "spec"),
            auc=estimate(row, "auc", "auc"),
        )


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
        return cls(
            predictor=row["predictor"],
            sensitivity=(float(row["sensitivity_low"]), float(row["sensitivity_high"])),
            specificity=(float(row["specificity_low"]), float(row["specificity_high"])),
            mark=row["mark"],
            note=row["note"] or "",
        )


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
