"""What a significant test says of the split fat sign's frequencies. Witnesses: SciPy's tests, rejection sampling."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pnst.classification.evidence_model.frequency import Positives
from pnst.classification.evidence_model.quasi_random import Variates
from pnst.classification.evidence_model.split_fat_prior import draw_frequencies, fisher_p, fisher_significant
from pnst.evidence.csv_rows import Censored


def odds_ratio(malignant, benign):
    return malignant / (1 - malignant) * (1 - benign) / benign


def drawn(count: int = 16_384, **counted) -> tuple[np.ndarray, np.ndarray]:
    v = Variates(count, 3)
    return draw_frequencies(v.uniform(), v.uniform(), **counted)


def by_rejection(count: int, rng: np.random.Generator) -> np.ndarray:
    """Frequencies (2, kept): uniform, kept where counts drawn at 18 M / 37 B are significant in the direction."""
    p = rng.random((2, count))
    malignant, benign = rng.binomial(18, p[0]), rng.binomial(37, p[1])
    return p[:, fisher_significant(18, 37, 0.05)[malignant, benign]]


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


@pytest.mark.parametrize("level", [0.025, 0.1, 0.5, 0.9, 0.975])
def test_quantiles_are_those_of_rejection_sampling(level):
    """Of both frequencies, and of what ties them together: their odds ratio."""
    kept, ours = by_rejection(400_000, np.random.default_rng(7)), drawn()
    for x, y in (*zip(ours, kept, strict=True), (sum(ours), sum(kept))):
        assert np.quantile(x, level) == pytest.approx(np.quantile(y, level), abs=0.006)
    ratios = [np.log(np.quantile(odds_ratio(*pair), level)) for pair in (ours, kept)]
    assert ratios[0] == pytest.approx(ratios[1], abs=0.06)


def test_odds_ratio_has_the_stated_median_and_range():
    """Witness: EVIDENCE, "median odds ratio about 13, 95 % interval 1.9 to several hundred"."""
    low, median, high = np.quantile(odds_ratio(*drawn()), [0.025, 0.5, 0.975])
    assert low == pytest.approx(1.9, abs=0.1)
    assert median == pytest.approx(13.4, abs=0.6)
    assert 300 < high < 1500


def test_frequencies_have_finite_probits():
    ends = np.array([2.0**-53, 1 - 2.0**-53])
    for first in ends:
        for frequency in draw_frequencies(np.full(2, first), ends):
            assert np.all(np.isfinite(stats.norm.ppf(frequency)))


class TestCounts:
    """Counts of a site weigh the square. Witness: rejection sampling weighted by their binomial probability."""

    @pytest.mark.parametrize(
        ("malignant", "benign"), [(Positives(12, 20), Positives(9, 30)), (Positives(Censored(0, 4), 12), None)]
    )
    def test_they_weigh_it(self, malignant, benign):
        p = by_rejection(400_000, np.random.default_rng(8))
        counts = range(5) if isinstance(malignant.positive, Censored) else [malignant.positive]
        weight = sum(stats.binom.pmf(k, malignant.n, p[0]) for k in counts)
        if benign is not None:
            weight = weight * stats.binom.pmf(benign.positive, benign.n, p[1])
        ours = drawn(malignant=[malignant], benign=[benign] if benign else [])
        for x, y in zip(ours, p, strict=True):
            assert x.mean() == pytest.approx(np.average(y, weights=weight), abs=0.005)

    def test_five_hundred_say_their_share(self):
        malignant, benign = drawn(malignant=[Positives(300, 500)], benign=[Positives(100, 500)])
        assert malignant.mean() == pytest.approx(0.6, abs=0.01)
        assert benign.mean() == pytest.approx(0.2, abs=0.01)
