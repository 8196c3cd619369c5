"""`train`: a model from a cohort with a known diagnosis, and how it does on lesions that it has not seen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from pnst.classification.metrics.reliability import reliability
from pnst.classification.metrics.roc import bootstrap_areas, delong
from pnst.classification.settings import TrainSettings
from pnst.classification.training.cross_validation import fewer_folds, held_out_log_odds, outer_splits
from pnst.classification.training.features import EVIDENCE, FeatureChoice, choose_features, feature_matrix
from pnst.classification.training.labelled import LabelledTable
from pnst.classification.training.leakage import (
    naming_features,
    refuse_repeated_rows,
    refuse_separating,
    refuse_unused,
    separating_features,
)
from pnst.classification.training.model_card import Data, Feature, HeldOutPerformance, ModelCard, versions
from pnst.classification.training.prediction import row_digests
from pnst.classification.training.scorer import Scorer
from pnst.classification.training.trained_model import TrainedModel
from pnst.errors import InputError, SettingError
from pnst.typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd

    from pnst.classification.training.fitting import Fitted

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class _Cohort:
    """What is learnt from."""

    matrix: FloatArray
    malignant: BoolArray
    groups: IntArray


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
    offset = settings.model == "evidence-offset"
    choice = choose_features(table, labelled.reserved, features, evidence_score or offset, leave_out_constant)
    if offset and len(choice.names) == 1:
        raise _nothing_to_correct()
    cohort = _Cohort(feature_matrix(table, choice.names), labelled.malignant, labelled.groups)
    warnings = _leaks(cohort, choice, accept_separating, settings.separation_chance)
    warnings += _warnings(cohort, choice, groups, settings)
    if offset and (evidence_score or EVIDENCE in (features or ())):
        warnings.append("the evidence score was asked for, and evidence-offset has it in any case")
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # cohorts are small: threads cost more than they save, and change the last digits
        return _learn(cohort, labelled, choice, (label, groups, split), warnings, settings, progress)


def _leaks(cohort: _Cohort, choice: FeatureChoice, accepted: Sequence[str], min_probability: float) -> list[str]:
    """Raise `InputError` for columns and rows that give the diagnosis away; what is only suspect is a warning."""
    separating = separating_features(cohort.matrix, choice.names, cohort.malignant)
    separating.pop(EVIDENCE, None)  # it was learnt from publications, not from this table
    refuse_unused(accepted, choice.names)
    warnings = refuse_separating(separating, accepted, min_probability)
    refuse_repeated_rows(cohort.matrix, cohort.groups)
    idle = [name for name in dict.fromkeys(accepted) if name not in separating]
    if idle:
        warnings.append(f"{', '.join(idle)}: accepted as separating, and does not separate the classes")
    return warnings


def _learn(
    cohort: _Cohort,
    labelled: LabelledTable,
    choice: FeatureChoice,
    columns: tuple[str, str | None, str | None],
    warnings: list[str],
    settings: TrainSettings,
    progress: Progress,
) -> TrainedModel:
    from pnst.classification.training.fitting import fit_calibrated

    splits = outer_splits(cohort.malignant, cohort.groups, labelled.folds, settings)
    warnings += fewer_folds(splits, cohort.malignant, cohort.groups, labelled.folds is None, settings)
    held_out, chosen = held_out_log_odds(cohort.matrix, cohort.malignant, cohort.groups, splits, settings, progress)
    progress("the final model")
    fitted = fit_calibrated(cohort.matrix, cohort.malignant, cohort.groups, settings)
    if fitted.slope == 0:
        warnings.append("held-out scores do not rank the classes: every probability is the share of malignant lesions")
    label, groups, split = columns
    card = ModelCard(
        settings=settings,
        data=Data(
            label=label,
            groups=groups,
            split=split,
            lesions=len(cohort.malignant),
            malignant=int(cohort.malignant.sum()),
            group_count=int(cohort.groups.max()) + 1,
            digest=_digest(cohort),
        ),
        features=tuple(_features(cohort.matrix, choice.names)),
        excluded=dict(choice.excluded),
        performance=_performance(held_out, cohort, chosen, settings),
        chosen=fitted.chosen,
        warnings=tuple(warnings),
        versions=versions(),
    )
    replicates = tuple(_replicates(fitted, cohort, settings, progress))
    scorer = Scorer(fitted.pipeline, fitted.slope, fitted.intercept)
    return TrainedModel(card, scorer, replicates, _by_digest(cohort.matrix, expit(held_out)))


def _replicates(fitted: Fitted, cohort: _Cohort, settings: TrainSettings, progress: Progress) -> Iterator[Scorer]:
    """The chosen candidate refitted and calibrated on groups drawn with replacement.

    Malignant and benign groups are drawn together: their share is as uncertain as the rest.
    A group that was drawn twice is one group to the inner folds, so that its lesions are never in two of them.
    """
    from pnst.classification.training.fitting import refit

    rng = np.random.default_rng(settings.seed)
    order = np.argsort(cohort.groups, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(cohort.groups[order])) + 1)
    for number in range(1, settings.replicates + 1):
        progress(f"interval {number} of {settings.replicates}")
        again = None
        while again is None:
            drawn = rng.integers(0, len(members), len(members))
            rows = np.concatenate([members[group] for group in drawn])
            # A resample with hardly any of one class cannot be split, and is drawn again; the cohort itself could be.
            with suppress(InputError):
                again = refit(fitted, cohort.matrix[rows], cohort.malignant[rows], cohort.groups[rows], settings)
        yield Scorer(again.pipeline, again.slope, again.intercept)


def _performance(
    log_odds: FloatArray, cohort: _Cohort, chosen: list[dict[str, float]], settings: TrainSettings
) -> HeldOutPerformance:
    delong_result = delong(log_odds[None], cohort.malignant)
    areas = bootstrap_areas(log_odds, cohort.malignant, cohort.groups, settings.bootstrap, settings.seed)
    low, high = np.quantile(areas, [0.025, 0.975])
    reliable = reliability(expit(log_odds), cohort.malignant)
    return HeldOutPerformance(
        auc=float(delong_result.areas[0]),
        auc_delong=delong_result.interval(),
        auc_bootstrap=(float(low), float(high)),
        brier=reliable.brier,
        brier_of_prevalence=reliable.brier_of_prevalence,
        calibration_slope=reliable.slope,
        calibration_slope_interval=reliable.slope_interval,
        calibration_intercept=reliable.intercept,
        calibration_intercept_interval=reliable.intercept_interval,
        folds=len(chosen),
        chosen=tuple(chosen),
    )


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


def _by_digest(matrix: FloatArray, probability: FloatArray) -> dict[str, float]:
    by_digest: dict[str, list[float]] = {}
    for digest, p in zip(row_digests(matrix), probability, strict=True):
        by_digest.setdefault(digest, []).append(float(p))
    return {digest: float(np.mean(p)) for digest, p in by_digest.items()}


def _digest(cohort: _Cohort) -> str:
    digester = hashlib.sha256(repr(cohort.matrix.shape).encode())
    for part in (cohort.matrix + 0.0, cohort.malignant, cohort.groups):
        digester.update(np.ascontiguousarray(part).tobytes())
    return digester.hexdigest()


def _refuse_few(labelled: LabelledTable, settings: TrainSettings) -> None:
    groups, malignant = labelled.groups, labelled.malignant
    counts = [np.unique(groups[malignant]).size, np.unique(groups[~malignant]).size]
    if min(counts) < settings.least_groups:
        raise InputError(
            "there are too few lesions to learn from",
            got=f"{counts[0]} groups with a malignant lesion, {counts[1]} with a benign one",
            expected=f"at least {settings.least_groups} of each",
            remedy="use the evidence model, which needs no training, or add lesions",
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
        remedy=f"add a feature, or recalibrate the score with --model logistic --features {EVIDENCE}",
    )
