"""δ and the AUC that the conventional features have at it. Witnesses: the curve again, simulation, closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from classification.random_lesions import model_of, of_one_entity, only_draws
from pnst.classification.evidence_model.calibration import (
    CALIBRATED_ON,
    CURVE_DRAWS,
    CURVE_SEED,
    auc,
    curve,
    curve_auc,
    delta_of,
    ordered,
    ordered_auc,
    severity_outcomes,
    with_diffusion,
)
from pnst.classification.evidence_model.draws import draw_parameters
from pnst.classification.evidence_model.likelihood import Likelihood
from pnst.classification.evidence_model.observed import ObservedData
from pnst.classification.evidence_model.sign_curves import true_levels
from pnst.evidence.body import literature


class TestCurve:
    def test_it_rises_and_reaches_over_wilsons_interval(self):
        delta, area = curve()
        assert np.all(np.diff(delta) > 0)
        assert np.all(np.diff(area) > 0)
        assert area[0] < 0.80
        assert area[-1] > 0.94

    def test_delta_of_inverts_it(self):
        delta, area = curve()
        assert delta_of(area) == pytest.approx(delta, abs=1e-12)
        between = delta_of((area[1:] + area[:-1]) / 2)
        assert between == pytest.approx((delta[1:] + delta[:-1]) / 2, abs=1e-12)

    @pytest.mark.parametrize("point", [7, *(pytest.param(point, marks=pytest.mark.slow) for point in (0, 3, 12, 17))])
    def test_a_stored_point_is_what_the_model_gives_now(self, point):
        """Recomputed at the stored draws and seed; after a change of the parameters: `benchmarks/evidence_model.py
        calibrate`. The AUC rises by .002 and more a step of .2, so that 1e-4 holds δ to .01.
        """
        delta, area = (float(part[point]) for part in curve())
        assert curve_auc(draw_parameters(literature(), CURVE_DRAWS, CURVE_SEED), delta) == pytest.approx(area, abs=1e-4)

    def test_the_drawn_deltas_give_the_pooled_area(self):
        """Witness: Wilson2021, .89 (.86–.92)."""
        likelihood = only_draws(model_of(), range(0, 400, 4))
        area = ordered_auc(likelihood, severity_outcomes(likelihood, CALIBRATED_ON))
        assert area.mean() == pytest.approx(0.89, abs=0.01)


def test_mean_adc_lifts_the_area_and_is_not_forced():
    """Printed beside Wilson2021's .95–.98: it stays just below."""
    likelihood = only_draws(model_of(), range(0, 400, 20))
    outcomes = severity_outcomes(likelihood, CALIBRATED_ON)
    both = ordered_auc(likelihood, with_diffusion(likelihood, outcomes, "adc_mean"))
    assert np.all(both > ordered_auc(likelihood, outcomes) - 1e-3)
    assert 0.93 < both.mean() < 0.97


class TestAuc:
    def test_of_two_normals_is_the_closed_form(self):
        """Φ(d/√2); the grid's error is under 1e-3."""
        x = np.linspace(-9, 9, 2001)
        for d in (0.0, 1.0, 2.5):
            malignant, benign = (stats.norm.pdf(x, side * d / 2)[None] for side in (1, -1))
            area = auc(malignant / malignant.sum(), benign / benign.sum())
            assert area == pytest.approx([stats.norm.cdf(d / np.sqrt(2))], abs=1e-3)

    def test_ties_count_half(self):
        alike = np.array([[0.5, 0.25, 0.25]])
        one_sign = np.array([[0.2, 0.8]]), np.array([[0.7, 0.3]])  # sensitivity .8, specificity .7
        assert auc(alike, alike) == pytest.approx([0.5])
        assert auc(*one_sign) == pytest.approx([(0.8 + 0.7) / 2])

    @pytest.mark.parametrize("entity", ["schwannoma", "neurofibroma"])
    def test_simulated_lesions_have_the_same(self, entity):
        """Witness: lesions drawn from the model as a reader sees them, scored, ranked by Mann and Whitney."""
        rng, n = np.random.default_rng(4), 20_000
        one = only_draws(of_one_entity(model_of(), float(entity == "schwannoma")), [3])
        side = np.repeat([0.5, -0.5], n)
        s = rng.standard_normal(2 * n) + side * one.delta
        signs = {}
        for name in ("margin_ill_defined", "edema_present", "split_fat_absent"):
            p = one.parameters.predictors[name]
            cumulative = np.cumsum(true_levels(p, entity, one.delta, s)[:, 0], axis=0)
            signs[name] = np.eye(p.levels)[(rng.random(2 * n) > cumulative[:-1]).sum(axis=0)]
        p = one.parameters.predictors["longest_diameter"]
        loading = np.minimum(p.step(entity) / p.sd / one.delta, 0.95)
        z = loading * s + np.sqrt(1 - loading**2) * rng.standard_normal(2 * n)
        logs = {"longest_diameter": p.middle(entity) + p.sd * z}
        by_reader = {name: np.ones(2 * n, dtype=bool) for name in signs}
        with np.errstate(divide="ignore"):  # a share of 0
            score = one.log_ratio(ObservedData(signs, by_reader, logs, 2 * n, np.full(2 * n, np.nan)))[:, 0]
            ours = ordered_auc(one, severity_outcomes(one, CALIBRATED_ON))
        area = stats.mannwhitneyu(score[:n], score[n:]).statistic / n**2
        assert ours == pytest.approx([area], abs=0.006)


def test_the_same_parameters_at_a_greater_delta_separate_better():
    p = draw_parameters(literature(), 400, 1)
    few = only_draws(Likelihood(p, np.ones(400)), range(0, 400, 40))
    areas = [curve_auc(few.parameters, delta) for delta in (1.0, 2.0, 3.0)]
    assert areas == sorted(areas)


def test_outcomes_of_one_score_are_ties_whatever_rounding_says():
    """Regression: diameters beyond what was seen share one ratio; rounding put one before the other, another way on
    each processor, and the area was up to .0008 low. Witness: every pair counted, ties half."""
    likelihood = only_draws(model_of(), range(3))
    outcomes = severity_outcomes(likelihood, CALIBRATED_ON)
    for index, (_, malignant, benign) in enumerate(ordered(likelihood, outcomes)):
        scores = likelihood.mixed(outcomes.log_ratio.transpose(0, 2, 1), np.array([np.nan])).T
        for draw in range(3):
            before = scores[draw][:, None] - scores[draw][None, :]
            right = np.where(np.abs(before) < 1e-7, 0.5, before > 0)  # malignant above benign
            pairs = outcomes.malignant[index, draw] @ right @ outcomes.benign[index, draw]
            assert auc(malignant, benign)[draw] == pytest.approx(pairs, abs=1e-9)
