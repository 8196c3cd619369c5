"""Medians of diameter and ADC. Witnesses: closed forms from the published rows, and EVIDENCE's own figures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from pnst.classification.evidence_model.draws import draw_parameters
from pnst.classification.evidence_model.parameters import LogNormalParameters
from pnst.classification.evidence_model.value_draws import (
    ADC_LOG_SD,
    DIFFERENCE_SD,
    LEAST_LEVEL_SD,
    class_medians,
    cutoff_rows,
    log_variance,
)
from pnst.evidence.body import literature
from pnst.evidence.published import areas, entity_moments, moments

ADC = ("adc_mean", "adc_dark", "adc_min")
DIAMETER = [row for row in moments() if row.predictor == "longest_diameter"]


@pytest.fixture(scope="module")
def parameters():
    return draw_parameters(literature(), 16_384, 3).predictors


def centre(mean, sd):
    return np.log(mean) - log_variance(np.asarray(mean), np.asarray(sd)) / 2


def test_a_lognormal_has_the_mean_and_sd_of_its_row():
    """Closed form: mean = exp(μ + σ²/2), SD = mean·√(exp(σ²) − 1)."""
    variance = log_variance(np.array([6.3]), np.array([1.8]))
    assert np.exp(centre([6.3], [1.8]) + variance / 2) == pytest.approx(6.3)
    assert 6.3 * np.sqrt(np.expm1(variance)) == pytest.approx(1.8)


class TestCutoffs:
    @pytest.mark.parametrize("sd", [0.13, 0.18, 0.25])
    def test_class_medians_meet_each_cutoffs_proportions(self, sd):
        """A normal of that SD about the median lies beyond the cutoff as often as the row counts, half a count more."""
        rows = cutoff_rows("adc_mean")
        malignant, benign = class_medians(rows, np.array([sd]))
        for row, m, b in zip(rows, malignant[:, 0], benign[:, 0], strict=True):
            cut = np.log(row.cutoff)
            assert norm.cdf(cut, m, sd) == pytest.approx((row.true_positive + 0.5) / (row.n_malignant + 1))
            assert norm.sf(cut, b, sd) == pytest.approx((row.true_negative + 0.5) / (row.n_benign + 1))

    def test_medians_of_mean_adc_are_those_of_the_evidence(self):
        """Witness: EVIDENCE, "At 0.18: 1.43 against 2.21, between-study log-SD .16 and .07"."""
        rows = cutoff_rows("adc_mean")
        for centres, sizes, median, spread in zip(
            class_medians(rows, np.array([0.18])), ((12, 10), (55, 19)), (1.43, 2.21), (0.16, 0.07), strict=True
        ):
            assert np.exp(np.average(centres[:, 0], weights=sizes)) == pytest.approx(median, abs=0.005)
            assert centres[:, 0].std(ddof=1) == pytest.approx(spread, abs=0.005)

    def test_a_row_without_both_proportions_places_no_median(self):
        assert [row.study for row in cutoff_rows("adc_dark")] == ["Well2019"]  # Ristow2024 gives no specificity
        assert [row.study for row in cutoff_rows("adc_mean")] == ["Well2019", "Koike"]


class TestDiffusion:
    @pytest.mark.parametrize("name", ADC)
    def test_a_difference_is_never_negative(self, name, parameters):
        p = parameters[name]
        for benign in p.benign.values():
            assert (benign - p.malignant).min() >= 0
        assert np.any(p.benign["schwannoma"] == p.malignant)  # some draws are reversed, so the rule is at work

    @pytest.mark.parametrize("name", ADC)
    def test_schwannoma_lies_above_by_the_published_areas(self, name, parameters):
        """Closed form: in units of the log-SD the median is √2·Φ⁻¹(expit(mean logit of .898 and .74)); the 95 % range
        by a between-study SD of .6 on the logit."""
        p, logits = parameters[name], logit([0.898, 0.74])
        step = (p.benign["schwannoma"] - p.malignant) / p.sd
        wide = DIFFERENCE_SD * np.sqrt(1.5)
        for level in (0.2, 0.5, 0.8, 0.975):
            area = expit(logits.mean() + wide * norm.ppf(level))
            assert np.quantile(step, level) == pytest.approx(np.sqrt(2) * norm.ppf(area), abs=0.02)

    def test_those_areas_are_the_rows_of_mean_adc(self):
        assert [row.value for row in areas() if row.name == "adc_mean"] == [0.898, 0.74]

    def test_neurofibroma_lies_above_by_the_cutoff_rows(self, parameters):
        """At a log-SD near .18: the rows' own difference, weighted by their sizes, and a spread of at least .6 SD."""
        p = parameters["adc_mean"]
        near = np.abs(p.sd - 0.18) < 0.004
        malignant, benign = class_medians(cutoff_rows("adc_mean"), np.array([0.18]))
        expected = np.average((benign - malignant)[:, 0], weights=[67, 29])
        step = (p.benign["neurofibroma"] - p.malignant)[near]
        assert np.median(step) == pytest.approx(expected, abs=0.01)
        assert DIFFERENCE_SD * 0.18 < step.std() < DIFFERENCE_SD * 0.18 * 1.3

    @pytest.mark.parametrize("name", ADC)
    def test_the_level_is_shared_by_all_classes(self, name, parameters):
        """It spreads by the assumed SD at least, and moves every class alike: the differences do not follow it."""
        p = parameters[name]
        assert p.malignant.std() > LEAST_LEVEL_SD
        for benign in p.benign.values():
            assert np.corrcoef(benign, p.malignant)[0, 1] > 0.4
            assert abs(np.corrcoef((benign - p.malignant) / p.sd, p.malignant)[0, 1]) < 0.25

    def test_the_log_sd_of_mean_adc_is_uniform_over_the_assumed_range(self, parameters):
        sd = parameters["adc_mean"].sd
        assert (sd.min(), sd.max()) == pytest.approx(ADC_LOG_SD, abs=1e-4)
        assert (sd.mean(), sd.std()) == pytest.approx((0.19, 0.12 / np.sqrt(12)), abs=1e-4)

    def test_minimum_adc_is_placed_by_its_moments(self, parameters):
        rows = [row for row in moments() if row.predictor == "adc_min"]
        expected = np.average(
            [centre(r.mean_malignant, r.sd_malignant) for r in rows], weights=[r.n_malignant for r in rows]
        )
        assert parameters["adc_min"].malignant.mean() == pytest.approx(expected, abs=0.005)


class TestDiameter:
    def test_it_is_pooled_n_weighted_over_mixed_rows_and_those_of_the_entity(self, parameters):
        p = parameters["longest_diameter"]
        malignant = [centre(r.mean_malignant, r.sd_malignant) for r in DIAMETER]
        assert p.malignant.mean() == pytest.approx(np.average(malignant, weights=[9, 6, 9, 19]), abs=0.002)
        for entity, benign in p.benign.items():
            own = [r for r in entity_moments() if r.predictor == "longest_diameter" and r.entity == entity]
            rows = [*((r.mean_benign, r.sd_benign, r.n_benign) for r in DIAMETER), *((r.mean, r.sd, r.n) for r in own)]
            expected = np.average([centre(m, sd) for m, sd, _ in rows], weights=[n for *_, n in rows])
            assert benign.mean() == pytest.approx(expected, abs=0.002)

    def test_a_new_studys_spreads_by_the_rows_and_by_their_mean(self, parameters):
        """Variance of a new study = rows' own variance × (1 + Σw²), w the n-weights of their mean."""
        centres = [centre(r.mean_malignant, r.sd_malignant) for r in DIAMETER]
        weights = np.array([9, 6, 9, 19]) / 43
        expected = np.std(centres, ddof=1) * np.sqrt(1 + (weights**2).sum())
        assert parameters["longest_diameter"].malignant.std() == pytest.approx(expected, rel=0.01)

    def test_it_counts_from_about_3_to_about_8_cm(self, parameters):
        """Witness: EVIDENCE, "about 3.0 to 8.5 cm"; closed form: two log-SD beyond the other class' median."""
        p = parameters["longest_diameter"]
        low, high = np.exp(p.bounds)
        assert (low, high) == pytest.approx((2.77, 8.25), abs=0.005)
        malignant, benign, sd = p.pooled
        assert np.log((low, high)) == pytest.approx((malignant - 2 * sd, benign + 2 * sd))


def test_a_step_against_the_direction_is_none():
    p = LogNormalParameters(
        malignant=np.array([1.0, 3.0]),
        benign={"schwannoma": np.array([2.0, 2.0]), "neurofibroma": np.array([0.5, 3.5])},
        sd=np.ones(2),
        pooled=(1.0, 2.0, 1.0),
        sign=-1.0,
    )
    assert p.step("schwannoma").tolist() == [1.0, 0.0]
    assert p.step("neurofibroma").tolist() == [0.0, 0.5]
    assert p.middle("schwannoma").tolist() == [1.5, 2.5]
