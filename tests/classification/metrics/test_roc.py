"""Areas under ROC curves. Witnesses: all pairs counted, DeLong's components summed one by one, scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.metrics import roc_curve as their_curve

from pnst.classification.metrics.roc import bootstrap_areas, compare, delong
from pnst.classification.metrics.roc_curve import roc_curve


def scores_of(lesions: int = 41, ties: bool = True, seed: int = 0):
    rng = np.random.default_rng(seed)
    malignant = rng.random(lesions) < 0.4
    scores = rng.normal(0, 1, (2, lesions)) + malignant * np.array([[1.2], [0.5]])
    return (np.round(scores, 1) if ties else scores), malignant


def psi(x: float, y: float) -> float:
    """A malignant and a benign score: 1 in order, ½ tied, 0 out of order."""
    return 1.0 if x > y else 0.5 if x == y else 0.0


def components(scores, malignant):
    """DeLong's structural components by their definition, pair by pair."""
    positive, negative = scores[malignant], scores[~malignant]
    of_positive = [sum(psi(x, y) for y in negative) / len(negative) for x in positive]
    of_negative = [sum(psi(x, y) for x in positive) / len(positive) for y in negative]
    return np.array(of_positive), np.array(of_negative)


@pytest.mark.parametrize("ties", [True, False])
def test_areas_and_covariance_are_those_of_the_definition(ties):
    scores, malignant = scores_of(ties=ties)
    result = delong(scores, malignant)
    parts = [components(row, malignant) for row in scores]
    m, n = int(malignant.sum()), int((~malignant).sum())
    for i in range(2):
        assert result.areas[i] == pytest.approx(parts[i][0].mean(), abs=1e-12)
        assert result.areas[i] == pytest.approx(roc_auc_score(malignant, scores[i]), abs=1e-12)
        for j in range(2):
            expected = sum(
                np.sum((parts[i][k] - parts[i][k].mean()) * (parts[j][k] - parts[j][k].mean())) / (size - 1) / size
                for k, size in enumerate((m, n))
            )
            assert result.covariance[i, j] == pytest.approx(expected, abs=1e-12)


def test_the_interval_covers_the_true_area():
    """Simulation: scores one SD apart have the area Φ(1/√2) = .760; of 400 studies 95 % ± 3 % cover it."""
    rng = np.random.default_rng(8)
    covered = 0
    for _ in range(400):
        malignant = np.arange(60) < 25
        scores = rng.standard_normal(60) + malignant
        low, high = delong(scores[None], malignant).interval()
        covered += low <= 0.76025 <= high
    assert 0.92 <= covered / 400 <= 0.98


def test_complete_separation_has_no_interval():
    result = delong(np.arange(8.0)[None], np.arange(8) > 3)
    assert result.areas[0] == 1.0
    assert result.interval() is None


def test_the_curve_is_that_of_scikit_learn():
    scores, malignant = scores_of()
    false, true = roc_curve(scores[0], malignant)
    theirs = their_curve(malignant, scores[0], drop_intermediate=False)
    assert np.column_stack([false, true]) == pytest.approx(np.column_stack(theirs[:2]))
    assert np.trapezoid(true, false) == pytest.approx(roc_auc_score(malignant, scores[0]))


class TestBootstrap:
    def test_a_resample_is_a_weighted_area(self):
        """Witness: scikit-learn with the same weights."""
        scores, malignant = scores_of()
        groups = np.random.default_rng(2).permutation(np.arange(41) // 2)
        number = groups.max() + 1
        picks = np.random.default_rng(4).multinomial(number, np.full(number, 1 / number), size=20)
        expected = [roc_auc_score(malignant, scores[0], sample_weight=pick[groups]) for pick in picks]
        assert bootstrap_areas(scores[0], malignant, groups, 20, seed=4) == pytest.approx(expected, abs=1e-12)

    def test_whole_groups_are_drawn(self):
        """Each lesion three times, in one group: the spread is that of the lesions, not of three times as many."""
        scores, malignant = scores_of(60, ties=False, seed=3)
        one = bootstrap_areas(scores[0], malignant, np.arange(60), 3000, 1)
        thrice = (np.tile(scores[0], 3), np.tile(malignant, 3))
        together = bootstrap_areas(*thrice, np.tile(np.arange(60), 3), 3000, 1)
        apart = bootstrap_areas(*thrice, np.arange(180), 3000, 1)
        assert together.std() == pytest.approx(one.std(), rel=1e-9)
        assert apart.std() < 0.7 * one.std()

    def test_resamples_without_both_classes_are_left_out(self):
        areas = bootstrap_areas(np.arange(4.0), np.arange(4) > 2, np.arange(4), 500, 1)
        assert 200 < areas.size < 500
        assert set(areas) == {1.0}


class TestComparison:
    def test_p_is_two_sided_normal(self):
        scores, malignant = scores_of()
        result = compare(scores, malignant, ("a", "b"))
        both = delong(scores, malignant)
        variance = both.covariance[0, 0] + both.covariance[1, 1] - 2 * both.covariance[0, 1]
        assert result.difference == pytest.approx(both.areas[0] - both.areas[1])
        assert result.z == pytest.approx(result.difference / np.sqrt(variance))
        low, high = result.interval
        assert (result.p_value < 0.05) == (not low <= 0 <= high)

    def test_equal_rankings_have_no_p(self):
        scores, malignant = scores_of()
        result = compare(np.stack([scores[0], 3 * scores[0]]), malignant, ("a", "b"))
        assert (result.difference, result.p_value, result.interval) == (0.0, None, None)

    def test_under_no_difference_p_is_uniform(self):
        """Simulation: two scores of equal quality differ at p < .05 in 5 % ± 3 % of 400 studies."""
        rng = np.random.default_rng(1)
        malignant = np.arange(80) < 35
        signal = malignant + rng.standard_normal((400, 80))
        below = [compare(one + rng.standard_normal((2, 80)), malignant, ("a", "b")).p_value < 0.05 for one in signal]
        assert 0.02 <= np.mean(below) <= 0.08


class TestStrata:
    """Scores that several models gave: pairs within one are compared. Witness: the pairs, one by one."""

    def strata(self, seed: int = 5):
        return np.random.default_rng(seed).integers(0, 4, 41)

    @pytest.mark.parametrize("ties", [True, False])
    def test_the_area_counts_pairs_of_one_stratum(self, ties):
        scores, malignant = scores_of(ties=ties)
        strata = self.strata()
        pairs = [
            psi(scores[0, i], scores[0, j])
            for i in np.flatnonzero(malignant)
            for j in np.flatnonzero(~malignant)
            if strata[i] == strata[j]
        ]
        assert delong(scores, malignant, strata).areas[0] == pytest.approx(np.mean(pairs), abs=1e-12)

    def test_what_sets_the_strata_apart_does_not_matter(self):
        scores, malignant = scores_of()
        strata = self.strata()
        one, other = delong(scores, malignant, strata), delong(scores + 10 * strata, malignant, strata)
        assert other.areas == pytest.approx(one.areas, abs=1e-12)
        assert other.covariance == pytest.approx(one.covariance, abs=1e-12)
        assert delong(scores + 10 * strata, malignant).areas[0] != pytest.approx(one.areas[0], abs=0.05)

    def test_each_score_has_its_own(self):
        scores, malignant = scores_of()
        both = delong(scores, malignant, np.stack([self.strata(), np.zeros(41, dtype=int)]))
        apart = delong(scores[:1], malignant, self.strata()), delong(scores[1:], malignant)
        assert both.areas == pytest.approx([apart[0].areas[0], apart[1].areas[0]])
        assert np.diag(both.covariance) == pytest.approx([one.covariance[0, 0] for one in apart])

    def test_the_interval_covers_the_true_area(self):
        """Scores one SD apart, in five strata of their own levels: 95 % ± 3 % of 400 studies hold Φ(1/√2) = .760.

        Strata of a dozen lesions hold it in 98 %: DeLong's variance counts what chance adds to a single pair twice.
        """
        rng = np.random.default_rng(8)
        covered = []
        for _ in range(400):
            malignant, strata = np.arange(150) < 60, rng.permutation(np.arange(150) % 5)
            low, high = delong((rng.standard_normal(150) + malignant + strata)[None], malignant, strata).interval()
            covered.append(low <= 0.76025 <= high)
        assert 0.92 <= np.mean(covered) <= 0.98

    def test_without_a_pair_there_is_no_area(self):
        malignant = np.arange(6) < 3
        nothing = delong(np.arange(6.0)[None], malignant, malignant.astype(int))
        assert nothing.area() is nothing.interval() is None
        assert roc_curve(np.arange(6.0), malignant, malignant.astype(int)) is None
        assert compare(np.ones((2, 6)), malignant, ("a", "b"), malignant.astype(int)) is None
        assert bootstrap_areas(np.arange(6.0), malignant, np.arange(6), 50, 1, malignant.astype(int)).size == 0

    @pytest.mark.parametrize("ties", [True, False])
    def test_the_curve_has_the_area_and_rises(self, ties):
        scores, malignant = scores_of(ties=ties)
        false, true = roc_curve(scores[0], malignant, self.strata())
        assert np.trapezoid(true, false) == pytest.approx(delong(scores, malignant, self.strata()).areas[0], abs=1e-12)
        assert (np.diff(false) >= 0).all()
        assert (np.diff(true) >= -1e-12).all()
        assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, pytest.approx(1))

    def test_a_resample_is_a_weighted_area(self):
        """Witness: scikit-learn in each stratum with the same weights, weighed by its pairs."""
        scores, malignant = scores_of()
        groups = np.random.default_rng(2).permutation(np.arange(41) // 2)
        strata = groups % 3
        number = groups.max() + 1
        picks = np.random.default_rng(4).multinomial(number, np.full(number, 1 / number), size=20)
        expected = []
        for pick in picks:
            weight = pick[groups].astype(float)
            areas, pairs = [], []
            for stratum in range(3):
                rows = strata == stratum
                pairs.append(weight[rows & malignant].sum() * weight[rows & ~malignant].sum())
                areas.append(
                    roc_auc_score(malignant[rows], scores[0, rows], sample_weight=weight[rows]) if pairs[-1] else 0
                )
            expected.append(np.average(areas, weights=pairs))
        found = bootstrap_areas(scores[0], malignant, groups, 20, 4, strata)
        assert found == pytest.approx(expected, abs=1e-12)
