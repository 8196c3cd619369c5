"""The studies that speak of a sign, and what each says of its frequency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pnst.classification.evidence_model.agreement_draws import AgreementRows
from pnst.classification.evidence_model.frequency import (
    Positives,
    Row,
    mean_density,
    new_study_density,
)
from pnst.classification.evidence_model.site_counts import (
    log_likelihood_measured,
    log_likelihood_over,
    log_likelihood_read,
)
from pnst.evidence.body import Evidence
from pnst.evidence.csv_rows import Estimate
from pnst.evidence.published import Entity, Pooled, Predictor, SignCounts
from pnst.evidence.published import pooled as all_pooled
from pnst.evidence.sign_rows import ENTITIES
from pnst.typing import FloatArray

BETWEEN_SD = 0.6
"""Between-study SD of a frequency on the logit (assumed) …"""
BETWEEN_SD_OF_ONE_ROW = 1.0
"""… and of a sign that a single row speaks of (assumed)."""
LARGE_SHARE_MALIGNANT, LARGE_SHARE_BENIGN = (0.75, 1.0), (0.0, 0.25)
"""Share of visible oedema that is over 18 mm, uniform (assumed; the quartiles of EJR2015 are 24 and 17 mm)."""
ENTITY_ROWS = {"cyst_or_necrosis": "cystic_area"}
"""Predictor → what the rows by entity call it, where that differs."""
META_ANALYSIS = "Martin2021"


@dataclass(frozen=True)
class SignRows:
    """Every row that speaks of one sign."""

    counts: tuple[SignCounts, ...]
    by_entity: dict[Entity, tuple[Positives, ...]]
    estimates: Pooled | None
    own: tuple[SignCounts, ...]
    agreement: AgreementRows | None
    in_meta_analysis: frozenset[str]
    """Studies that `estimates` holds already."""
    added: frozenset[str]
    """Studies that another site added: their benign lesions are of both entities."""
    entity_studies: tuple[str, ...]

    @classmethod
    def of(cls, predictor: Predictor, evidence: Evidence) -> SignRows:
        """The rows of one predictor."""
        sites = [row for site in evidence.sites for row in site.sign_counts]
        counts = tuple(row for row in (*evidence.sign_counts, *sites) if row.predictor == predictor.name)
        name = ENTITY_ROWS.get(predictor.name, predictor.name)
        own = evidence.own.sign_counts if evidence.own else ()
        estimates = (row for row in all_pooled() if (row.source, row.predictor) == (META_ANALYSIS, predictor.name))
        return cls(
            counts=counts,
            by_entity={
                entity: tuple(
                    Positives(row.positive, row.n)
                    for row in evidence.entity_counts
                    if row.predictor == name and row.entity == entity
                )
                for entity in ENTITIES
            },
            estimates=next(estimates, None),
            own=tuple(row for row in own if row.predictor == predictor.name),
            agreement=AgreementRows.of(predictor.name, predictor.kind == "ordinal", evidence),
            in_meta_analysis=frozenset(
                row.study for row in counts if evidence.publication(row.study).counted_in_meta_analysis
            ),
            added=frozenset(row.study for row in sites),
            entity_studies=tuple(row.study for row in evidence.entity_counts if row.predictor == name),
        )

    @property
    def between_sd(self) -> float:
        """Of this sign, on the logit."""
        studies = len({row.study for row in self.counts})
        rows = studies + sum(map(len, self.by_entity.values())) + (self.estimates is not None)
        return BETWEEN_SD_OF_ONE_ROW if rows == 1 else BETWEEN_SD

    def malignant(self, own: Sequence[Row] = ()) -> FloatArray:
        """Density of the frequency in malignant lesions; `own` is what one's own site counted."""
        estimate = self.estimates.sensitivity if self.estimates else None
        rows = self.of_studies(MALIGNANT, self._outside(estimate))
        return new_study_density(mean_density(rows, self.between_sd, estimate), self.between_sd, own)

    def benign(self, own: Sequence[Row] = ()) -> FloatArray:
        """Density of the frequency in benign lesions together."""
        estimate = _complement(self.estimates.specificity if self.estimates else None)
        rows = self.of_studies(BENIGN, self._outside(estimate))
        return new_study_density(mean_density(rows, self.between_sd, estimate), self.between_sd, own)

    def of_entity(self, entity: Entity, own: Sequence[Row] = ()) -> FloatArray:
        """Density of the frequency in an entity with rows of its own."""
        added = self.of_studies(BENIGN, [row for row in self.counts if row.study in self.added])
        return new_study_density(mean_density([*self.by_entity[entity], *added], self.between_sd), self.between_sd, own)

    def of_studies(self, of_class: OfClass, rows: Sequence[SignCounts]) -> list[Row]:
        """One entry a study: its counts, of a reader's signs and of measured ones."""
        by_study: dict[str, list[SignCounts]] = {}
        for row in rows:
            if of_class.count(row).n:
                by_study.setdefault(row.study, []).append(row)
        return [entry for part in by_study.values() for entry in self._of_study(of_class, part)]

    def of_own(self, of_class: OfClass, sensitivity: FloatArray | None, specificity: FloatArray | None) -> list[Row]:
        """What one's own site counted, of measured signs at each drawn agreement."""
        rows: list[Row] = []
        for row in self.own:
            count = of_class.count(row)
            if count.n and row.measured and sensitivity is not None and specificity is not None:
                rows.append(log_likelihood_measured(count, sensitivity, specificity))
            elif count.n:
                rows.append(log_likelihood_read(count))
        return rows

    @property
    def studies(self) -> tuple[str, ...]:
        """Every study with a row."""
        own = [row.study for row in self.own]
        return tuple(dict.fromkeys([*(row.study for row in self.counts), *self.entity_studies, *own]))

    def _of_study(self, of_class: OfClass, rows: Sequence[SignCounts]) -> list[Row]:
        agreement = self.agreement
        if rows[0].study not in self.added:
            return [of_class.count(row) for row in rows]
        parts = []
        for row in rows:
            if row.measured and agreement is not None:
                sensitivity, specificity = agreement.of_site(row.study).nodes()
                seen = of_class.seen(sensitivity, agreement.ordinal)
                parts.append(log_likelihood_over(of_class.count(row), seen, specificity))
            else:
                parts.append(log_likelihood_read(of_class.count(row)))
        return [np.sum(parts, axis=0)]

    def _outside(self, estimate: Estimate | None) -> list[SignCounts]:
        """The rows that a meta-analysis' figure does not hold already."""
        return [row for row in self.counts if estimate is None or row.study not in self.in_meta_analysis]


@dataclass(frozen=True)
class OfClass:
    """Which of a row's counts is meant."""

    name: Literal["malignant", "benign"]
    large_share: tuple[float, float]

    def count(self, row: SignCounts) -> Positives:
        """The class' own."""
        if self.name == "malignant":
            return Positives(row.malignant_positive, row.n_malignant)
        return Positives(row.benign_positive, row.n_benign)

    def seen(self, sensitivity: FloatArray, ordinal: bool, large: FloatArray | float | None = None) -> FloatArray:
        """How often some level of the sign is measured where a reader sees one: large oedema is never missed."""
        if not ordinal:
            return sensitivity
        seen: FloatArray = 1 - (1 - sensitivity) * (1 - (np.mean(self.large_share) if large is None else large))
        return seen


MALIGNANT, BENIGN = OfClass("malignant", LARGE_SHARE_MALIGNANT), OfClass("benign", LARGE_SHARE_BENIGN)


def _complement(estimate: Estimate | None) -> Estimate | None:
    """Of a specificity: the frequency in benign lesions."""
    return None if estimate is None else Estimate(1 - estimate.value, 1 - estimate.high, 1 - estimate.low)
