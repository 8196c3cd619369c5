"""The exact interval of a proportion, against SciPy and a printed one; counts in words, worked by hand."""

from __future__ import annotations

import pytest
from scipy import stats

from pnst.evidence.rule import Consequences, RulePerformance, clopper_pearson_interval


@pytest.mark.parametrize(("positive", "total"), [(34, 36), (0, 12), (19, 19), (25, 41)])
def test_exact_interval_is_scipys(positive, total):
    ours = clopper_pearson_interval(positive, total)
    theirs = stats.binomtest(positive, total).proportion_ci(method="exact")
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_ahlawats_exact_interval_is_the_printed_one():
    assert clopper_pearson_interval(34, 36) == pytest.approx((0.813, 0.993), abs=0.0005)


def test_each_result_is_told_by_how_often_the_source_saw_it():
    """11 of 12 malignant and 55 − 54 = 1 of 55 benign lesions are positive; the others are negative."""
    counts = RulePerformance(11, 12, 54, 55)
    assert counts.consequences.positive == (
        "which speaks for malignancy (as in 11 of 12 malignant and 1 of 55 benign lesions of the source)"
    )
    assert "against malignancy (as in 1 of 12 malignant and 54 of 55 benign" in counts.consequences.negative
    assert str(counts) == "sensitivity 11/12 (92 %), specificity 54/55 (98 %)"


def test_a_count_that_is_not_known_is_not_made_up():
    counts = RulePerformance(29, 34, None, 60)
    for text in (counts.consequences.positive, counts.consequences.negative):
        assert text.endswith("malignant lesions of the source; of its benign ones it is not known)")
    assert str(counts) == "sensitivity 29/34 (85 %), specificity not available"


def test_what_is_not_decided_has_no_consequence():
    text = Consequences("this", "that").of("indeterminate")
    assert text == "; the rule decides nothing"
