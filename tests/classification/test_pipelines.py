"""The steps of the pipelines. Witness: the area of each column by all pairs."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.classification.pipelines import TopFeatures
from pnst.errors import InputError


def test_top_features_are_those_with_the_furthest_areas():
    """Witness: the area of each column by all pairs."""
    rng = np.random.default_rng(4)
    malignant = np.arange(40) < 15
    matrix = rng.standard_normal((40, 30)) + np.outer(malignant, rng.normal(0, 1, 30))
    areas = np.array([np.mean(x[malignant][:, None] > x[~malignant]) for x in matrix.T])
    assert TopFeatures(7).fit(matrix, malignant).kept_.tolist() == sorted(np.argsort(-abs(areas - 0.5))[:7])


def test_trees_are_given_no_column_without_two_values():
    malignant = np.arange(20) % 2 == 0
    matrix = np.column_stack([np.full(20, np.nan), np.full(20, 3.0), malignant + 0.0])
    assert TopFeatures(3).fit(matrix, malignant).kept_.tolist() == [2]
    with pytest.raises(InputError, match="nothing to learn from; got: 2 features"):
        TopFeatures(3).fit(matrix[:, :2], malignant)
