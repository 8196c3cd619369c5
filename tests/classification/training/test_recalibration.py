"""The evidence score, recalibrated. Witnesses: scores whose log-odds are known in closed form, scipy's minimiser."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit

from classification.simulated_cohorts import QUICK, cohort
from pnst.classification.assess import assess
from pnst.classification.explanation import explain
from pnst.classification.settings import TrainSettings
from pnst.classification.training.features import evidence_log_odds
from pnst.classification.training.recalibration import recalibrate
from pnst.classification.training.train import train
from pnst.errors import SettingError
from pnst.evidence.question import MALIGNANT

REFERRED = logit(MALIGNANT.prior)
COHORT = cohort(45).drop(columns=["nf1", "age", "location"])
RECALIBRATED = QUICK.model_copy(update={"model": "recalibrated"})


def binormal(lesions: int, prior: float, rng: np.random.Generator, separation: float = 1.5):
    """Log likelihood ratios of two normals of SD 1, whose posterior log-odds are logit(prior) + themselves."""
    malignant = rng.random(lesions) < prior
    x = rng.standard_normal(lesions) + separation * malignant
    return separation * x - separation**2 / 2, malignant


class TestClosedForm:
    @pytest.mark.parametrize("prior", [MALIGNANT.prior, 0.1, 0.6])
    def test_data_of_the_score_itself_leave_it_and_another_prevalence_is_the_shift(self, prior):
        ratio, malignant = binormal(20_000, prior, np.random.default_rng(3))
        fit = recalibrate(REFERRED + ratio, malignant, 0.5, 1.0)
        slope_error, shift_error = np.sqrt(np.diag(fit.covariance))
        assert (fit.slope, fit.shift) == (
            pytest.approx(1, abs=3 * slope_error),
            pytest.approx(logit(prior) - REFERRED, abs=3 * shift_error),
        )
        assert max(slope_error, shift_error) < 0.04

    def test_evidence_that_is_half_believed(self):
        ratio, malignant = binormal(20_000, 0.3, np.random.default_rng(4))
        fit = recalibrate(REFERRED + 2 * ratio, malignant, 0.5, 1.0)
        assert fit.slope == pytest.approx(0.5, abs=0.03)

    def test_the_wrong_way_round_it_says_nothing(self):
        ratio, malignant = binormal(2000, 0.25, np.random.default_rng(5))
        fit = recalibrate(REFERRED - ratio, malignant, 0.5, 1.0)
        slope, intercept = fit.line
        assert slope == 0
        assert expit(intercept) == pytest.approx(malignant.mean(), abs=0.002)

    def test_scores_without_a_word_leave_the_slope_as_it_was(self):
        fit = recalibrate(np.full(30, REFERRED), np.arange(30) < 9, 0.5, 1.0)
        assert (fit.slope, np.sqrt(fit.covariance[0, 0])) == (pytest.approx(1), pytest.approx(0.5))


def test_thirty_lesions_move_it_little():
    """Three times as many lesions at no penalty would: of 200 cohorts of 30 by the score itself the slope's SD is a
    fifth, and without the penalty more than twice that."""
    rng = np.random.default_rng(6)
    drawn = [binormal(30, MALIGNANT.prior, rng, 1.0) for _ in range(200)]
    held, free = (
        np.std([recalibrate(REFERRED + ratio, malignant, sd, 10 * sd).slope for ratio, malignant in drawn])
        for sd in (0.5, 50.0)
    )
    assert held < 0.3 < 0.45 < free


def test_it_is_the_mode_of_the_penalised_likelihood():
    ratio, malignant = binormal(40, 0.5, np.random.default_rng(7))

    def loss(theta):
        linear = REFERRED + theta[1] + theta[0] * ratio
        penalty = ((theta[0] - 1) / 0.5) ** 2 + theta[1] ** 2
        return np.sum(np.logaddexp(0, linear) - malignant * linear) + penalty / 2

    fit = recalibrate(REFERRED + ratio, malignant, 0.5, 1.0)
    found = minimize(loss, [1.0, 0.0], tol=1e-10)
    assert (fit.slope, fit.shift) == pytest.approx(tuple(found.x), abs=1e-5)
    step = 1e-3 * np.eye(2)
    curvature = [
        [sum(s * t * loss(found.x + s * one + t * other) for s in (1, -1) for t in (1, -1)) / 4e-6 for other in step]
        for one in step
    ]
    assert fit.covariance == pytest.approx(np.linalg.inv(curvature), rel=1e-3)


def test_the_lines_spread_as_the_covariance_says():
    ratio, malignant = binormal(40, 0.4, np.random.default_rng(8))
    fit = recalibrate(REFERRED + ratio, malignant, 0.5, 1.0)
    design = np.column_stack([ratio, np.ones(40)])
    expected = np.sqrt(np.einsum("ij,jk,ik->i", design, fit.covariance, design))
    spread = np.std([slope * (REFERRED + ratio) + intercept for slope, intercept in fit.lines()], axis=0, ddof=1)
    assert spread == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("lesions", [30, 100])
def test_intervals_hold_the_truth(lesions):
    """Slope and shift drawn from the penalty, 500 cohorts: 95 % ± 2 % of the intervals hold the true log-odds."""
    rng = np.random.default_rng(9)
    held = []
    for _ in range(500):
        slope, shift = max(rng.normal(1, 0.5), 0.0), rng.normal()
        ratio = rng.normal(0, 1.5, lesions)
        truth = REFERRED + shift + slope * ratio
        fit = recalibrate(REFERRED + ratio, rng.random(lesions) < expit(truth), 0.5, 1.0)
        lines = np.array([a * (REFERRED + ratio) + b for a, b in (fit.line, *fit.lines())])
        held.append(np.mean(np.abs(lines[0] - truth) <= 1.96 * lines[1:].std(axis=0, ddof=1)))
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)


@pytest.fixture(scope="module")
def model():
    return train(COHORT, "malignant", "patient", settings=RECALIBRATED)


class TestTrained:
    def test_the_score_is_all_that_it_reads(self, model):
        assert model.features == ("evidence.log_odds",)
        assert model.card.chosen.keys() == {"slope", "slope_error", "shift", "shift_error"}
        with pytest.raises(SettingError, match=r"reads the evidence score alone; got: age"):
            train(COHORT, "malignant", settings=RECALIBRATED, features=["age"])

    def test_its_log_odds_are_the_evidence_models_on_a_line(self, model):
        table = cohort(8, seed=2).drop(columns=["malignant", "patient"])
        own = assess(table, model=model)["probability"].to_numpy()
        line = model.scorer.slope * evidence_log_odds(table) + model.scorer.intercept
        assert logit(own) == pytest.approx(line)

    def test_its_contributions_are_the_evidence_models_times_the_slope(self, model):
        columns = {"adc.mean_um2_per_ms": 1.1, "size.longest_diameter_mm": 90.0}
        a, evidence = assess(columns, model=model), assess(columns)
        assert sum(a.contributions.values()) + logit(a.prior) == pytest.approx(logit(a.probability), abs=1e-9)
        for name, share in evidence.contributions.items():
            assert a.contributions[name] == pytest.approx(model.card.chosen["slope"] * share)
        assert {one.predictor for one in a.inputs} == {one.predictor for one in evidence.inputs}
        assert "constant" in explain(a)
        assert model.name in explain(a)

    def test_a_lesion_of_which_the_evidence_says_nothing(self, model):
        assert assess({}, model=model).abstained == assess({}).abstained is not None

    def test_few_lesions_are_enough(self):
        table = cohort(60)
        few = table[(table["malignant"] == 0) | (np.cumsum(table["malignant"]) <= 6)]
        assert train(few, "malignant", settings=RECALIBRATED).card.data.malignant == 6
        assert TrainSettings(model="recalibrated").least_groups is None
