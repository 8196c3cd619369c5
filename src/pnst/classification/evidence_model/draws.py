"""Draws of every parameter from a body of evidence."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

import numpy as np
from scipy.special import expit, logit

from pnst.classification.evidence_model.parameters import LogNormalParameters, Parameters, SignParameters
from pnst.classification.evidence_model.quasi_random import Variates
from pnst.classification.evidence_model.sign_draws import draw_sign
from pnst.classification.evidence_model.sign_studies import META_ANALYSIS, SignRows
from pnst.classification.evidence_model.value_draws import cutoff_rows, draw_diffusion, draw_size, moment_rows
from pnst.evidence.body import Evidence
from pnst.evidence.published import Predictor, areas, entity_shares, predictors
from pnst.evidence.published import pooled as all_pooled
from pnst.typing import FloatArray

NF1_SCHWANNOMA_SHARE = (1.0, 15.0)
"""Beta shapes of the share of schwannoma in benign lesions of patients with NF1 (assumed)."""
SPORADIC = (("Uerschels2023", "symptomatic benign PNST operated in one centre"), ("Debs2023", "sporadic"))
"""Study and population of the rows that speak of patients without NF1, mostly."""
UNSELECTED = "Artico1997"
NEUROFIBROMATOSIS = 25
"""Of Artico1997's patients."""
HALVED = 0.5
"""A count of lesions of another population weighs half (assumed)."""
CONVENTIONAL = "combination of conventional features"
_Z975 = 1.959963984540054


@lru_cache(maxsize=8)
def draw_parameters(evidence: Evidence, draws: int, seed: int) -> Parameters:
    """The same evidence, number and seed give the same draws.

    What decides most is drawn first, as a Sobol sequence is evenest there.
    """
    variates = Variates(draws, seed)
    ordered = sorted(predictors(), key=lambda p: (p.rank, p.axis != "diffusion", p.kind != "lognormal"))
    shares = _schwannoma_share(variates)
    area = _conventional_auc(variates)
    drawn = {p.name: _draw(p, evidence, variates) for p in ordered}
    return Parameters(MappingProxyType({p.name: drawn[p.name] for p in predictors()}), shares, area)


def sources(predictor: Predictor, evidence: Evidence) -> tuple[str, ...]:
    """The studies whose rows carry a predictor's parameters, one's own site the last."""
    own = [row.study for row in (evidence.own.moments if evidence.own else ()) if row.predictor == predictor.name]
    if predictor.kind == "lognormal":
        names = [row.study for row in cutoff_rows(predictor.name)] if predictor.parameters == "cutoffs.csv" else []
        names += [row.study for row in moment_rows(predictor.name, evidence)]
        names += [row.study for row in evidence.entity_moments if row.predictor == predictor.name]
        if predictor.parameters == "cutoffs.csv":
            names += [area.study for area in areas() if area.name == "adc_mean"]
        return tuple(dict.fromkeys([*names, *own]))
    rows = SignRows.of(predictor, evidence)
    split_fat = ["Yun2021"] if predictor.parameters.startswith("assumed") else []
    estimates = [META_ANALYSIS] if rows.estimates else []
    return tuple(dict.fromkeys([*split_fat, *estimates, *rows.studies]))


def _draw(predictor: Predictor, evidence: Evidence, variates: Variates) -> SignParameters | LogNormalParameters:
    if predictor.kind != "lognormal":
        return draw_sign(predictor, evidence, variates)
    return (draw_diffusion if predictor.axis == "diffusion" else draw_size)(predictor, evidence, variates)


def _schwannoma_share(variates: Variates) -> FloatArray:
    """π without NF1, with it, and unknown (3, draws), with it as often as Artico1997's patients had it."""
    rows = [row for row in entity_shares() if (row.study, row.population) in SPORADIC]
    schwannomas, others = (HALVED * sum(getattr(row, name) for row in rows) for name in ("schwannoma", "neurofibroma"))
    everyone = next(row for row in entity_shares() if row.study == UNSELECTED)
    patients = everyone.schwannoma + everyone.neurofibroma
    without = variates.beta(schwannomas, others)
    with_nf1 = variates.beta(*NF1_SCHWANNOMA_SHARE)
    share = variates.beta(HALVED * NEUROFIBROMATOSIS, HALVED * (patients - NEUROFIBROMATOSIS))
    return np.stack([without, with_nf1, (1 - share) * without + share * with_nf1])


def _conventional_auc(variates: Variates) -> FloatArray:
    """Wilson2021's pooled area, normal on the logit by its printed interval."""
    row = next(row for row in all_pooled() if row.predictor == CONVENTIONAL)
    if row.auc is None:
        raise ValueError(f"{row.source}: no AUC")
    error = (logit(row.auc.high) - logit(row.auc.low)) / (2 * _Z975)
    area: FloatArray = expit(logit(row.auc.value) + error * variates.normal())
    return np.clip(area, 0.5, 1.0)
