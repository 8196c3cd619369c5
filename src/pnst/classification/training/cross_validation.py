"""Cross-validation: the folds, and what each lesion is given by a model that had not seen its group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pnst.classification.settings import TrainSettings
from pnst.errors import InputError
from pnst.typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from pnst.classification.training.fitting import Split

OUTER_FOLDS = 5
"""Where neither the settings nor the table say how many."""
Progress = Callable[[str], None]


def outer_splits(
    malignant: BoolArray, groups: IntArray, folds: IntArray | None, settings: TrainSettings
) -> list[Split]:
    """The folds that the table gives (n,), else as many as the settings say. Raises `InputError` where none can be."""
    from pnst.classification.training.fitting import grouped_splits

    if folds is None:
        splits = grouped_splits(malignant, groups, settings.folds or OUTER_FOLDS, settings.seed)
    else:
        splits = _given_splits(folds, malignant)
    if not any(_has_both(malignant[rows]) for _, rows in splits):
        raise InputError(
            "no fold holds both classes, so no held-out malignant lesion can be compared with a benign one",
            got=f"{len(splits)} folds, each of one class",
            expected="at least one fold with a malignant and a benign lesion; a score ranks lesions of one fold alone",
            remedy="take fewer, larger folds",
        )
    return splits


def fold_of_each(splits: Sequence[Split]) -> IntArray:
    """In which fold (n,) each lesion is held out.

    >>> fold_of_each([(np.array([1]), np.array([0, 2])), (np.array([0, 2]), np.array([1]))]).tolist()
    [0, 1, 0]
    """
    folds = np.empty(sum(len(rows) for _, rows in splits), dtype=np.int64)
    for number, (_, rows) in enumerate(splits):
        folds[rows] = number
    return folds


def one_class_folds(splits: Sequence[Split], malignant: BoolArray) -> Iterator[str]:
    """A warning where folds lack a class."""
    lacking = [len(rows) for _, rows in splits if not _has_both(malignant[rows])]
    if lacking:
        yield (
            f"{len(lacking)} of {len(splits)} outer folds lack a class: the AUC, which compares lesions within a fold, "
            f"leaves out their {sum(lacking)} lesions"
        )


def _has_both(malignant: BoolArray) -> bool:
    return bool(malignant.any() and not malignant.all())


def fewer_folds(
    splits: Sequence[Split], malignant: BoolArray, groups: IntArray, made: bool, settings: TrainSettings
) -> Iterator[str]:
    """Warnings where a class has fewer groups than there should be folds."""
    from pnst.classification.training.fitting import groups_in_rarer_class

    wanted = settings.folds or OUTER_FOLDS
    if made and len(splits) < wanted:
        yield f"{len(splits)} outer folds instead of {wanted}: the rarer class has no more groups"
    if settings.model == "recalibrated":  # has no inner folds
        return
    parts = [groups_in_rarer_class(malignant[rows], groups[rows]) for rows, _ in splits]
    if min(parts) < settings.inner_folds:
        fewest = f"{min(parts)} inner folds instead of {settings.inner_folds}"
        yield f"{fewest} in a training part whose rarer class has no more groups"


def held_out_log_odds(
    matrix: FloatArray,
    malignant: BoolArray,
    groups: IntArray,
    splits: Sequence[Split],
    settings: TrainSettings,
    progress: Progress = lambda _: None,
) -> tuple[FloatArray, list[dict[str, float]]]:
    """Nested cross-validation: each lesion's log-odds (n,) by a model fitted, tuned and calibrated without its fold,
    and what the inner folds chose there.
    """
    from pnst.classification.training.fitting import fit_calibrated

    log_odds, chosen = np.full(len(malignant), np.nan), []
    for number, (train_rows, test_rows) in enumerate(splits, start=1):
        progress(f"fold {number} of {len(splits)}")
        fitted = fit_calibrated(matrix[train_rows], malignant[train_rows], groups[train_rows], settings)
        log_odds[test_rows] = fitted.log_odds(matrix[test_rows])
        chosen.append(fitted.chosen)
    return log_odds, chosen


def _given_splits(folds: IntArray, malignant: BoolArray) -> list[Split]:
    splits: list[Split] = [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in np.unique(folds)]
    if len(splits) < 2 or any(np.ptp(malignant[rows].astype(int)) == 0 for rows, _ in splits):
        raise InputError(
            "the column of folds leaves a training part without both classes",
            got=f"{len(splits)} folds",
            expected="at least 2 folds, and both classes outside each of them",
            remedy="correct the column, or leave it out and let the folds be made",
        )
    return splits
