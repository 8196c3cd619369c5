"""How many of the lesions behind a predictor's parameters the sites counted, and how many are published."""

from __future__ import annotations

from collections.abc import Iterator

from pnst.classification.evidence_model.sign_studies import ENTITY_ROWS, SignRows
from pnst.classification.evidence_model.value_draws import cutoff_rows, moment_rows
from pnst.evidence.body import Evidence
from pnst.evidence.published import Predictor


def lesions_counted(predictor: Predictor, evidence: Evidence) -> tuple[int, int]:
    """Lesions in the published rows, and in those of sites.

    One that stands in two rows counts twice; those behind a meta-analysis' figure do not count, as it has no number.
    The share is no weight: spread between studies holds a large site back, and one's own is weighed otherwise.
    """
    sites = {site.name for site in (*evidence.sites, *([evidence.own] if evidence.own else []))}
    rows = list(_rows(predictor, evidence))
    added = sum(n for study, n in rows if study in sites)
    return sum(n for _, n in rows) - added, added


def _rows(predictor: Predictor, evidence: Evidence) -> Iterator[tuple[str, int]]:
    """Study and number of lesions of each row."""
    if predictor.kind == "lognormal":
        own = evidence.own.moments if evidence.own else ()
        cutoffs = cutoff_rows(predictor.name) if predictor.parameters == "cutoffs.csv" else ()
        moments = (*moment_rows(predictor.name, evidence), *(row for row in own if row.predictor == predictor.name))
        yield from ((row.study, row.n_malignant + row.n_benign) for row in moments)
        yield from ((row.study, row.n_malignant + row.n_benign) for row in cutoffs)
        yield from ((row.study, row.n) for row in evidence.entity_moments if row.predictor == predictor.name)
        return
    signs, name = SignRows.of(predictor, evidence), ENTITY_ROWS.get(predictor.name, predictor.name)
    held = signs.in_meta_analysis if signs.estimates else ()
    counts = (row for row in (*signs.counts, *signs.own) if row.study not in held)
    yield from ((row.study, row.n_malignant + row.n_benign) for row in counts)
    yield from ((row.study, row.n) for row in evidence.entity_counts if row.predictor == name)
