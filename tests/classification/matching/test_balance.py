"""Standardised differences. Witness: closed forms; test_match holds them against tableone."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.classification.matching.balance import balance_rows, standardised_difference
from pnst.classification.matching.covariates import Covariate

LABEL = np.array([True, True, False, False, False])
ONES = np.ones(5, dtype=bool)


def test_a_number_and_words():
    """Means 3 and 8, variances 2 and 9; shares 1/2 and 1/3."""
    number = Covariate("age", np.array([2.0, 4.0, 5.0, 8.0, 11.0]))
    words = Covariate("level", np.array([0.0, 1.0, 0.0, 1.0, 1.0]), ("C", "T"))
    age, c, t = balance_rows([number, words], LABEL, ONES, np.array([1.0, 0, 1.0, 0, 0]))
    assert (age.before, age.before_sd) == ((3.0, 8.0), (pytest.approx(2**0.5), 3.0))
    assert age.smd_before == pytest.approx(-5 / np.sqrt(5.5))
    assert (age.after, age.after_sd, age.smd_after) == ((2.0, 5.0), (0.0, 0.0), None)
    assert (c.name, c.kind, c.before) == ("level = C", "share", (0.5, pytest.approx(1 / 3)))
    assert c.smd_before == pytest.approx((1 / 6) / np.sqrt((1 / 4 + 2 / 9) / 2))
    assert t.smd_before == pytest.approx(-c.smd_before)
    assert c.smd_after == 0.0


def test_controls_that_share_a_case_count_for_one_together():
    """Witness: two controls of half the weight are as one at their mean."""
    number = Covariate("age", np.array([2.0, 4.0, 4.0, 8.0, 6.0]))
    (row,) = balance_rows([number], LABEL, ONES, np.array([1.0, 1.0, 0.5, 0.5, 1.0]))
    assert row.after == (3.0, 6.0)
    # Σ w (x − 6)² = 0.5·4 + 0.5·4 + 0 = 4 over Σw − Σw² ÷ Σw = 2 − 1.5 ÷ 2.
    assert row.after_sd[1] == pytest.approx(np.sqrt(4 / 1.25))


def test_what_does_not_vary():
    assert standardised_difference((1.0, 0.0), (1.0, 0.0)) == 0.0
    assert standardised_difference((1.0, 0.0), (2.0, 0.0)) is None
