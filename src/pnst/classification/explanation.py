"""Where every number of an assessment came from, in plain text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import logit

from pnst.classification.assessment import Assessment
from pnst.classification.evidence_model.calibration import calibration
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.parameters import LogNormalParameters, sources
from pnst.classification.prediction import Input
from pnst.classification.settings import AssessSettings
from pnst.evidence.published import Predictor, predictors


def explain(a: Assessment) -> str:
    """The answer, each predictor with its value, parameters and sources, the rules, the warnings."""
    if a.is_trained:
        return "\n".join(_trained_lines(a))
    low, high = a.interval
    solved = calibration()
    lines = [
        f"probability of malignancy {a.probability:.3f}, 95 % credible interval {low:.3f}–{high:.3f}",
        f"model: {a.model}; δ solved for AUC {solved.target_auc:g} of the conventional features ({solved.source})",
        "parameters below: median and 95 % range over the default draws, each for a new study",
        *([f"abstained: {a.abstained}"] if a.abstained else []),
        "",
        f"{logit(a.prior):+8.3f}  prior {a.prior:.3f}",
    ]
    inputs = {entry.predictor: entry for entry in a.inputs}
    for name, share in a.contributions.items():
        lines += _predictor_lines(name, share, inputs.get(name))
    lines += [f"{logit(a.probability):+8.3f}  sum = logit({a.probability:.3f})", ""]
    lines += [f"at prior {prior:g}: {probability:.3f}" for prior, probability in a.at_priors.items()]
    lines += ["", *(f"rule {r.name} [{r.population}]: {r.result} ({r.reason}); {r.performance}" for r in a.rules)]
    lines += ["", *(f"warning: {text}" for text in a.warnings), a.disclaimer]
    return "\n".join(lines)


def _trained_lines(a: Assessment) -> Iterator[str]:
    """The answer of a trained model, what each feature adds, what weighs most first."""
    low, high = a.interval
    yield f"probability of malignancy {a.probability:.3f}, 95 % interval over resampled patients {low:.3f}–{high:.3f}"
    yield f"model: {a.model}; its model card says what it was trained on and how it did"
    yield from [f"abstained: {a.abstained}"] if a.abstained else []
    yield f"{logit(a.prior):+8.3f}  prior {a.prior:.3f}"
    values = {entry.predictor: entry.value for entry in a.inputs}
    for name, share in sorted(a.contributions.items(), key=lambda item: -abs(item[1])):
        yield f"{share:+8.3f}  {name}" + (f" = {values[name]:.4g}" if name in values else "")
    yield f"{logit(a.probability):+8.3f}  sum = logit({a.probability:.3f})"
    yield from (f"rule {r.name} [{r.population}]: {r.result} ({r.reason}); {r.performance}" for r in a.rules)
    yield from (f"warning: {text}" for text in a.warnings)
    yield a.disclaimer


def _predictor_lines(name: str, share: float, entry: Input | None) -> Iterator[str]:
    predictor = next(p for p in predictors() if p.name == name)
    given = "" if entry is None else f": {_value(predictor, entry)}"
    yield f"{share:+8.3f}  {name} ({predictor.column}{given})"
    yield f"          {predictor.axis} axis, group {predictor.group}; {parameter_text(predictor)}"
    yield f"          from {predictor.parameters}: {', '.join(sources(predictor))}"


def _value(predictor: Predictor, entry: Input) -> str:
    by = ", the reader's word" if entry.by_reader else ""
    if entry.weight is None:
        return f"{entry.value:.4g}{by}"
    when = predictor.positive_when
    return f"{entry.value:.4g}, malignant side is {when.removeprefix('is ')}, weight {entry.weight:.2f}{by}"


def parameter_text(predictor: Predictor) -> str:
    """A predictor's parameters as the default draws have them: median and 95 % range."""
    settings = AssessSettings()
    p = evidence_model(settings.draws, settings.seed).likelihood.parameters[predictor.name]
    malignant, benign = _range(p.malignant), _range(p.benign)
    if isinstance(p, LogNormalParameters):
        unit = "cm" if predictor.axis == "severity" else "µm²/ms"
        malignant, benign = (_range(np.exp(part)) for part in (p.malignant, p.benign))
        return f"median {malignant} {unit} in malignant, {benign} in benign, log-SD {_range(p.sd)}"
    return f"frequency {malignant} in malignant, {benign} in benign"


def _range(draws: np.ndarray) -> str:
    low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975])
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"
