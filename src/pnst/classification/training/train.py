"""`train`: a model from a cohort with a known diagnosis, and how it does on lesions that it has not seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from pnst.classification.settings import TrainSettings
from pnst.classification.training.cross_validation import (
    fewer_folds,
    fold_of_each,
    held_out_log_odds,
    one_class_folds,
    outer_splits,
)
from pnst.classification.training.features import EVIDENCE, FeatureChoice, choose_features, feature_matrix
from pnst.classification.training.held_out import held_out_list
from pnst.classification.training.labelled import LabelledTable
from pnst.classification.training.leakage import (
    naming_features,
    refuse_repeated_rows,
    refuse_separating,
    refuse_unused,
    separating_features,
)
from pnst.classification.training.model_card import Data, Feature, ModelCard, versions
from pnst.classification.training.performance import held_out_performance
from pnst.classification.training.prediction import row_digests, standing_notes
from pnst.classification.training.replicates import WITHOUT_INTERVAL, Progress, leaning, replicates
from pnst.classification.training.scorer import Scorer
from pnst.classification.training.trained_model import TrainedModel
from pnst.errors import InputError, SettingError
from pnst.typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd

    from pnst.classification.training.fitting import Fitted, Split

_SAYS_NOTHING = (
    "held-out scores do not rank the classes: every probability is the share of malignant lesions",
    "the evidence ranks these lesions the wrong way round: every probability is the cohort's share of malignant ones",
)
_LEAST_GROUPS, _LEAST_GROUPS_ELSE = {"recalibrated": 5}, 10


@dataclass(frozen=True, eq=False)
class _Cohort:
    """What is learnt from."""

    matrix: FloatArray
    malignant: BoolArray
    groups: IntArray
    folds: IntArray
    """In which of the outer folds each lesion is held out."""


def train(
    table: pd.DataFrame,
    label: str,
    groups: str | None = None,
    *,
    features: Sequence[str] | None = None,
    evidence_score: bool = False,
    split: str | None = None,
    leave_out_constant: bool = False,
    accept_separating: Sequence[str] = (),
    settings: TrainSettings | None = None,
    progress: Progress = lambda _: None,
) -> TrainedModel:
    """Learn a model from a table of lesions with a known diagnosis. Not a medical device.

    Parameters
    ----------
    table : one row a lesion; measured columns, a reader's own, or any others that hold numbers or signs
    label : column of the diagnosis: 1/0, true/false, yes/no, malignant/benign
    groups : column that is equal in lesions of one patient
    features : the columns to learn from; None: every column of numbers or signs
    evidence_score : add the evidence model's log-odds as a feature
    split : column that says in which fold a lesion is held out; None: folds are made, as many as the settings say
    leave_out_constant : leave out columns that are the same in every row instead of refusing them
    accept_separating : features that may separate the classes without an error

    Raises
    ------
    InputError : the table, its label, groups, folds or features cannot be used, or give the diagnosis away
    SettingError : a number of folds beside a column of them, or a cell that its measured column cannot hold

    Examples
    --------
    Ten malignant lesions of forty, most of them darker on the ADC map:

    >>> import pnst
    >>> import pandas as pd
    >>> malignant = np.arange(40) % 4 == 0
    >>> adc = np.where(malignant, 1.0, 1.5) + 0.05 * (np.arange(40) % 13)
    >>> table = pd.DataFrame({"adc.mean_um2_per_ms": adc, "malignant": malignant})
    >>> few = TrainSettings(folds=2, inner_folds=2, inverse_penalties=(0.1,), replicates=10, bootstrap=100)
    >>> model = pnst.train(table, "malignant", settings=few)
    >>> model.features, model.card.prevalence
    (('adc.mean_um2_per_ms',), 0.25)
    >>> dark, bright = (pnst.assess({"adc.mean_um2_per_ms": adc}, model=model).probability for adc in (1.0, 2.1))
    >>> dark > 0.25 > bright
    True
    """
    settings = settings or TrainSettings()
    _refuse_two_splits(split, settings)
    labelled = LabelledTable.of(table, label, groups, split)
    _refuse_few(labelled, settings)
    has_score = settings.model in ("evidence-offset", "recalibrated")
    wanted = _only_evidence(features) if settings.model == "recalibrated" else features
    choice = choose_features(table, labelled.reserved, wanted, evidence_score or has_score, leave_out_constant)
    if settings.model == "evidence-offset" and len(choice.names) == 1:
        raise _nothing_to_correct()
    splits = outer_splits(labelled.malignant, labelled.groups, labelled.folds, settings)
    matrix = feature_matrix(table, choice.names)
    cohort = _Cohort(matrix, labelled.malignant, labelled.groups, fold_of_each(splits))
    warnings = _leaks(cohort, choice, accept_separating, settings)
    warnings += _warnings(cohort, choice, groups, settings)
    if has_score and (evidence_score or EVIDENCE in (features or ())):
        warnings.append(f"the evidence score was asked for, and {settings.model} has it in any case")
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # cohorts are small: threads cost more than they save, and change the last digits
        return _learn(cohort, labelled, splits, choice, (label, groups, split), warnings, settings, progress)


def _leaks(cohort: _Cohort, choice: FeatureChoice, accepted: Sequence[str], settings: TrainSettings) -> list[str]:
    """Raise `InputError` for columns and rows that give the diagnosis away; what is only suspect is a warning."""
    separating = separating_features(cohort.matrix, choice.names, cohort.malignant)
    separating.pop(EVIDENCE, None)  # it was learnt from publications, not from this table
    refuse_unused(accepted, choice.names)
    warnings = refuse_separating(separating, accepted, settings.separation_chance)
    if settings.model != "recalibrated":  # two lesions may well have one score, and its line knows no lesion by heart
        refuse_repeated_rows(cohort.matrix, cohort.groups)
    idle = [name for name in dict.fromkeys(accepted) if name not in separating]
    if idle:
        warnings.append(f"{', '.join(idle)}: accepted as separating, and does not separate the classes")
    return warnings


def _learn(
    cohort: _Cohort,
    labelled: LabelledTable,
    splits: Sequence[Split],
    choice: FeatureChoice,
    columns: tuple[str, str | None, str | None],
    warnings: list[str],
    settings: TrainSettings,
    progress: Progress,
) -> TrainedModel:
    from pnst.classification.training.fitting import fit_calibrated

    warnings += one_class_folds(splits, cohort.malignant)
    warnings += fewer_folds(splits, cohort.malignant, cohort.groups, labelled.folds is None, settings)
    held_out, chosen = held_out_log_odds(cohort.matrix, cohort.malignant, cohort.groups, splits, settings, progress)
    progress("the final model")
    fitted = fit_calibrated(cohort.matrix, cohort.malignant, cohort.groups, settings)
    if fitted.slope == 0:
        warnings.append(_SAYS_NOTHING[settings.model == "recalibrated"])
    if settings.model in WITHOUT_INTERVAL:
        warnings.append(WITHOUT_INTERVAL[settings.model])
    drawn = tuple(replicates(fitted, cohort.matrix, cohort.malignant, cohort.groups, settings, progress))
    label, groups, split = columns
    card = ModelCard(
        settings=settings,
        data=Data(
            label=label,
            groups=groups,
            split=split,
            question=labelled.question,
            lesions=len(cohort.malignant),
            malignant=int(cohort.malignant.sum()),
            group_count=int(cohort.groups.max()) + 1,
            digest=_digest(cohort),
        ),
        features=tuple(_features(cohort.matrix, choice.names)),
        excluded=dict(choice.excluded),
        performance=held_out_performance(held_out, cohort.malignant, cohort.groups, cohort.folds, chosen, settings),
        chosen=fitted.chosen,
        leaning=_leaning(fitted, drawn, cohort.matrix),
        warnings=tuple(warnings),
        versions=versions(),
    )
    scorer = Scorer(fitted.pipeline, fitted.slope, fitted.intercept)
    answers = held_out_list(row_digests(cohort.matrix), expit(held_out), cohort.folds)
    return TrainedModel(card, scorer, drawn, answers, tuple(standing_notes(card)))


def _leaning(fitted: Fitted, drawn: Sequence[Scorer], matrix: FloatArray) -> float:
    """Of what was calibrated on held-out scores; a recalibration is fitted to the lesions themselves."""
    if fitted.lines or not drawn:
        return 0.0
    return leaning(fitted.log_odds(matrix), [one.log_odds(matrix) for one in drawn])


def _features(matrix: FloatArray, names: Sequence[str]) -> Iterator[Feature]:
    for name, x in zip(names, matrix.T, strict=True):
        yield Feature(
            name=name,
            low=float(np.nanmin(x)),
            high=float(np.nanmax(x)),
            missing_fraction=float(np.isnan(x).mean()),
        )


def _warnings(cohort: _Cohort, choice: FeatureChoice, groups: str | None, settings: TrainSettings) -> list[str]:
    rarer = min(int(cohort.malignant.sum()), int((~cohort.malignant).sum()))
    warnings = []
    if groups is None:
        warnings.append("no column of groups: lesions of one patient may be both learnt from and tested on")
    naming = naming_features(cohort.matrix, choice.names, cohort.groups)
    if naming:
        warnings.append(
            f"{', '.join(naming)}: another name of the groups, by its values; leave it out unless it is a finding"
        )
    if rarer < settings.events_per_feature * len(choice.names):
        warnings.append(
            f"{rarer} lesions in the rarer class for {len(choice.names)} features, under "
            f"{settings.events_per_feature:g} a feature: expect less on other patients"
        )
    return warnings


def _digest(cohort: _Cohort) -> str:
    digester = hashlib.sha256(repr(cohort.matrix.shape).encode())
    for part in (cohort.matrix + 0.0, cohort.malignant, cohort.groups):
        digester.update(np.ascontiguousarray(part).tobytes())
    return digester.hexdigest()


def _refuse_few(labelled: LabelledTable, settings: TrainSettings) -> None:
    groups, malignant = labelled.groups, labelled.malignant
    counts = [np.unique(groups[malignant]).size, np.unique(groups[~malignant]).size]
    least = settings.least_groups or _LEAST_GROUPS.get(settings.model, _LEAST_GROUPS_ELSE)
    if min(counts) < least:
        raise InputError(
            "there are too few lesions to learn from",
            got=f"{counts[0]} groups with a malignant lesion, {counts[1]} with a benign one",
            expected=f"at least {least} of each",
            remedy="use the evidence model as it is or recalibrated (--model recalibrated), or add lesions",
        )


def _refuse_two_splits(split: str | None, settings: TrainSettings) -> None:
    if split is not None and settings.folds is not None:
        raise SettingError(
            "the folds are given twice",
            got=f"a number of folds, {settings.folds}, and a column of them, {split!r}",
            expected="one of them",
            remedy="leave out --folds (`folds` in the settings), or --split",
        )


def _nothing_to_correct() -> InputError:
    return InputError(
        "the evidence model's score is the offset, and there is no feature to correct it with",
        got=EVIDENCE,
        expected="at least one feature besides",
        remedy="add a feature, or recalibrate the score with --model recalibrated",
    )


def _only_evidence(features: Sequence[str] | None) -> tuple[str, ...]:
    """The evidence score, which is all that `recalibrated` reads. Raises `SettingError` for other features."""
    others = [name for name in features or () if name != EVIDENCE]
    if others:
        raise SettingError(
            "a recalibrated model reads the evidence score alone",
            got=", ".join(others[:3]),
            expected=f"no features, or {EVIDENCE}",
            remedy="leave out --features, or take --model evidence-offset, which corrects the score by them",
        )
    return (EVIDENCE,)
