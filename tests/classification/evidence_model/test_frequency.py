"""A frequency in a new study. Witnesses: the normal random-effects pooling in closed form, and sums by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import binom, norm

from pnst.classification.evidence_model.frequency import (
    LOGITS,
    Positives,
    draw,
    log_likelihood,
    mean_density,
    new_study_density,
)
from pnst.evidence.csv_rows import Censored, Estimate
from pnst.evidence.pooling import logit_with_half_count, random_effects

ROWS = [Positives(3, 6), Positives(6, 9), Positives(14, 20)]
SD = 0.6


def moments_of(density: np.ndarray) -> tuple[float, float]:
    mean = density @ LOGITS
    return mean, np.sqrt(density @ (LOGITS - mean) ** 2)


class TestPooling:
    @pytest.mark.parametrize("rows", [ROWS[:1], ROWS[:2], ROWS], ids=len)
    @pytest.mark.parametrize("sd", [0.6, 1.0])
    def test_exact_counts_pool_as_normal_random_effects(self, rows, sd):
        """Mean, its standard error, and the SD of a new study, √(SE² + τ²)."""
        fit = random_effects(
            *logit_with_half_count(np.array([r.positive for r in rows], float), np.array([r.n for r in rows], float)),
            between_sd=sd,
        )
        mean = mean_density(rows, sd)
        assert moments_of(mean) == pytest.approx((fit.mean, fit.standard_error), abs=2e-3)
        expected = np.hypot(fit.standard_error, sd)
        assert moments_of(new_study_density(mean, sd)) == pytest.approx((fit.mean, expected), abs=2e-3)

    def test_the_order_of_rows_does_not_matter(self):
        rows = [*ROWS, Positives(Censored(0, 4), 30)]
        assert mean_density(rows[::-1], SD) == pytest.approx(mean_density(rows, SD), abs=1e-15)

    def test_no_row_says_nothing_of_the_mean(self):
        assert np.ptp(mean_density([], SD)) == 0


class TestCensored:
    def test_it_is_the_sum_over_its_counts(self):
        """Witness: each count's own likelihood, normal on the logit, as high as its binomial probability."""
        total = sum(
            binom.pmf(k, 20, (k + 0.5) / 21) * np.exp(-((LOGITS - y) ** 2) / (2 * v))
            for k in range(5)
            for y, v in [(a[0] for a in logit_with_half_count(np.array([k + 0.0]), np.array([20.0])))]
        )
        ratio = np.exp(log_likelihood(Positives(Censored(0, 4), 20))) / total
        near = total > 1e-12
        assert ratio[near] == pytest.approx(ratio[near][0], rel=1e-9)

    def test_a_range_of_one_count_is_that_count(self):
        one, other = (mean_density([Positives(positive, 20)], SD) for positive in (3, Censored(3, 3)))
        assert one == pytest.approx(other, abs=1e-15)

    def test_it_lies_between_its_ends(self):
        none, few, four = (moments_of(mean_density([Positives(k, 40)], SD))[0] for k in (0, Censored(0, 4), 4))
        assert none < few < four

    def test_dropping_it_would_bias_a_rare_sign(self):
        counted = [Positives(6, 40)]
        assert moments_of(mean_density([*counted, Positives(Censored(0, 4), 40)], SD))[0] < (
            moments_of(mean_density(counted, SD))[0] - 0.3
        )


class TestEstimate:
    def test_a_meta_analysis_is_normal_on_the_logit(self):
        """Closed form: its half widths over 1.96, averaged."""
        mean, error = moments_of(mean_density([], SD, Estimate(0.48, 0.23, 0.71)))
        halves = [logit(0.48) - logit(0.23), logit(0.71) - logit(0.48)]
        assert (mean, error) == pytest.approx((logit(0.48), np.mean(halves) / norm.ppf(0.975)), abs=1e-4)

    @pytest.mark.parametrize(("estimate", "half"), [((0.99, 0.94, 1.0), 0.94), ((0.05, 0.0, 0.17), 0.17)])
    def test_an_end_at_0_or_1_leaves_it_to_the_other(self, estimate, half):
        mean, error = moments_of(mean_density([], SD, Estimate(*estimate)))
        expected = abs(logit(estimate[0]) - logit(half)) / norm.ppf(0.975)
        assert (mean, error) == pytest.approx((logit(estimate[0]), expected), abs=5e-3)


class TestOwnCounts:
    LITERATURE = mean_density(ROWS, SD)

    @pytest.mark.parametrize(("n", "least", "most"), [(5, 0.0, 0.35), (500, 0.95, 1.0)])
    def test_five_pull_a_little_and_five_hundred_to_their_share(self, n, least, most):
        """How far the mean goes from the literature's towards the site's own share of 20 %."""
        before, after = (
            moments_of(new_study_density(self.LITERATURE, SD, own))[0] for own in ([], [Positives(round(0.2 * n), n)])
        )
        assert least <= (after - before) / (logit(0.2) - before) <= most

    def test_the_literature_is_the_prior_of_ones_own_counts(self):
        """Closed form: two normals multiplied."""
        fit = random_effects(*logit_with_half_count(np.array([3.0, 6, 14]), np.array([6.0, 9, 20])), between_sd=SD)
        (y,), (v,) = logit_with_half_count(np.array([8.0]), np.array([40.0]))
        prior = fit.standard_error**2 + SD**2
        mean, sd = moments_of(new_study_density(self.LITERATURE, SD, [Positives(8, 40)]))
        assert mean == pytest.approx((fit.mean / prior + y / v) / (1 / prior + 1 / v), abs=2e-3)
        assert sd == pytest.approx((1 / prior + 1 / v) ** -0.5, abs=2e-3)


class TestDraw:
    def test_draws_are_the_quantiles_of_the_density(self):
        """Closed form: of a normal on the logit."""
        density = norm.pdf(LOGITS, 0.4, 0.7)
        uniform = np.linspace(0.001, 0.999, 201)
        assert logit(draw(density, uniform)) == pytest.approx(norm.ppf(uniform, 0.4, 0.7), abs=3e-3)

    def test_a_draw_has_a_finite_probit(self):
        density = np.zeros_like(LOGITS)
        density[-2:] = 1.0
        drawn = draw(density, np.array([0.0, 0.5, 1.0]))
        assert np.all(np.isfinite(norm.ppf(drawn)))
        assert drawn.max() <= expit(LOGITS[-1])
