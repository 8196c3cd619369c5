"""The frequencies of signs, drawn from counts, meta-analyses and a test that was significant."""

from __future__ import annotations

from scipy.special import expit

from pnst.classification.evidence_model import split_fat_prior
from pnst.classification.evidence_model.agreement_draws import Measured
from pnst.classification.evidence_model.frequency import (
    LOGITS,
    Row,
    draw,
    of_other_studies,
)
from pnst.classification.evidence_model.parameters import ByEntity, SignParameters
from pnst.classification.evidence_model.quasi_random import Variates
from pnst.classification.evidence_model.sign_studies import BENIGN, MALIGNANT, OfClass, SignRows
from pnst.evidence.body import Evidence
from pnst.evidence.published import Predictor
from pnst.evidence.sign_rows import ENTITIES
from pnst.typing import FloatArray


def draw_sign(predictor: Predictor, evidence: Evidence, variates: Variates) -> SignParameters:
    """Frequencies of a sign, and how well the measured sign agrees with a reader's."""
    rows = SignRows.of(predictor, evidence)
    first, second = variates.uniform(), variates.uniform()
    of_entity = {entity: variates.uniform() for entity in ENTITIES if rows.by_entity[entity]}
    sensitivity, specificity = (
        rows.agreement.draw(variates.uniform(), variates.uniform(), _own_measured(predictor, rows))
        if rows.agreement
        else (None, None)
    )
    ordinal = predictor.kind == "ordinal"
    large = {part: variates.uniform(*part.large_share) if ordinal else None for part in (MALIGNANT, BENIGN)}
    own = {
        part: rows.of_own(
            part, None if sensitivity is None else part.seen(sensitivity, ordinal, large[part]), specificity
        )
        for part in (MALIGNANT, BENIGN)
    }
    malignant, together = _frequencies(predictor, rows, own, first, second)
    benign: ByEntity = {
        entity: draw(rows.of_entity(entity, own[BENIGN]), of_entity[entity]) if entity in of_entity else together
        for entity in ENTITIES
    }
    return SignParameters(
        malignant=malignant,
        benign=benign,
        shared=not any(rows.by_entity.values()),
        sensitivity=sensitivity,
        specificity=specificity,
        large_malignant=large[MALIGNANT],
        large_benign=large[BENIGN],
    )


def _own_measured(predictor: Predictor, rows: SignRows) -> list[Measured]:
    """What one's own site measured of a sign, beside what the literature expects there."""
    counts = [(part, part.count(row)) for row in rows.own if row.measured for part in (MALIGNANT, BENIGN)]
    uncounted = predictor.parameters.startswith("assumed")
    even = expit(LOGITS) * expit(-LOGITS)  # no published row counts it: uniform in the frequency
    return [
        Measured(count, even if uncounted else rows.malignant() if part is MALIGNANT else rows.benign())
        for part, count in counts
        if count.n
    ]


def _frequencies(
    predictor: Predictor, rows: SignRows, own: dict[OfClass, list[Row]], first: FloatArray, second: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """In malignant and in benign lesions (draws,)."""
    if not predictor.parameters.startswith("assumed"):
        return draw(rows.malignant(own[MALIGNANT]), first), draw(rows.benign(own[BENIGN]), second)
    # No published row counts this sign: sites' counts weigh what a significant test says of it.
    others = {
        part: [of_other_studies(counted, rows.between_sd)] if (counted := rows.of_studies(part, rows.counts)) else []
        for part in (MALIGNANT, BENIGN)
    }
    return split_fat_prior.draw_frequencies(
        first, second, [*others[MALIGNANT], *own[MALIGNANT]], [*others[BENIGN], *own[BENIGN]]
    )
