"""What a trained model's prediction consists of: features of lesions, what each adds, and what to warn of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np
from scipy.special import logit

from pnst.classification.findings import Finding
from pnst.classification.lesion_table import LesionTable
from pnst.classification.prediction import Input, Prediction
from pnst.classification.training.features import (
    EVIDENCE,
    PATIENT,
    column_of,
    evidence_columns,
    family_columns,
    feature_matrix,
    has_column,
    with_fact,
)
from pnst.classification.training.model_card import ModelCard
from pnst.classification.training.replicates import WITHOUT_INTERVAL
from pnst.classification.training.scorer import Scorer
from pnst.errors import InputError, SettingError
from pnst.evidence.columns import OVERRIDE, SKIPPED, check_names
from pnst.evidence.population import Patient
from pnst.typing import FloatArray

CONSTANT = "constant"
"""The contribution that is left when every feature is at its average in training."""
_NAMED = 3  # features that a warning names; the others are counted


def feature_rows(lesions: LesionTable, features: Sequence[str], patient: Patient) -> FloatArray:
    """The features (n, p) of lesions; facts about the patient fill empty cells, and columns that are not there.

    Of a single lesion a feature may be absent: it was not measured.

    Raises
    ------
    SettingError : a fact contradicts a cell
    InputError : a table lacks a feature
    """
    columns = [column_of(name) for name in features if name != EVIDENCE]
    wanted = {*columns, *(evidence_columns() if EVIDENCE in features else ())}
    frame = lesions.to_frame(wanted)
    facts = {name: value for name, value in facts_of(patient).items() if name in wanted}
    frame = frame.assign(**{name: with_fact(frame, name, value) for name, value in facts.items()})
    frame = frame.drop(columns=[OVERRIDE + name for name in facts if OVERRIDE + name in frame.columns])
    lacking = [column for column in dict.fromkeys(columns) if not has_column(frame, column)]
    if lacking and lesions.index is not None:
        raise InputError(
            "the table lacks features of the model",
            got=f"no {', '.join(lacking[:3])}" + (f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""),
            expected=f"a column for each of the model's {len(features)} features",
            remedy="correct the names, or add an empty column for what was not measured",
        )
    return feature_matrix(frame.assign(**dict.fromkeys(lacking)), features)


def facts_of(patient: Patient) -> dict[str, bool | float | str]:
    """The facts that were given, by the name of their column."""
    return {name: value for name, value in asdict(patient).items() if value is not None and name in PATIENT}


def unused_facts(patient: Patient, features: Sequence[str]) -> tuple[str, ...]:
    """A warning where facts about the patient are none of the model's features."""
    unused = [name for name in facts_of(patient) if name not in map(column_of, features)]
    return (f"this model does not use {', '.join(unused)}: facts that none of its features is",) if unused else ()


def standing_notes(card: ModelCard) -> Iterator[str]:
    """What is to be said of a model wherever it is used: that its interval is refused."""
    if card.settings.model in WITHOUT_INTERVAL:
        yield WITHOUT_INTERVAL[card.settings.model]


def reasons_against(matrix: FloatArray, features: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Why each answer (n,) should not be used: none of the features (n, p) that are measured is there."""
    measured = np.array([name != EVIDENCE for name in features], dtype=bool)
    count = np.isfinite(matrix[:, measured]).sum(axis=1)
    reason = ("none of the model's features was measured",) if measured.any() else ()
    return tuple(() if n else reason for n in count)


def findings(scorer: Scorer, card: ModelCard, matrix: FloatArray, log_odds: FloatArray, row: int) -> dict[str, Finding]:
    """What each feature of one lesion adds."""
    return {name: Finding(share) for name, share in contributions(scorer, card, matrix, log_odds, row).items()}


def contributions(
    scorer: Scorer, card: ModelCard, matrix: FloatArray, log_odds: FloatArray, row: int
) -> dict[str, float]:
    """What each feature of one lesion adds to the log-odds; trees have no such parts, and give one sum."""
    from pnst.classification.pipelines import linear_terms  # scikit-learn takes a second to import

    base = float(logit(card.prevalence))
    terms = linear_terms(scorer.pipeline, matrix[row : row + 1])
    if terms is None:
        return {"all features together": float(log_odds[row]) - base}
    *shares, constant = scorer.slope * terms[0]
    names = [feature.name for feature in card.features]
    return {
        **dict(zip(names, map(float, shares), strict=True)),
        CONSTANT: float(constant) + scorer.intercept - base,
    }


def recalibrated_findings(evidence: Prediction, scorer: Scorer, card: ModelCard, row: int) -> dict[str, Finding]:
    """What each of the evidence model's predictors adds to one lesion's log-odds, times the slope."""
    shares = {name: Finding(scorer.slope * f.contribution) for name, f in evidence.findings(row).items()}
    constant = scorer.slope * float(logit(evidence.prior)) + scorer.intercept - float(logit(card.prevalence))
    return {**shares, CONSTANT: Finding(constant)}


def inputs(features: Sequence[str], matrix: FloatArray, lesions: LesionTable, row: int) -> tuple[Input, ...]:
    """The features of one lesion that were measured, or given by a reader."""
    return tuple(
        Input(name, float(x), None, None, name in lesions.overrides)
        for name, x in zip(features, matrix[row], strict=True)
        if not np.isnan(x)
    )


def warnings(card: ModelCard, notes: Sequence[str], row: FloatArray) -> Iterator[str]:
    """Of one lesion's features (p,): those that are empty, and those outside the range of the training lesions."""
    yield from notes
    features = card.features
    empty = [feature.name for feature, x in zip(features, row, strict=True) if np.isnan(x)]
    if empty:
        how = "taken as empty" if card.settings.model == "boosting" else "filled with the training median"
        yield f"{len(empty)} of {len(features)} features were not measured and were {how}: {_listed(empty)}"
    outside = [
        f"{feature.name} = {x:.4g} (training {feature.low:.4g}–{feature.high:.4g})"
        for feature, x in zip(features, row, strict=True)
        if x < feature.low or x > feature.high
    ]
    if outside:
        yield f"outside what the model was trained on: {_listed(outside)}"


def refuse_unknown_columns(lesions: LesionTable, features: Sequence[str]) -> None:
    """Raise `SettingError` where no column is a feature's, or where one bears a family's name and is none of its."""
    known = {column_of(name) for name in features}
    unknown = [name for name in lesions.names if name.removeprefix(OVERRIDE) not in known]
    if unknown and len(unknown) == len(lesions.names) and EVIDENCE not in features:
        raise SettingError(
            "none of the columns is a feature of the model",
            got=_listed(unknown),
            expected=f"features such as {_listed(list(features))}",
            remedy="correct the names, or assess without the model",
        )
    check_names({*family_columns(unknown), *(name for name in unknown if name.startswith((OVERRIDE, SKIPPED)))})


def row_digests(matrix: FloatArray) -> list[str]:
    """A name for each lesion (n,) by its features (n, p) and nothing else: equal features, equal names."""
    rounded = np.ascontiguousarray(np.round(matrix, 9) + 0.0)
    rounded[np.isnan(rounded)] = np.nan  # one of the many NaN
    return [hashlib.sha256(row.tobytes()).hexdigest()[:24] for row in rounded]


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
