"""What a site's count says of a frequency. Witness: scipy's binomial."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom

from pnst.classification.evidence_model.frequency import LOGITS, Positives
from pnst.classification.evidence_model.site_counts import (
    log_likelihood_measured,
    log_likelihood_over,
    log_likelihood_read,
)
from pnst.evidence.csv_rows import Censored

P = expit(LOGITS)
LIKELY = slice(160, 321)  # where no probability is within rounding of 0


@pytest.mark.parametrize("count", [0, 7, 20, Censored(0, 4), Censored(16, 20)])
def test_a_readers_count_is_binomial(count):
    low, high = (count.low, count.high) if isinstance(count, Censored) else (count, count)
    expected = sum(binom.pmf(k, 20, P) for k in range(low, high + 1))
    assert np.exp(log_likelihood_read(Positives(count, 20)))[LIKELY] == pytest.approx(expected[LIKELY], rel=1e-9)


def test_a_measured_count_is_binomial_in_what_is_measured():
    se, sp = np.array([0.8, 0.95]), np.array([0.9, 0.7])
    likelihood = np.exp(log_likelihood_measured(Positives(6, 20), se, sp))
    for row, s, t in zip(likelihood, se, sp, strict=True):
        assert row == pytest.approx(binom.pmf(6, 20, s * P + (1 - t) * (1 - P)), rel=1e-9)
    mean = np.exp(log_likelihood_over(Positives(6, 20), se, sp))
    pairs = [(s, t) for s in se for t in sp]
    expected = np.mean([binom.pmf(6, 20, s * P + (1 - t) * (1 - P)) for s, t in pairs], axis=0)
    assert mean == pytest.approx(expected, rel=1e-9)
