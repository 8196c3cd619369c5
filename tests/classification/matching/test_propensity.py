"""Propensity scores. Witness: closed forms; test_match holds them against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.classification.matching.covariates import Covariate
from pnst.classification.matching.propensity import pooled_sd, propensity_logits
from pnst.errors import InputError

LABEL = np.array([True, True, True, False, True, False, False, False, False, False])
SEX = Covariate("sex", np.array([1.0, 1, 1, 1, 0, 0, 0, 0, 0, 0]))


def test_of_one_sign_it_is_the_share_with_the_label():
    """3 of 4, and 1 of 6: logits ln 3 and −ln 5."""
    logits = propensity_logits([SEX], LABEL, np.ones(10, dtype=bool))
    assert logits == pytest.approx(np.where(SEX.values == 1, np.log(3), -np.log(5)), abs=1e-9)


def test_rows_that_are_left_out_have_none():
    rows = np.ones(10, dtype=bool)
    rows[0] = False
    logits = propensity_logits([SEX], LABEL, rows)
    assert np.isnan(logits[0])
    assert logits[1] == pytest.approx(np.log(2))


def test_words_are_one_hot():
    words = Covariate("level", np.array([0.0, 0, 1, 1, 2, 2, 0, 1, 2, 2]), ("C", "L", "T"))
    logits = propensity_logits([words], LABEL, np.ones(10, dtype=bool))
    assert logits[[0, 2, 4]] == pytest.approx(np.log([2 / 1, 1 / 2, 1 / 3]), abs=1e-9)


def test_pooled_sd_is_the_root_of_the_mean_variance():
    values = np.array([0.0, 2.0, 10.0, 16.0, np.nan])
    assert pooled_sd(values, np.array([True, True, False, False, False])) == pytest.approx(np.sqrt((2 + 18) / 2))


def test_too_few_are_refused():
    with pytest.raises(InputError, match="do not overlap"):
        propensity_logits([SEX], LABEL, np.array([True, False, False, True, False, True, True, True, True, True]))
