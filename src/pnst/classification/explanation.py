"""Where every number of an assessment came from, in plain text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import logit

from pnst.classification.assessment import Assessment
from pnst.classification.evidence_model.draws import sources
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.parameters import LogNormalParameters, SignParameters
from pnst.classification.findings import Finding, Interval
from pnst.classification.intradural.model import intradural_sources
from pnst.classification.prediction import Input
from pnst.classification.settings import AssessSettings
from pnst.evidence.body import literature
from pnst.evidence.published import Predictor, predictors
from pnst.evidence.question import MALIGNANT, question_named
from pnst.evidence.sign_rows import ENTITIES
from pnst.typing import FloatArray


def explain(a: Assessment) -> str:
    """The answer, each finding with its value, parameters and sources, the rules, the warnings."""
    return "\n".join(_lines(a))


def _lines(a: Assessment) -> Iterator[str]:
    if a.probability is None or a.prior is None:
        yield f"no probability: {a.abstained}"
    elif a.is_trained:
        yield from _trained_lines(a, a.probability, a.prior)
    else:
        yield from _evidence_lines(a, a.probability, a.prior)
    yield from ["", *(f"rule {r.name} [{r.population}]: {r.result} ({r.reason}); {r.performance}" for r in a.rules)]
    yield from ["", *(f"warning: {text}" for text in a.warnings), a.disclaimer]


def _evidence_lines(a: Assessment, probability: float, prior: float) -> Iterator[str]:
    """The odds first, which hold whatever the prior; then the probability at the prior, and what each finding adds."""
    yield f"question: {a.answers}"
    yield f"odds multiplied by {_factor(a.odds_factor, a.odds_factor_interval)} over the draws, whatever the prior"
    yield f"probability of {a.answers} {probability:.3f}, 95 % credible interval {_ends(a.interval)}"
    yield f"model: {a.model}"
    yield from [f"abstained: {a.abstained}"] if a.abstained else []
    yield ""
    yield f"{'beside the others':>30}{'alone':>24}"
    yield f"{logit(prior):+8.3f}  prior {prior:.3f}"
    inputs = {entry.predictor: entry for entry in a.inputs}
    for name, finding in a.findings.items():
        yield f"{_share(finding.contribution, finding.contribution_interval)}{_alone(finding)}  {name}"
        yield from _predictor_lines(a.question or "", name, inputs.get(name))
    yield f"{logit(probability):+8.3f}  sum = logit({probability:.3f})"
    yield ""
    yield from (f"at prior {other:g}: {at:.3f}" for other, at in a.at_priors.items())
    asked = question_named(a.question or "")
    if asked is not None:
        yield f"the default prior {asked.prior:.3f} is {asked.prior_from}"


def _trained_lines(a: Assessment, probability: float, prior: float) -> Iterator[str]:
    """The answer of a trained model, what each feature adds, what weighs most first."""
    yield f"probability of {a.answers} {probability:.3f}, 95 % interval {_ends(a.interval)}"
    yield f"model: {a.model}; its model card says what it was trained on and how it did"
    yield from [f"abstained: {a.abstained}"] if a.abstained else []
    yield f"{logit(prior):+8.3f}  prior {prior:.3f}"
    values = {entry.predictor: entry.value for entry in a.inputs}
    for name, share in sorted(a.contributions.items(), key=lambda item: -abs(item[1])):
        yield f"{share:+8.3f}  {name}" + (f" = {values[name]:.4g}" if name in values else "")
    yield f"{logit(probability):+8.3f}  sum = logit({probability:.3f})"


def _predictor_lines(question: str, name: str, entry: Input | None) -> Iterator[str]:
    if question != MALIGNANT.name:
        given = "" if entry is None else f"{entry.value:.4g}{_by(entry)}; "
        yield f"          {given}from {', '.join(intradural_sources(name))}"
        return
    predictor = next(p for p in predictors() if p.name == name)
    given = "" if entry is None else f": {_value(predictor, entry)}"
    yield f"          {predictor.column}{given}"
    yield f"          {predictor.axis} axis, group {predictor.group}; {parameter_text(predictor)}"
    yield f"          from {predictor.parameters}: {', '.join(sources(predictor, literature()))}"


def _value(predictor: Predictor, entry: Input) -> str:
    text = f"{entry.value:.4g}{_by(entry)}"
    if entry.weights is None:
        held = entry.counted is not None and not np.isclose(entry.counted, entry.value)
        return f"{text}, counts as {entry.counted:.4g}, the bound" if held else text
    if len(entry.weights) > 2:
        none, visible, large = entry.weights
        return f"{text}, weights: none {none:.2f}, visible {visible:.2f}, over 18 mm {large:.2f}"
    return f"{text}, malignant side is {predictor.positive_when.removeprefix('is ')}, weight {entry.weights[1]:.2f}"


def _by(entry: Input) -> str:
    return ", the reader's word" if entry.by_reader else ""


def parameter_text(predictor: Predictor) -> str:
    """A predictor's parameters as the default draws have them: median and 95 % range."""
    settings = AssessSettings()
    model = evidence_model(literature(), settings.draws, settings.seed)
    p = model.likelihood.parameters.predictors[predictor.name]
    if isinstance(p, LogNormalParameters):
        unit = "cm" if predictor.axis == "severity" else "µm²/ms"
        benign = ", ".join(f"{_range(np.exp(p.benign[entity]))} in {entity}" for entity in ENTITIES)
        return f"median {_range(np.exp(p.malignant))} {unit} in malignant, {benign}, log-SD {_range(p.sd)}"
    return f"frequency {_range(p.malignant)} in malignant, {_benign(p)}{_agreement(p)}"


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


def _share(value: float, ends: Interval | None) -> str:
    return f"{value:+8.3f}" + ("" if ends is None else f" ({ends[0]:+.2f} to {ends[1]:+.2f})".ljust(22))


def _alone(finding: Finding) -> str:
    return "" if finding.alone is None else _share(finding.alone, finding.alone_interval)


def _factor(value: float | None, ends: Interval | None) -> str:
    if value is None or ends is None:
        return "nothing known"
    return f"{value:.3g} (95 % {ends[0]:.3g} to {ends[1]:.3g})"


def _ends(ends: Interval | None) -> str:
    return "unknown" if ends is None else f"{ends[0]:.3f}–{ends[1]:.3f}"
