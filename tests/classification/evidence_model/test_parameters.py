"""The drawn parameters against the rows that they come from."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.classification.evidence_model.parameters import (
    ASSUMED_BETWEEN_SD,
    LogNormalParameters,
    SignParameters,
    class_medians,
    cutoff_rows,
    draw_parameters,
    log_variance,
    sources,
)
from pnst.evidence.pooling import logit_with_half_count, random_effects
from pnst.evidence.published import moments, predictors

DRAWS = 20_000


@pytest.fixture(scope="module")
def parameters():
    return draw_parameters(DRAWS, 3)


def predictor(name):
    return next(p for p in predictors() if p.name == name)


def test_every_predictor_has_parameters_of_its_kind(parameters):
    kinds = {"sign": SignParameters, "lognormal": LogNormalParameters}
    assert {p.name for p in predictors()} == set(parameters)
    assert all(isinstance(parameters[p.name], kinds[p.kind]) for p in predictors())


def test_the_same_seed_gives_the_same_draws_and_another_seed_others():
    one, again, other = (draw_parameters(400, seed)["adc_mean"].malignant for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def logit(p):
    return np.log(p / (1 - p))


def test_a_sign_of_few_studies_spreads_by_the_assumed_sd(parameters):
    """Witness: inverse-variance pooling by hand of the two rows 3/6 and 6/9."""
    y, v = logit_with_half_count(np.array([3.0, 6.0]), np.array([6.0, 9.0]))
    w = 1 / (v + ASSUMED_BETWEEN_SD**2)
    drawn = logit(parameters["edema_present"].malignant)
    assert drawn.mean() == pytest.approx((w * y).sum() / w.sum(), abs=0.02)
    assert drawn.std() == pytest.approx(np.sqrt(1 / w.sum() + ASSUMED_BETWEEN_SD**2), abs=0.02)


def test_a_sign_of_five_studies_estimates_its_own_spread(parameters):
    y, v = logit_with_half_count(np.array([6.0, 1, 3, 7, 1]), np.array([18.0, 28, 35, 22, 14]))
    fit = random_effects(y, v)
    assert fit.between_sd not in (0.0, ASSUMED_BETWEEN_SD)
    drawn = logit(parameters["margin_ill_defined"].benign)
    assert drawn.std() == pytest.approx(np.hypot(fit.standard_error, fit.between_sd), abs=0.02)


def test_cyst_comes_from_the_meta_analysis(parameters):
    p = parameters["cyst_or_necrosis"]
    assert np.median(p.malignant) == pytest.approx(0.48, abs=0.01)
    assert np.median(p.benign) == pytest.approx(1 - 0.86, abs=0.01)
    error = (logit(0.71) - logit(0.23)) / (2 * 1.96)
    assert logit(p.malignant).std() == pytest.approx(np.hypot(error, ASSUMED_BETWEEN_SD), abs=0.02)


def test_a_lognormal_has_the_mean_and_sd_of_its_row():
    """Closed form: mean = exp(μ + σ²/2), SD = mean·√(exp(σ²) − 1)."""
    variance = log_variance(np.array([6.3]), np.array([1.8]))
    centre = np.log(6.3) - variance / 2
    assert np.exp(centre + variance / 2) == pytest.approx(6.3)
    assert 6.3 * np.sqrt(np.expm1(variance)) == pytest.approx(1.8)


def test_diameter_is_pooled_n_weighted(parameters):
    rows = [row for row in moments() if row.predictor == "longest_diameter"]
    centre = [np.log(r.mean_malignant) - log_variance(r.mean_malignant, r.sd_malignant) / 2 for r in rows]
    expected = np.average(centre, weights=[r.n_malignant for r in rows])
    p = parameters["longest_diameter"]
    assert p.pooled[0] == pytest.approx(expected)
    assert p.malignant.mean() == pytest.approx(expected, abs=0.01)


def test_a_new_studys_diameter_spreads_by_the_rows_and_by_their_mean(parameters):
    """Variance of a new study = rows' own variance × (1 + Σw²), w the n-weights of their mean."""
    rows = [row for row in moments() if row.predictor == "longest_diameter"]
    centres = [np.log(r.mean_malignant) - log_variance(r.mean_malignant, r.sd_malignant) / 2 for r in rows]
    weights = np.array([r.n_malignant for r in rows]) / sum(r.n_malignant for r in rows)
    expected = np.std(centres, ddof=1) * np.sqrt(1 + (weights**2).sum())
    p = parameters["longest_diameter"]
    effective = p.malignant != p.benign
    assert p.malignant[effective].std() == pytest.approx(expected, rel=0.03)


def test_medians_of_mean_adc_are_those_of_the_evidence():
    """Witness: EVIDENCE, "At 0.18: 1.43 against 2.21, between-study log-SD .16 and .07"."""
    rows = cutoff_rows("adc_mean")
    for centres, sizes, median, spread in zip(
        class_medians(rows, np.array([0.18])), ((12, 10), (55, 19)), (1.43, 2.21), (0.16, 0.07), strict=True
    ):
        assert np.exp(np.average(centres[:, 0], weights=sizes)) == pytest.approx(median, abs=0.005)
        assert centres[:, 0].std(ddof=1) == pytest.approx(spread, abs=0.005)


def test_the_log_sd_of_mean_adc_is_uniform_over_the_assumed_range(parameters):
    sd = parameters["adc_mean"].sd
    assert (sd.min(), sd.max()) == pytest.approx((0.13, 0.25), abs=1e-4)
    assert sd.mean() == pytest.approx(0.19, abs=0.001)


def test_dark_adc_has_one_row_and_takes_the_means_spread(parameters):
    assert [row.study for row in cutoff_rows("adc_dark")] == ["Well2019"]  # Ristow2024 gives no specificity
    assert parameters["adc_dark"].benign.std() > 0.05


def test_a_reversed_draw_means_no_effect(parameters):
    for p in parameters.values():
        if isinstance(p, LogNormalParameters):
            assert np.all((p.malignant - p.benign) * p.direction >= 0)
            assert np.any(p.malignant == p.benign)  # some draws are reversed, so the rule is at work
    p = LogNormalParameters(np.array([1.0, 3.0]), np.array([2.0, 2.0]), np.ones(2), pooled=(1.0, 2.0, 1.0))
    assert p.malignant.tolist() == [1.0, 2.5]
    assert p.benign.tolist() == [2.0, 2.5]


@pytest.mark.parametrize(
    ("name", "studies"),
    [
        ("adc_mean", ("Well2019", "Koike")),
        ("adc_min", ("Demehri2014", "Ahlawat2019")),
        ("split_fat_absent", ("Yun2021",)),
        ("cyst_or_necrosis", ("Martin2021",)),
        ("invasion", ("Chhabra2011",)),
    ],
)
def test_sources(name, studies):
    assert sources(predictor(name)) == studies
