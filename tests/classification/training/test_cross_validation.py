"""The folds, and the warnings where there are fewer than asked for. Witness: groups counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from classification.simulated_cohorts import QUICK
from pnst.classification.settings import TrainSettings
from pnst.classification.training.cross_validation import OUTER_FOLDS, fewer_folds, held_out_log_odds, outer_splits

GROUPS = np.arange(40)
MALIGNANT = GROUPS < 4
"""Four groups of the rarer class."""


def splits(folds: int | None):
    return outer_splits(MALIGNANT, GROUPS, None, TrainSettings(folds=folds))


def test_five_folds_unless_the_settings_say_otherwise():
    many = GROUPS % 2 == 0
    assert len(outer_splits(many, GROUPS, None, TrainSettings())) == OUTER_FOLDS == 5
    assert len(outer_splits(many, GROUPS, None, TrainSettings(folds=7))) == 7


def test_the_tables_own_folds():
    folds = GROUPS % 3
    for fold, (train_rows, test_rows) in enumerate(outer_splits(MALIGNANT, GROUPS, folds, TrainSettings())):
        assert set(folds[test_rows]) == {fold}
        assert fold not in folds[train_rows]


@pytest.mark.parametrize(
    ("asked", "inner", "expected"),
    [
        (3, 2, []),
        (4, 3, []),
        (9, 3, ["4 outer folds instead of 9"]),
        (None, 3, ["4 outer folds instead of 5"]),
        (4, 5, ["3 inner folds instead of 5"]),
        (9, 4, ["4 outer folds instead of 9", "3 inner folds instead of 4"]),
    ],
)
def test_fewer_folds_than_asked_for_are_warned_of(asked, inner, expected):
    settings = TrainSettings(folds=asked, inner_folds=inner)
    warnings = list(fewer_folds(splits(asked), MALIGNANT, GROUPS, True, settings))
    assert [warning.split(":")[0].split(" in a training")[0] for warning in warnings] == expected


def test_folds_of_the_table_are_as_many_as_they_are():
    given = outer_splits(MALIGNANT, GROUPS, GROUPS % 2, TrainSettings(inner_folds=2))
    assert list(fewer_folds(given, MALIGNANT, GROUPS, False, TrainSettings(inner_folds=2))) == []


def test_every_lesion_is_held_out_once():
    matrix = np.random.default_rng(0).standard_normal((40, 2))
    malignant = GROUPS % 2 == 0
    steps = []
    log_odds, chosen = held_out_log_odds(
        matrix, malignant, GROUPS, outer_splits(malignant, GROUPS, None, QUICK), QUICK, steps.append
    )
    assert np.isfinite(log_odds).all()
    assert steps == ["fold 1 of 3", "fold 2 of 3", "fold 3 of 3"]
    assert len(chosen) == 3
