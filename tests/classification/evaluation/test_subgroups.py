"""Models in the lesions that share a value. Witnesses: areas and shares counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pnst.classification.evaluation.predictions import ModelPredictions
from pnst.classification.evaluation.subgroups import NOT_GIVEN, levels_of, subgroups_of
from pnst.errors import InputError

PROBABILITY = np.array([0.9, 0.2, 0.6, 0.4, 0.7])
MALIGNANT = np.array([True, False, False, True, True])


def test_a_subgroup_by_hand():
    """The first four lesions: 3 of 4 pairs are in order; at ½ one of two malignant and one of two benign are right."""
    predictions = ModelPredictions(
        "m", "m, prior 0.5", PROBABILITY, PROBABILITY, PROBABILITY, [None] * 5, np.zeros(5, dtype=bool), np.full(5, -1)
    )
    limb, unknown = subgroups_of([predictions], {"location": ["limb"] * 4 + [NOT_GIVEN]}, MALIGNANT, 0.5)
    assert (limb.value, limb.lesions, limb.malignant, limb.area) == ("limb", 4, 2, 0.75)
    assert limb.brier == pytest.approx((0.1**2 + 0.2**2 + 0.6**2 + 0.6**2) / 4)
    assert (limb.at_threshold.sensitivity.count, limb.at_threshold.specificity.count) == (1, 1)
    assert (unknown.value, unknown.lesions, unknown.area, unknown.area_interval) == (NOT_GIVEN, 1, None, None)


def test_levels_are_the_cells_in_words_and_few():
    table = pd.DataFrame({"site": ["a", None, "b", "a"]})
    assert levels_of(table, "site", 3) == ["a", NOT_GIVEN, "b", "a"]
    with pytest.raises(InputError, match=r"'site' does not divide.*got: 3 different values; expected: at most 2"):
        levels_of(table, "site", 2)
