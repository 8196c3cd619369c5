"""The parameters behind a finding, with their ranges, as the default draws from a body of evidence have them."""

from __future__ import annotations

import numpy as np

from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.parameters import LogNormalParameters, SignParameters
from pnst.classification.evidence_model.site_share import lesions_counted
from pnst.classification.intradural.likelihood import READ, intradural_likelihood
from pnst.classification.intradural.observation import DIAMETER, LEVEL, LEVELS
from pnst.classification.settings import AssessSettings
from pnst.evidence.body import Evidence, literature
from pnst.evidence.published import Predictor
from pnst.evidence.sign_rows import ENTITIES
from pnst.typing import FloatArray


def axis_texts() -> tuple[str, ...]:
    """What all findings of the malignant question share: how far they separate together, and the benign mixture."""
    settings = AssessSettings()
    parameters = evidence_model(literature(), settings.draws, settings.seed).likelihood.parameters
    without, with_nf1, unknown = (_range(share) for share in parameters.schwannoma_share)
    return (
        f"conventional findings together: AUC {_range(parameters.conventional_auc)}",
        f"share of schwannoma in benign: {without} without NF1, {with_nf1} with NF1, {unknown} where NF1 is not known",
    )


def parameter_text(predictor: Predictor, evidence: Evidence) -> str:
    """A predictor's parameters as the default draws have them: median and 95 % range."""
    settings = AssessSettings()
    model = evidence_model(evidence, settings.draws, settings.seed)
    p = model.likelihood.parameters.predictors[predictor.name]
    if isinstance(p, LogNormalParameters):
        unit = "cm" if predictor.axis == "severity" else "µm²/ms"
        benign = ", ".join(f"{_range(np.exp(p.benign[entity]))} in {entity}" for entity in ENTITIES)
        return f"median {_range(np.exp(p.malignant))} {unit} in malignant, {benign}, log-SD {_range(p.sd)}"
    return f"frequency {_range(p.malignant)} in malignant, {_benign(p)}{_agreement(p)}"


def share_text(predictor: Predictor, evidence: Evidence) -> str:
    """Which share of the lesions in a predictor's rows the sites counted; nothing where no site was given."""
    if not evidence.sites and evidence.own is None:
        return ""
    published, added = lesions_counted(predictor, evidence)
    total = published + added
    beside = ", the meta-analysis' aside" if predictor.parameters == "pooled.csv" else ""
    return f"; sites counted {added} of the {total} lesions in these rows{beside}, {added / max(total, 1):.0%}"


def _benign(p: SignParameters) -> str:
    if p.shared:
        return f"{_range(p.benign[ENTITIES[0]])} in benign"
    return ", ".join(f"{_range(p.benign[entity])} in {entity}" for entity in ENTITIES)


def _agreement(p: SignParameters) -> str:
    if p.sensitivity is None or p.specificity is None:
        return ""
    return f"; measured, it is right with sensitivity {_range(p.sensitivity)} and specificity {_range(p.specificity)}"


def _range(draws: FloatArray) -> str:
    low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975])
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"


def intradural_text(predictor: str) -> str:
    """By what a finding multiplies the odds of schwannoma, as the default draws have it; a sign by a reader's word."""
    settings = AssessSettings()
    likelihood = intradural_likelihood(settings.draws, settings.seed)
    if predictor == DIAMETER:
        low, high = (f"{np.exp(bound):.1f}" for bound in likelihood.bounds)
        return f"{_range(np.exp(likelihood.middle))} cm speaks for neither; counts from {low} to {high} cm"
    if predictor == LEVEL:
        return ", ".join(f"{level} × {_range(np.exp(x))}" for level, x in zip(LEVELS, likelihood.levels, strict=True))
    absent, present = (_range(np.exp(ratio)) for ratio in likelihood.signs[predictor][READ])
    return f"present × {present}, absent × {absent}"
