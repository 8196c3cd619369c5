"""The exact interval of a proportion, against SciPy and a printed one."""

from __future__ import annotations

import pytest
from scipy import stats

from pnst.evidence.rule import clopper_pearson_interval


@pytest.mark.parametrize(("positive", "total"), [(34, 36), (0, 12), (19, 19), (25, 41)])
def test_exact_interval_is_scipys(positive, total):
    ours = clopper_pearson_interval(positive, total)
    theirs = stats.binomtest(positive, total).proportion_ci(method="exact")
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_ahlawats_exact_interval_is_the_printed_one():
    assert clopper_pearson_interval(34, 36) == pytest.approx((0.813, 0.993), abs=0.0005)
