"""What a significant test says of the split fat sign's frequencies."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pnst.classification.evidence_model.split_fat_prior import draw_frequencies, fisher_p, fisher_significant


def odds_ratio(malignant, benign):
    return malignant / (1 - malignant) * (1 - benign) / benign


def test_fisher_is_scipys():
    table = fisher_p(9, 7)
    for malignant in range(10):
        for benign in range(8):
            p = stats.fisher_exact([[malignant, 9 - malignant], [benign, 7 - benign]]).pvalue
            assert table[malignant, benign] == pytest.approx(p, abs=1e-12)


@pytest.mark.parametrize(("sizes", "level", "least"), [((18, 37), 0.05, 3.7), ((25, 15), 0.001, 12.7)])
def test_least_significant_sample_odds_ratio_is_the_published_one(sizes, level, least):
    malignant, benign = np.nonzero(fisher_significant(*sizes, level))
    inner = (malignant < sizes[0]) & (benign > 0)
    assert odds_ratio(malignant[inner] / sizes[0], benign[inner] / sizes[1]).min() == pytest.approx(least, abs=0.05)


def test_the_other_direction_is_not_significant():
    assert not fisher_significant(18, 37, 0.05)[0, 30]
    assert fisher_significant(18, 37, 0.05)[18, 0]


def test_odds_ratio_has_the_stated_median_and_range():
    """Witness: EVIDENCE, "median odds ratio about 13, 95 % interval 1.9 to several hundred"."""
    low, median, high = np.quantile(
        odds_ratio(*draw_frequencies(40_000, np.random.default_rng(5))), [0.025, 0.5, 0.975]
    )
    assert low == pytest.approx(1.9, abs=0.1)
    assert median == pytest.approx(13.4, abs=0.6)
    assert 300 < high < 1500


def test_as_many_draws_as_asked_for():
    malignant, benign = draw_frequencies(5000, np.random.default_rng(1))
    assert malignant.shape == benign.shape == (5000,)
