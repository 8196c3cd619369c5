"""What each model says of every lesion of a table, never learnt from the lesion itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pnst.classification.abstention import abstentions
from pnst.classification.lesion_table import LesionTable
from pnst.classification.prediction import Model
from pnst.classification.settings import AssessSettings
from pnst.classification.training.features import evidence_frame, family_columns
from pnst.errors import InputError
from pnst.evidence.columns import check_names
from pnst.evidence.population import Patient
from pnst.evidence.rules import evaluate_rules, rule_columns
from pnst.typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd


SHARED = 0.5
"""Once more than this share of a table's lesions was trained on, it is said that nothing new is tested."""


@dataclass(frozen=True, eq=False)
class ModelPredictions:
    """One model's answers on every lesion of a table, (n,) each."""

    name: str
    """What the model is called in this evaluation."""
    model: str
    """As in `Assessment.model`, and the prior at which it answered."""
    probability: FloatArray
    low: FloatArray
    high: FloatArray
    abstained: Sequence[str | None]
    held_out: BoolArray
    """Where the lesion was trained on, and the answer is the one of cross-validation, by a model without its group."""
    strata: IntArray
    """Which of several models answered: the fold of a held-out lesion, −1 for the model itself."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class RuleCalls:
    """What one published rule says of every lesion, (n,) each."""

    name: str
    called: BoolArray
    """Positive; neither "indeterminate" nor "cannot be evaluated" counts as positive."""
    evaluated: BoolArray
    """Where it was positive or negative."""


def predictions_of(name: str, model: Model, lesions: LesionTable, settings: AssessSettings) -> ModelPredictions:
    """A model's, at the prior of the settings, else its own. A lesion that it was trained on is given its answer of the
    cross-validation.
    """
    prediction = model.predict(lesions, Patient(), settings.prior, cross_validated=True)
    return ModelPredictions(
        name,
        f"{model.name}, prior {prediction.prior:.3f}",
        prediction.probability,
        prediction.interval[:, 0],
        prediction.interval[:, 1],
        abstentions(prediction, lesions, settings.decision_probability),
        prediction.held_out,
        np.full(lesions.count, -1) if prediction.folds is None else prediction.folds,
        (*model.notes, *_shared_notes(name, prediction.held_out)),
    )


def refuse_no_predictors(frame: pd.DataFrame) -> None:
    """Raise `InputError` where the table holds none of the evidence model's columns, or a family's, misspelt."""
    check_names(family_columns(frame.columns))
    if evidence_frame(frame).shape[1] == 0:
        raise InputError(
            "the table holds nothing that the evidence model reads",
            got=f"{frame.shape[1]} columns, none of them measured by pnst or given by a reader",
            expected="columns such as size.longest_diameter_mm or adc.mean_um2_per_ms",
            remedy="correct the names, or give a trained model with --model",
        )


def rule_calls(frame: pd.DataFrame, settings: AssessSettings) -> tuple[RuleCalls, ...]:
    """Every published rule that can be evaluated on at least one lesion."""
    lesions = LesionTable.from_frame(evidence_frame(frame))
    columns = rule_columns()
    results = [
        evaluate_rules(lesions.row(row, columns), None, settings.wasa_size_cutoff_mm) for row in range(lesions.count)
    ]
    calls = []
    for of_rule in zip(*results, strict=True):
        verdicts = np.array([result.result for result in of_rule])
        evaluated = (verdicts == "positive") | (verdicts == "negative")
        speaks_for_malignant = of_rule[0].speaks_for == "malignant"
        if evaluated.any():
            positive = "positive" if speaks_for_malignant else "negative"
            calls.append(RuleCalls(of_rule[0].name, verdicts == positive, evaluated))
    return tuple(calls)


def _shared_notes(name: str, held_out: BoolArray) -> tuple[str, ...]:
    count = int(held_out.sum())
    if not count:
        return ()
    note = (
        f"{name} was trained on {count} of these {len(held_out)} lesions: for them its cross-validated answers stand, "
        "by models that had not seen their groups; its AUC compares lesions that one of those models answered"
    )
    return (note, "this is no test on other patients") if count > SHARED * len(held_out) else (note,)
