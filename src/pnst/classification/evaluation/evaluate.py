"""`evaluate`: models and published rules against a known diagnosis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, count
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pnst.classification.evaluation.evaluation import Area, Evaluation, ModelResult, RuleRow
from pnst.classification.evaluation.predictions import (
    ModelPredictions,
    RuleCalls,
    predictions_of,
    refuse_no_predictors,
    rule_calls,
)
from pnst.classification.evaluation.subgroups import levels_of, subgroups_of
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.lesion_table import LesionTable
from pnst.classification.matching.match import match_groups
from pnst.classification.matching.matched import Matching
from pnst.classification.metrics.decision_curve import TREAT_ALL, TREAT_NONE, decision_curve
from pnst.classification.metrics.proportions import at_threshold
from pnst.classification.metrics.reliability import reliability
from pnst.classification.metrics.roc import Comparison, bootstrap_areas, compare, delong
from pnst.classification.metrics.roc_curve import roc_curve
from pnst.classification.prediction import Model
from pnst.classification.settings import AssessSettings, EvaluateSettings
from pnst.classification.training.features import family_columns
from pnst.classification.training.labelled import LabelledTable
from pnst.classification.training.model_folder import read_model
from pnst.classification.training.question import question_of, refuse_other_question
from pnst.classification.training.trained_model import TrainedModel
from pnst.errors import SettingError
from pnst.evidence.body import Evidence, literature
from pnst.evidence.cells import is_empty
from pnst.evidence.site import Site, body_of_evidence
from pnst.typing import BoolArray

if TYPE_CHECKING:
    import pandas as pd

ModelSource = TrainedModel | str | PathLike[str]
"""A trained model, its folder, or the name of the evidence model."""
Progress = Callable[[str], None]

EVIDENCE, EVIDENCE_MODEL = "evidence", "evidence model"
"""What the evidence model is called among `models`, and in what is written."""
NO_MODEL = "none"
"""What stands among `models` where the classes are compared and no model is evaluated."""
COUNTED = "the evidence model has counts of sites: lesions of this table that a site counted are tested on themselves"


def evaluate(
    table: pd.DataFrame,
    label: str,
    groups: str | None = None,
    *,
    models: Sequence[ModelSource] = (),
    threshold: float | None = None,
    subgroups: Sequence[str] = (),
    settings: EvaluateSettings | None = None,
    assess_settings: AssessSettings | None = None,
    evidence: Sequence[Site] = (),
    own_evidence: Site | None = None,
    match: Sequence[str] | None = None,
    ratio: int | None = None,
    caliper: float | None = None,
    progress: Progress = lambda _: None,
) -> Evaluation:
    """Compare probabilities with a known diagnosis. Not a medical device.

    Parameters
    ----------
    table : one row a lesion
    label : column of the diagnosis: 1/0, true/false, yes/no, malignant/benign
    groups : column that is equal in lesions of one patient; the bootstrap draws whole groups
    models : trained models or their folders, or "evidence"; empty: the evidence model
    threshold : probability at or above which a lesion is called malignant
    subgroups : columns whose values divide the lesions
    evidence, own_evidence : folders of `pnst evidence` for the evidence model, as in `assess`; counted on other lesions
        than these, or the answers come from the lesions that they are tested on
    match : columns to match the two classes by, with a propensity score; what then differs is `.matched`. Where the
        table holds no column that pnst measures, or `models` is ("none",), no model or rule is evaluated beside it
    ratio, caliper : lesions of the larger class for each of the smaller one (1), and how far matched scores' logits may
        be apart, in their standard deviations (0.2)

    Raises
    ------
    InputError : the table, its label, groups or subgroups cannot be used, it lacks what a model reads, or it asks
        several questions, or another than a model answers; classes that do not overlap in what they are matched by
    SettingError : a threshold outside (0, 1), evidence of sites without the evidence model, a ratio or caliper out of
        range or without `match`

    Examples
    --------
    The lower the ADC, the more malignant: three of the four pairs of a malignant and a benign lesion are in order.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"adc.mean_um2_per_ms": [1.0, 1.2, 1.1, 2.5], "malignant": [1, 1, 0, 0]})
    >>> evaluate(table, "malignant").models[0].area.value
    0.75
    """
    settings, assess_settings = settings or EvaluateSettings(), assess_settings or AssessSettings()
    _check_threshold(threshold)
    body = body_of_evidence(evidence, own_evidence)
    _refuse_unused(body, models)
    labelled = LabelledTable.of(table, label, groups)
    levels = {column: levels_of(table, column, settings.most_levels) for column in subgroups}
    matching = _matching(match, ratio, caliper)
    models = _wanted(models, table, matching is not None)
    matched = None if matching is None else match_groups(labelled, matching, groups is not None)
    progress("rules")
    calls = rule_calls(table, assess_settings) if models else ()
    taken = {TREAT_ALL, TREAT_NONE, *(rule.name for rule in calls)}
    predictions = list(_predictions(table, models, taken, body, assess_settings, progress))
    progress("intervals")
    results = tuple(_result(one, labelled, threshold, settings) for one in predictions)
    steps = np.arange(1, settings.curve_steps + 1) / (settings.curve_steps + 1)
    return Evaluation(
        label=label,
        groups=groups,
        malignant=labelled.malignant,
        group_count=int(labelled.groups.max()) + 1,
        threshold=threshold,
        settings=settings,
        models=results,
        rules=tuple(_rule_row(rule, labelled.malignant) for rule in calls),
        comparisons=tuple(_comparisons(predictions, labelled.malignant)),
        decision=decision_curve(
            {one.name: one.probability for one in predictions},
            {rule.name: rule.called for rule in calls},
            labelled.malignant,
            steps,
        ),
        subgroups=tuple(subgroups_of(predictions, levels, labelled.malignant, threshold)),
        notes=tuple(_notes(predictions, labelled, groups)),
        cases=_cases(table, labelled),
        question=labelled.question,
        missing_cells=float(table.isna().to_numpy().mean()) if table.size else 0.0,
        matched=matched,
    )


def _matching(match: Sequence[str] | None, ratio: int | None, caliper: float | None) -> Matching | None:
    given = {name: value for name, value in (("ratio", ratio), ("caliper", caliper)) if value is not None}
    if match is not None:
        return Matching(tuple(match), **given)  # type: ignore[arg-type]  # whole and real numbers by name
    if given:
        raise SettingError(
            "nothing is matched",
            got=f"{' and '.join(given)} without columns to match by",
            expected="columns to match by",
            remedy="name them with match (--match A,B,…), or leave this out",
        )
    return None


def _wanted(models: Sequence[ModelSource], table: pd.DataFrame, is_matched: bool) -> tuple[ModelSource, ...]:
    """The models to evaluate: those that are named, else the evidence model where it reads anything."""
    named = tuple(model for model in models if model != NO_MODEL)
    if len(named) < len(models):
        if named or not is_matched:
            raise SettingError(
                "no model, and nothing else, is not to be evaluated" if not named else "no model and a model",
                got=", ".join(map(str, models)),
                expected=f"{NO_MODEL!r} alone, and columns to match by",
                remedy="name columns with match (--match A,B,…), or leave it out",
            )
        return ()
    without = is_matched and not models and not family_columns(table.columns)
    return named or (() if without else (EVIDENCE,))


def _predictions(
    table: pd.DataFrame,
    models: Sequence[ModelSource],
    taken: set[str],
    evidence: Evidence,
    settings: AssessSettings,
    progress: Progress,
) -> Iterator[ModelPredictions]:
    """Every model under a name of its own, which no other curve has `taken`."""
    lesions = LesionTable.from_frame(table)
    for model in models:
        name = _name(model)
        if name in taken:
            name = next(f"{name} ({n})" for n in count(2) if f"{name} ({n})" not in taken)
        taken = {*taken, name}
        progress(name)
        yield predictions_of(name, _model(model, table, evidence, settings), lesions, settings)


def _model(model: ModelSource, table: pd.DataFrame, evidence: Evidence, settings: AssessSettings) -> Model:
    if isinstance(model, TrainedModel):
        return model
    if model != EVIDENCE:
        return read_model(model)
    refuse_no_predictors(table)
    refuse_other_question(question_of(table), "malignant", "the evidence model")
    answering = evidence_model(evidence, settings.draws, settings.seed)
    return answering if evidence == literature() else replace(answering, notes=(*answering.notes, COUNTED))


def _name(model: ModelSource) -> str:
    if isinstance(model, TrainedModel):
        return model.card.settings.model
    return EVIDENCE_MODEL if model == EVIDENCE else Path(model).resolve().name


def _result(
    predictions: ModelPredictions, labelled: LabelledTable, threshold: float | None, settings: EvaluateSettings
) -> ModelResult:
    malignant, p, strata = labelled.malignant, predictions.probability, predictions.strata
    areas = bootstrap_areas(p, malignant, labelled.groups, settings.bootstrap, settings.seed, strata)
    ends = np.quantile(areas, [0.025, 0.975]).tolist() if areas.size >= settings.bootstrap / 2 else None
    compared = delong(p[None], malignant, strata)
    return ModelResult(
        predictions=predictions,
        area=Area(compared.area(), compared.interval(), (ends[0], ends[1]) if ends else None),
        roc=roc_curve(p, malignant, strata),
        reliability=reliability(p, malignant),
        at_threshold=None if threshold is None else at_threshold(p >= threshold, malignant),
        abstained=sum(reason is not None for reason in predictions.abstained),
    )


def _rule_row(rule: RuleCalls, malignant: BoolArray) -> RuleRow:
    evaluated = rule.evaluated
    return RuleRow(rule.name, int(evaluated.sum()), at_threshold(rule.called[evaluated], malignant[evaluated]))


def _comparisons(predictions: Sequence[ModelPredictions], malignant: BoolArray) -> Iterator[Comparison]:
    for one, other in combinations(predictions, 2):
        scores, strata = np.stack([one.probability, other.probability]), np.stack([one.strata, other.strata])
        compared = compare(scores, malignant, (one.name, other.name), strata)
        if compared is not None:
            yield compared


def _cases(table: pd.DataFrame, labelled: LabelledTable) -> tuple[str, ...] | None:
    if "case_id" not in table.columns or "case_id" in labelled.reserved:
        return None
    return tuple("" if is_empty(cell) else str(cell) for cell in table["case_id"].tolist())


def _notes(predictions: Sequence[ModelPredictions], labelled: LabelledTable, groups: str | None) -> Iterator[str]:
    for one in predictions:
        yield from one.notes
        yield from _lone_notes(one, labelled.malignant)
        abstained = sum(reason is not None for reason in one.abstained)
        if abstained:
            number = f"{abstained} of {len(one.abstained)} lesions"
            yield f"{one.name} abstained from {number}; its numbers for them count all the same"
    if groups is None:
        yield "no column of groups: lesions of one patient are taken as independent, so intervals may be too narrow"
    elif int(labelled.groups.max()) + 1 < len(labelled.malignant):
        yield "some groups hold several lesions: only the bootstrap's interval allows for that"


def _lone_notes(one: ModelPredictions, malignant: BoolArray) -> Iterator[str]:
    """Where lesions of one class were all that one of a model's folds answered."""
    of_one_class = [np.ptp(malignant[one.strata == stratum].astype(int)) == 0 for stratum in one.strata]
    if any(of_one_class):
        yield (
            f"{one.name}: {sum(of_one_class)} lesions have none of the other class that the same model answered, and "
            "count for nothing in its AUC"
        )


def _refuse_unused(evidence: Evidence, models: Sequence[ModelSource]) -> None:
    """A trained model keeps what it learnt: sites' counts would be passed over in silence."""
    if evidence != literature() and models and EVIDENCE not in models:
        raise SettingError(
            "a trained model takes no evidence of sites",
            got="trained models alone, and evidence beside them",
            expected=f"{EVIDENCE!r} among the models",
            remedy="add it (--model evidence), or leave the evidence out",
        )


def _check_threshold(threshold: float | None) -> None:
    if threshold is not None and not 0 < threshold < 1:
        raise SettingError(
            "the threshold is not a probability",
            got=f"{threshold:g}",
            expected="a number above 0 and below 1",
            remedy="give the probability from which on a lesion is called malignant",
        )
