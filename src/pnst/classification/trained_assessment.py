"""`assess` with a model that was learnt from a cohort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit, logit

from pnst.classification.assess import not_measurements
from pnst.classification.assessment import Assessment, Input
from pnst.classification.evaluation.roc import Z975
from pnst.classification.features import (
    EVIDENCE,
    PATIENT,
    column_of,
    evidence_frame,
    family_columns,
    feature_matrix,
    has_column,
)
from pnst.classification.lesions import Lesions
from pnst.classification.settings import AT_PRIORS, REFERRED_PRIOR, AssessSettings
from pnst.classification.trained_model import TrainedModel, read_model
from pnst.errors import InputError, SettingError
from pnst.evidence.columns import OVERRIDE, check_names
from pnst.evidence.population import Patient
from pnst.evidence.rules import evaluate_rules, rule_columns
from pnst.measurement.measurements import Measurements
from pnst.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd


CONSTANT = "constant"
"""The contribution that is left when every feature is at its average in training."""
_NAMED = 3  # features that a warning names; the others are counted


def assess_trained(
    m: Any, model: TrainedModel | str | PathLike[str], patient: Patient, settings: AssessSettings
) -> Assessment | pd.DataFrame:
    """As `assess`. A prior that differs from the default shifts the log-odds from the share in training to it."""
    trained = _model(model)
    prior = trained.card.prevalence if settings.prior == REFERRED_PRIOR else settings.prior
    settings = settings.model_copy(update={"prior": prior})
    if isinstance(m, Measurements):
        overrides = {OVERRIDE + name: value for name, value in m.overrides.items()}
        return _assess_one({**m.columns(), **overrides}, (m.case_id, m.label), trained, patient, settings)
    if isinstance(m, Mapping):
        return _assess_one(m, (str(m.get("case_id", "")), str(m.get("label", ""))), trained, patient, settings)
    if hasattr(m, "iloc") and hasattr(m, "columns"):
        return _assess_table(m, trained, patient, settings)
    raise not_measurements(m)


def log_odds_of(model: TrainedModel, frame: pd.DataFrame, patient: Patient) -> tuple[FloatArray, FloatArray]:
    """Features (n, p) of a table and their log-odds (n,). Raises `InputError` where the table lacks a feature."""
    frame = _with_patient(frame, patient)
    lacking = [name for name in model.features if name != EVIDENCE and not has_column(frame, column_of(name))]
    if lacking:
        raise InputError(
            "the table lacks features of the model",
            got=f"no {', '.join(lacking[:3])}" + (f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""),
            expected=f"a column for each of the model's {len(model.features)} features",
            remedy="correct the names, or add an empty column for what was not measured",
        )
    matrix = feature_matrix(frame, model.features)
    return matrix, model.log_odds(matrix)


def answers(
    model: TrainedModel, matrix: FloatArray, log_odds: FloatArray, settings: AssessSettings
) -> tuple[FloatArray, FloatArray, list[str | None]]:
    """Probability (n,), its interval (n, 2) and why each answer should not be used, at the prior of the settings."""
    shifted = log_odds + logit(settings.prior) - logit(model.card.prevalence)
    half = Z975 * model.spread(matrix)
    interval = expit(np.column_stack([shifted - half, shifted + half]))
    empty = _empty(model, matrix)
    measured = np.array([name != EVIDENCE for name in model.features])
    reasons: list[str | None] = []
    for (low, high), row in zip(interval, empty, strict=True):
        found = ["none of the model's features was measured"] if measured.any() and row[measured].all() else []
        decision = settings.decision_probability
        if decision is not None and low <= decision <= high:
            found.append(f"the interval contains the decision probability {decision:g}")
        reasons.append("; ".join(found) or None)
    return expit(shifted), interval, reasons


def _assess_one(
    cells: Mapping[str, Any], names: tuple[str, str], model: TrainedModel, patient: Patient, settings: AssessSettings
) -> Assessment:
    import pandas as pd

    row = {column_of(name): None for name in model.features if name != EVIDENCE}
    row |= {fact: value for fact, value in asdict(patient).items() if fact in row}
    row |= {str(name): cell for name, cell in cells.items()}
    strange = [
        name for name in map(str, cells) if name.removeprefix(OVERRIDE) not in set(map(column_of, model.features))
    ]
    if len(strange) == len(cells):
        _refuse_strangers(cells, model)
    check_names(family_columns(strange))
    frame = pd.DataFrame({name: pd.Series([cell], dtype=object) for name, cell in row.items()})
    matrix, log_odds = log_odds_of(model, frame, Patient())
    probability, interval, reasons = answers(model, matrix, log_odds, settings)
    lesions = Lesions.from_frame(evidence_frame(frame))
    return Assessment(
        case_id=names[0],
        label=names[1],
        probability=float(probability[0]),
        interval=(float(interval[0, 0]), float(interval[0, 1])),
        prior=settings.prior,
        contributions=_contributions(model, matrix, float(log_odds[0])),
        at_priors={p: float(expit(log_odds[0] + logit(p) - logit(model.card.prevalence))) for p in AT_PRIORS},
        rules=evaluate_rules(lesions.row(0, rule_columns()), patient, settings.wasa_size_cutoff_mm),
        warnings=tuple(_warnings(model, matrix[0])),
        abstained=reasons[0],
        model=model.name,
        inputs=tuple(
            Input(name, float(x), None, OVERRIDE + name in cells)
            for name, x in zip(model.features, matrix[0], strict=True)
            if not np.isnan(x)
        ),
    )


def _assess_table(frame: pd.DataFrame, model: TrainedModel, patient: Patient, settings: AssessSettings) -> pd.DataFrame:
    import pandas as pd

    matrix, log_odds = log_odds_of(model, frame, patient)
    probability, interval, reasons = answers(model, matrix, log_odds, settings)
    return pd.DataFrame(
        {
            "probability": probability,
            "low": interval[:, 0],
            "high": interval[:, 1],
            "abstained": pd.Series(reasons, index=frame.index, dtype=object),
            "warnings": ["; ".join(_warnings(model, row)) for row in matrix],
        },
        index=frame.index,
    )


def _contributions(model: TrainedModel, matrix: FloatArray, log_odds: float) -> dict[str, float]:
    """What each feature adds to the log-odds; trees have no such parts, and give one sum."""
    from pnst.classification.pipelines import linear_terms

    base = float(logit(model.card.prevalence))
    terms = linear_terms(model.scorer.pipeline, matrix)
    if terms is None:
        return {"all features together": log_odds - base}
    *shares, constant = model.scorer.slope * terms[0]
    found = dict(zip(model.features, map(float, shares), strict=True))
    return {**found, CONSTANT: float(constant) + model.scorer.intercept - base}


def _warnings(model: TrainedModel, row: FloatArray) -> Iterator[str]:
    """Of one lesion's features (p,): those that are empty, and those outside the range of the training lesions."""
    yield from model.notes
    features = model.card.features
    empty = [feature.name for feature, x in zip(features, row, strict=True) if np.isnan(x)]
    if empty:
        how = "taken as empty" if model.card.settings.model == "boosting" else "filled with the training median"
        yield f"{len(empty)} of {len(features)} features were not measured and were {how}: {_listed(empty)}"
    outside = [
        f"{feature.name} = {x:.4g} (training {feature.low:.4g}–{feature.high:.4g})"
        for feature, x in zip(features, row, strict=True)
        if x < feature.low or x > feature.high
    ]
    if outside:
        yield f"outside what the model was trained on: {_listed(outside)}"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def _empty(model: TrainedModel, matrix: FloatArray) -> BoolArray:
    return np.isnan(matrix) if len(model.features) else np.zeros_like(matrix, dtype=bool)


def _with_patient(frame: pd.DataFrame, patient: Patient) -> pd.DataFrame:
    """The table with the patient's facts as columns where it has none of its own."""
    facts = {name: value for name, value in asdict(patient).items() if value is not None and name in PATIENT}
    return frame.assign(**{name: value for name, value in facts.items() if name not in frame.columns})


def _refuse_strangers(cells: Mapping[str, Any], model: TrainedModel) -> None:
    if cells and EVIDENCE not in model.features:
        raise SettingError(
            "none of the columns is a feature of the model",
            got=_listed([str(name) for name in cells]),
            expected=f"features such as {_listed(list(model.features))}",
            remedy="correct the names, or assess without the model",
        )


def _model(model: TrainedModel | str | PathLike[str]) -> TrainedModel:
    if isinstance(model, TrainedModel):
        return model
    if isinstance(model, str | PathLike):
        return read_model(model)
    raise SettingError(
        "there is no such model",
        got=type(model).__name__,
        expected="None, the evidence model; or the folder of a trained one",
        remedy="leave `model` out, or give the folder that pnst train wrote",
    )
