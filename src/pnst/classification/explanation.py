"""Where every number of an assessment came from, in plain text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import logit

from pnst.classification.assessment import Assessment
from pnst.classification.evidence_model.draws import sources
from pnst.classification.explained_parameters import axis_texts, intradural_text, parameter_text, share_text
from pnst.classification.findings import Finding, Interval
from pnst.classification.intradural.model import intradural_sources
from pnst.classification.intradural.observation import LEVEL, LEVELS
from pnst.classification.prediction import Input
from pnst.evidence.body import Evidence, literature
from pnst.evidence.csv_rows import packaged_digests
from pnst.evidence.published import Predictor, predictors
from pnst.evidence.question import MALIGNANT, Question, question_named
from pnst.evidence.rule import RuleResult


def explain(a: Assessment) -> str:
    """The question, the answer, each finding with its value, parameters and sources, the rules, the warnings."""
    return "\n".join(_lines(a))


def _lines(a: Assessment) -> Iterator[str]:
    asked = question_named(a.question or "")
    if a.probability is None or a.prior is None or asked is None:
        yield f"no probability: {a.abstained}"
    elif a.is_trained:
        yield from _trained_lines(a, a.probability, a.prior)
    else:
        yield from _evidence_lines(a, asked, a.probability, a.prior)
    yield ""
    for rule in a.rules:
        yield from _rule_lines(rule)
    yield ""
    yield from (f"warning: {text}" for text in a.warnings)
    yield a.disclaimer
    if not a.is_trained:
        yield from ["", "published figures, SHA-256:"]
        yield from (f"  {digest}  {name}" for name, digest in packaged_digests().items())


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _evidence_lines(a: Assessment, asked: Question, probability: float, prior: float) -> Iterator[str]:
    """The odds first, which hold whatever the prior; then the probability at the prior, and what each finding adds."""
    yield f"question: {' or '.join(asked.classes)}?{_benign(asked)} places: {', '.join(asked.places)}{_unknown(asked)}"
    yield (
        f"odds of {a.answers} multiplied by {_factor(a.odds_factor, a.odds_factor_interval)}, whatever the prior; a "
        "geometric mean over the draws"
    )
    yield (
        f"probability of {a.answers} {probability:.3f}, 95 % credible interval {_ends(a.interval)}, at prior "
        f"{prior:.3f}; a mean over the draws, so that it need not agree exactly with the odds"
    )
    yield from (f"at prior {other:g}: {at:.3f}" for other, at in a.at_priors.items())
    yield f"the default prior {asked.prior:.3f} is {asked.prior_from}"
    yield f"model: {a.model}"
    yield from _without_sites(a)
    yield from [f"abstained: {a.abstained}"] if a.abstained else []
    yield ""
    yield from axis_texts() if asked is MALIGNANT else ()
    yield f"log-odds; above 0 for {asked.of_class}, below 0 for {asked.classes[1]}; in brackets 95 %"
    yield f"{'beside the others':>20}{'alone':>18}"
    yield f"{logit(prior):+8.3f}  prior {prior:.3f}"
    inputs = {entry.predictor: entry for entry in a.inputs}
    for name, finding in a.findings.items():
        yield f"{_share(finding.contribution, finding.contribution_interval)}{_alone(finding)}  {name}"
        yield from _predictor_lines(asked, name, inputs.get(name), a.evidence or literature())
    yield f"{logit(probability):+8.3f}  sum = logit({probability:.3f})"


def _benign(asked: Question) -> str:
    return " (malignant; or a schwannoma or a neurofibroma)" if asked is MALIGNANT else ""


def _unknown(asked: Question) -> str:
    return "; a place that was not given counts as one of these" if asked is MALIGNANT else ""


def _without_sites(a: Assessment) -> Iterator[str]:
    """Where an assessment was read from a file, which names the sites and does not hold what they counted."""
    if a.evidence is None and (", with " in a.model or ", own " in a.model):
        yield "parameters and sources below are those of the published figures, without what the sites counted"


def _rule_lines(rule: RuleResult) -> Iterator[str]:
    yield f"rule {rule.name}, {rule.positive_when}: {rule.reason}"
    used = ", ".join(f"{column} = {_shown(value)}" for column, value in rule.inputs.items() if value is not None)
    yield f"     of {rule.population}; {rule.performance}{f'; read off {used}' if used else ''}"
    yield from (f"     {text}" for text in rule.warnings)


def _trained_lines(a: Assessment, probability: float, prior: float) -> Iterator[str]:
    """The answer of a trained model, what each feature adds, what weighs most first."""
    yield f"odds of {a.answers} multiplied by {_factor(a.odds_factor, a.odds_factor_interval)}, whatever the prior"
    yield f"probability of {a.answers} {probability:.3f}, 95 % interval {_ends(a.interval)}, at prior {prior:.3f}"
    yield from (f"at prior {other:g}: {at:.3f}" for other, at in a.at_priors.items())
    yield f"model: {a.model}; its model card says what it was trained on and how it did"
    yield from [f"abstained: {a.abstained}"] if a.abstained else []
    yield f"{logit(prior):+8.3f}  prior {prior:.3f}"
    values = {entry.predictor: entry.value for entry in a.inputs}
    for name, share in sorted(a.contributions.items(), key=lambda item: -abs(item[1])):
        yield f"{share:+8.3f}  {name}" + (f" = {values[name]:.4g}" if name in values else "")
    yield f"{logit(probability):+8.3f}  sum = logit({probability:.3f})"


def _predictor_lines(asked: Question, name: str, entry: Input | None, evidence: Evidence) -> Iterator[str]:
    if asked is not MALIGNANT:
        yield f"          {_intradural_value(name, entry)}{intradural_text(name)}"
        yield f"          from {', '.join(intradural_sources(name))}"
        return
    predictor = next(p for p in predictors() if p.name == name)
    given = "" if entry is None else f": {_value(predictor, entry)}"
    yield f"          {predictor.column}{given}"
    yield f"          {predictor.axis} axis, group {predictor.group}; {parameter_text(predictor, evidence)}"
    studies = ", ".join(sources(predictor, evidence))
    yield f"          from {predictor.parameters}: {studies}{share_text(predictor, evidence)}"


def _intradural_value(name: str, entry: Input | None) -> str:
    if entry is None:
        return ""
    if name == LEVEL:
        return f"{LEVELS[int(entry.value)]}, as given; "
    if entry.weights is not None:
        return f"{'present' if entry.value else 'absent'}{_by(entry)}; "
    return f"{entry.value:.4g} mm{_bounded(entry)}; "


def _value(predictor: Predictor, entry: Input) -> str:
    text = f"{entry.value:.4g}{_by(entry)}"
    if entry.weights is None:
        return f"{text}{_bounded(entry)}"
    if len(entry.weights) > 2:
        none, visible, large = entry.weights
        return f"{text}, weights: none {none:.2f}, visible {visible:.2f}, over 18 mm {large:.2f}"
    return f"{text}, malignant side is {predictor.positive_when.removeprefix('is ')}, weight {entry.weights[1]:.2f}"


def _bounded(entry: Input) -> str:
    held = entry.counted is not None and not np.isclose(entry.counted, entry.value)
    return f", counts as {entry.counted:.4g}, the bound" if held else ""


def _by(entry: Input) -> str:
    return ", the reader's word" if entry.by_reader else ""


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
