"""δ and the AUCs that it must reproduce."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from classification.random_lesions import one_draw
from pnst.classification.evidence_model.calibration import (
    CALIBRATED_ON,
    POOLED_ROW,
    auc_with_diffusion,
    calibration,
    diffusion_outcomes,
    ordered_auc,
    severity_auc,
    solve_delta,
)
from pnst.classification.evidence_model.likelihood import Likelihood, ObservedData, sign_curve
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.parameters import LogNormalParameters, draw_parameters
from pnst.evidence.published import pooled


@pytest.fixture(scope="module")
def likelihood():
    return evidence_model(400, 1).likelihood


def test_the_target_is_the_pooled_auc():
    row = next(row for row in pooled() if row.predictor == POOLED_ROW)
    assert calibration().target_auc == row.auc.value
    assert calibration().source == row.source


def test_the_stored_delta_reproduces_the_target():
    """Recomputed at the stored draws and seed; the AUC rises by about 0.05 for 1 of δ, so 1e-4 holds δ to 0.002."""
    stored = calibration()
    likelihood = Likelihood(draw_parameters(stored.draws, stored.seed), stored.delta)
    assert severity_auc(likelihood, CALIBRATED_ON).mean() == pytest.approx(stored.target_auc, abs=1e-4)


def test_solving_finds_a_delta_that_was_planted(likelihood):
    planted = float(severity_auc(Likelihood(likelihood.parameters, 1.7), CALIBRATED_ON).mean())
    assert solve_delta(likelihood.parameters, planted) == pytest.approx(1.7, abs=2e-3)


def test_the_default_draws_give_the_pooled_auc(likelihood):
    assert severity_auc(likelihood, CALIBRATED_ON).mean() == pytest.approx(0.89, abs=0.005)


@pytest.mark.parametrize("seed", [1, 2])
def test_mean_adc_lifts_the_auc_into_the_pooled_interval(seed):
    """Witness: Wilson2021, .97 (.95–.98); δ knows nothing of diffusion."""
    likelihood = evidence_model(400, seed).likelihood
    assert 0.95 <= auc_with_diffusion(likelihood, CALIBRATED_ON, "adc_mean").mean() <= 0.98


def test_diameter_alone_separates_as_published(likelihood):
    """Witness: EVIDENCE, size as a two-normal model: AUC .79–.89."""
    assert 0.79 < severity_auc(likelihood, ("longest_diameter",)).mean() < 0.89


def test_auc_of_two_normals_is_the_closed_form():
    """Φ(d/√2), d the difference of the medians in log-SDs; the grid's error is under 1e-3."""
    sd = np.array([0.2, 0.2, 0.15])
    p = LogNormalParameters(np.array([0.3, 0.5, 0.7]), np.array([0.8, 0.8, 0.7]), sd, pooled=(0.3, 0.8, 0.2))
    auc = ordered_auc(diffusion_outcomes({"adc_mean": p}, "adc_mean"))
    assert auc == pytest.approx(stats.norm.cdf(np.array([0.5, 0.3, 0.0]) / sd / np.sqrt(2)), abs=1e-3)


def test_ties_count_half():
    alike = np.array([0.5, 0.25, 0.25])
    one_sign = np.array([0.8, 0.2]), np.array([0.3, 0.7])  # sensitivity .8, specificity .7
    assert ordered_auc([(alike, alike)]) == pytest.approx([0.5])
    assert ordered_auc([one_sign]) == pytest.approx([(0.8 + 0.7) / 2])


def test_simulated_lesions_give_the_same_auc(likelihood):
    """Witness: lesions drawn from the model, scored with their own draw, ranked by Mann and Whitney."""
    rng, draw, n = np.random.default_rng(4), 3, 20_000
    s = rng.standard_normal(2 * n) + np.repeat([0.5, -0.5], n) * likelihood.delta
    signs = {}
    for name in ("margin_ill_defined", "edema_present", "split_fat_absent"):
        a, b = (part[draw] for part in sign_curve(likelihood.parameters[name], likelihood.delta))
        signs[name] = (rng.random(2 * n) < stats.norm.cdf(a + b * s)).astype(float)
    p = likelihood.parameters["longest_diameter"]
    loading = min((p.malignant - p.benign)[draw] / p.sd[draw] / likelihood.delta, 0.95)
    z = loading * s + np.sqrt(1 - loading**2) * rng.standard_normal(2 * n)
    logs = {"longest_diameter": (p.malignant + p.benign)[draw] / 2 + p.sd[draw] * z}
    one = Likelihood({name: one_draw(p, draw) for name, p in likelihood.parameters.items()}, likelihood.delta)
    score = one.severity_log_ratio(ObservedData(signs, logs, 2 * n))[:, 0]
    auc = stats.mannwhitneyu(score[:n], score[n:]).statistic / n**2
    assert severity_auc(likelihood, CALIBRATED_ON)[draw] == pytest.approx(auc, abs=0.006)
