"""What each model says of every lesion of a table, never learnt from the lesion itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logit

from pnst.classification.assess import assess
from pnst.classification.features import evidence_frame, family_columns
from pnst.classification.lesions import Lesions
from pnst.classification.settings import REFERRED_PRIOR, AssessSettings
from pnst.classification.trained_model import TrainedModel, row_digests
from pnst.errors import InputError
from pnst.evidence.columns import check_names
from pnst.evidence.population import Patient
from pnst.evidence.rules import evaluate_rules, rule_columns
from pnst.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd


EVIDENCE_MODEL = "evidence model"
SHARED = 0.5
"""Once more than this share of a table's lesions was trained on, it is said that nothing new is tested."""


@dataclass(frozen=True, eq=False)
class Answers:
    """One model's answers, (n,) each."""

    name: str
    model: str
    """As in `Assessment.model`."""
    probability: FloatArray
    low: FloatArray
    high: FloatArray
    abstained: Sequence[str | None]
    held_out: BoolArray
    """Where the lesion was trained on, and the answer is the one of cross-validation, by a model without its group."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class RuleCalls:
    """What one published rule says of every lesion, (n,) each."""

    name: str
    called: BoolArray
    """Positive; neither "indeterminate" nor "cannot be evaluated" counts as positive."""
    evaluated: BoolArray
    """Where it was positive or negative."""


def evidence_answers(name: str, frame: pd.DataFrame, settings: AssessSettings) -> Answers:
    """The evidence model's. Raises `InputError` where the table holds none of its predictors."""
    check_names(family_columns(frame.columns))
    known = evidence_frame(frame)
    if known.shape[1] == 0:
        raise InputError(
            "the table holds nothing that the evidence model reads",
            got=f"{frame.shape[1]} columns, none of them measured by pnst or given by a reader",
            expected="columns such as size.longest_diameter_mm or adc.mean_um2_per_ms",
            remedy="correct the names, or give a trained model with --model",
        )
    found = assess(known, settings=settings)
    return Answers(
        name,
        f"{EVIDENCE_MODEL}, prior {settings.prior:.3f}",
        found["probability"].to_numpy(dtype=float),
        found["low"].to_numpy(dtype=float),
        found["high"].to_numpy(dtype=float),
        list(found["abstained"]),
        np.zeros(len(frame), dtype=bool),
    )


def trained_answers(name: str, model: TrainedModel, frame: pd.DataFrame, settings: AssessSettings) -> Answers:
    """A trained model's. A lesion that it was trained on is given its answer of the cross-validation."""
    from pnst.classification.trained_assessment import answers, log_odds_of

    matrix, log_odds = log_odds_of(model, frame, Patient())
    known = [model.held_out.get(digest) for digest in row_digests(matrix)]
    held_out = np.array([p is not None for p in known], dtype=bool)
    log_odds = np.where(held_out, logit([0.5 if p is None else p for p in known]), log_odds)
    prior = model.card.prevalence if settings.prior == REFERRED_PRIOR else settings.prior
    shifted = settings.model_copy(update={"prior": prior})
    probability, interval, reasons = answers(model, matrix, log_odds, shifted)
    return Answers(
        name,
        model.name,
        probability,
        interval[:, 0],
        interval[:, 1],
        reasons,
        held_out,
        (*model.notes, *_shared_notes(name, held_out)),
    )


def rule_calls(frame: pd.DataFrame, settings: AssessSettings) -> tuple[RuleCalls, ...]:
    """Every published rule that can be evaluated on at least one lesion."""
    lesions = Lesions.from_frame(evidence_frame(frame))
    columns = rule_columns()
    results = [
        evaluate_rules(lesions.row(row, columns), None, settings.wasa_size_cutoff_mm) for row in range(lesions.count)
    ]
    calls = []
    for of_rule in zip(*results, strict=True):
        said = np.array([result.result for result in of_rule])
        evaluated = (said == "positive") | (said == "negative")
        speaks_for_malignant = of_rule[0].speaks_for == "malignant"
        if evaluated.any():
            positive = "positive" if speaks_for_malignant else "negative"
            calls.append(RuleCalls(of_rule[0].name, said == positive, evaluated))
    return tuple(calls)


def _shared_notes(name: str, held_out: BoolArray) -> tuple[str, ...]:
    count = int(held_out.sum())
    if not count:
        return ()
    note = (
        f"{name} was trained on {count} of these {len(held_out)} lesions: for them its cross-validated answers stand, "
        "by models that had not seen their groups"
    )
    return (note, "this is no test on other patients") if count > SHARED * len(held_out) else (note,)
