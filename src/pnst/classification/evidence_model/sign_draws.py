"""The frequencies of signs, drawn from counts, meta-analyses and a test that was significant."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.classification.evidence_model import split_fat_prior
from pnst.classification.evidence_model.frequency import Positives, draw, mean_density, new_study_density
from pnst.classification.evidence_model.parameters import ByEntity, SignParameters
from pnst.classification.evidence_model.quasi_random import Variates
from pnst.evidence.body import Evidence
from pnst.evidence.csv_rows import Estimate
from pnst.evidence.published import Agreement, Entity, Pooled, Predictor, SignCounts
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
    agreement: Agreement | None
    in_meta_analysis: frozenset[str]
    """Studies that `estimates` holds already."""
    added: frozenset[str]
    """Studies that another site added: their benign lesions are of both entities."""
    entity_studies: tuple[str, ...]

    @classmethod
    def of(cls, predictor: str, evidence: Evidence) -> SignRows:
        """The rows of one predictor."""
        sites = [row for site in evidence.sites for row in site.sign_counts]
        counts = tuple(row for row in (*evidence.sign_counts, *sites) if row.predictor == predictor)
        name = ENTITY_ROWS.get(predictor, predictor)
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
            estimates=next((r for r in all_pooled() if (r.source, r.predictor) == (META_ANALYSIS, predictor)), None),
            own=tuple(row for row in (evidence.own.sign_counts if evidence.own else ()) if row.predictor == predictor),
            agreement=next((row for row in evidence.agreements if row.predictor == predictor), None),
            in_meta_analysis=frozenset(
                row.study for row in counts if evidence.publication(row.study).counted_in_meta_analysis
            ),
            added=frozenset(row.study for row in sites),
            entity_studies=tuple(row.study for row in evidence.entity_counts if row.predictor == name),
        )

    @property
    def between_sd(self) -> float:
        """Of this sign, on the logit."""
        rows = len(self.counts) + sum(map(len, self.by_entity.values())) + (self.estimates is not None)
        return BETWEEN_SD_OF_ONE_ROW if rows == 1 else BETWEEN_SD

    def malignant(self) -> FloatArray:
        """Density of the frequency in malignant lesions."""
        estimate = self.estimates.sensitivity if self.estimates else None
        rows = [Positives(row.malignant_positive, row.n_malignant) for row in self._outside(estimate)]
        own = [Positives(row.malignant_positive, row.n_malignant) for row in self.own]
        return new_study_density(mean_density(rows, self.between_sd, estimate), self.between_sd, own)

    def benign(self) -> FloatArray:
        """Density of the frequency in benign lesions together."""
        estimate = _complement(self.estimates.specificity if self.estimates else None)
        return self._benign([_benign(row) for row in self._outside(estimate)], estimate)

    def of_entity(self, entity: Entity) -> FloatArray:
        """Density of the frequency in an entity with rows of its own."""
        added = [_benign(row) for row in self.counts if row.study in self.added]
        return self._benign([*self.by_entity[entity], *added], None)

    @property
    def studies(self) -> tuple[str, ...]:
        """Every study with a row."""
        return (*(row.study for row in self.counts), *self.entity_studies)

    def _benign(self, rows: list[Positives], estimate: Estimate | None) -> FloatArray:
        own = [_benign(row) for row in self.own]
        return new_study_density(mean_density(rows, self.between_sd, estimate), self.between_sd, own)

    def _outside(self, estimate: Estimate | None) -> list[SignCounts]:
        """The rows that a meta-analysis' figure does not hold already."""
        return [row for row in self.counts if estimate is None or row.study not in self.in_meta_analysis]


def draw_sign(predictor: Predictor, evidence: Evidence, variates: Variates) -> SignParameters:
    """Frequencies of a sign, and how well the measured sign agrees with a reader's."""
    rows = SignRows.of(predictor.name, evidence)
    if predictor.parameters.startswith("assumed"):
        malignant, together = split_fat_prior.draw_frequencies(variates.uniform(), variates.uniform(), *_own(rows))
    else:
        malignant, together = draw(rows.malignant(), variates.uniform()), draw(rows.benign(), variates.uniform())
    benign: ByEntity = {
        entity: draw(rows.of_entity(entity), variates.uniform()) if rows.by_entity[entity] else together
        for entity in ENTITIES
    }
    sensitivity = variates.uniform(*rows.agreement.sensitivity) if rows.agreement else None
    specificity = variates.uniform(*rows.agreement.specificity) if rows.agreement else None
    large = predictor.kind == "ordinal"
    return SignParameters(
        malignant=malignant,
        benign=benign,
        shared=not any(rows.by_entity.values()),
        sensitivity=sensitivity,
        specificity=specificity,
        large_malignant=variates.uniform(*LARGE_SHARE_MALIGNANT) if large else None,
        large_benign=variates.uniform(*LARGE_SHARE_BENIGN) if large else None,
    )


def _own(rows: SignRows) -> tuple[list[Positives], list[Positives]]:
    """What one's own site and others counted of a sign that no published row counts: malignant, benign."""
    counted = (*rows.own, *rows.counts)
    return [Positives(row.malignant_positive, row.n_malignant) for row in counted], [_benign(row) for row in counted]


def _benign(row: SignCounts) -> Positives:
    return Positives(row.benign_positive, row.n_benign)


def _complement(estimate: Estimate | None) -> Estimate | None:
    """Of a specificity: the frequency in benign lesions."""
    return None if estimate is None else Estimate(1 - estimate.value, 1 - estimate.high, 1 - estimate.low)
