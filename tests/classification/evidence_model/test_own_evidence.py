"""One's own site updates the literature. Witnesses: normal theory by hand; sites so large that they decide; simulated
sites whose truth is known.
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

import pnst
from pnst.classification.evidence_model.draws import draw_parameters
from pnst.classification.evidence_model.own_evidence import (
    ClassMoments,
    Normal,
    SiteMoments,
    conditioned,
    log_sd_of_new_study,
)
from pnst.evidence.body import Evidence, SiteEvidence, literature
from pnst.evidence.published import publications
from pnst.evidence.value_rows import SampleMoments
from site_tables import counted_cohort

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
UNITS = {"longest_diameter": "cm", "adc_mean": "1e-3 mm2/s", "adc_dark": "1e-3 mm2/s", "adc_min": "1e-3 mm2/s"}


def site(predictor, malignant, benign, name="x"):
    """Moments (mean, SD, n) of each class."""
    row = SampleMoments(predictor, UNITS[predictor], name, *malignant, *benign, "counted", "")
    return SiteEvidence(name, name, replace(publications()["Yu2016"], study=name, in_martin2021="no"), moments=(row,))


def parameters(predictor, evidence):
    return draw_parameters(evidence, 1024, 1).predictors[predictor]


def lognormal(median, log_sd, n):
    """Mean, SD and number of what is lognormal."""
    mean = median * np.exp(log_sd**2 / 2)
    return mean, mean * np.sqrt(np.expm1(log_sd**2)), n


def test_moments_of_a_lognormal_give_back_its_median_and_log_sd():
    part = ClassMoments.of(*lognormal(1.4, 0.2, 30))
    assert (np.exp(part.centre), part.variance) == pytest.approx((1.4, 0.04))


def test_nothing_observed_leaves_the_prior():
    z = np.random.default_rng(0).normal(size=(2, 50))
    drawn = conditioned([Normal(1.0, 2.0), Normal(0.0, 0.5)], np.zeros((1, 2)), np.zeros(1), np.ones((1, 50)), z)
    assert drawn == pytest.approx(np.array([[1.0], [0.0]]) + np.array([[2.0], [0.5]]) * z)


def test_an_observation_is_weighed_by_precision():
    """Prior N(0, 4), observed 3 with variance 1: mean 3 · 4/5, variance 4/5."""
    z = np.stack([np.linspace(-2, 2, 5)])
    drawn = conditioned([Normal(0.0, 2.0)], np.ones((1, 1)), np.array([3.0]), np.ones((1, 5)), z)
    assert drawn[0] == pytest.approx(2.4 + np.sqrt(0.8) * z[0])


def test_a_sum_that_is_observed_ties_its_parts():
    """x, y ~ N(0, 1), x + y seen as 2 almost exactly: means 1 and 1, correlation −1, variance ½ each."""
    z = np.random.default_rng(1).normal(size=(2, 20_000))
    x, y = conditioned([Normal(0.0, 1.0)] * 2, np.ones((1, 2)), np.array([2.0]), np.full((1, 20_000), 1e-8), z)
    assert (x.mean(), y.mean(), x.var()) == pytest.approx((1, 1, 0.5), abs=0.02)
    assert x + y == pytest.approx(2.0, abs=1e-3)


def test_own_log_sd_decides_when_it_is_of_many_and_others_never_do():
    site_of_many = SiteMoments(ClassMoments(0.0, 0.35**2, 5000), None)
    prior = Normal(np.log(0.19), 0.18)
    own, other = log_sd_of_new_study(prior, (), site_of_many), log_sd_of_new_study(prior, (site_of_many,), None)
    assert (np.exp(own.mean), own.sd) == pytest.approx((0.35, 0.01), abs=0.002)
    assert 0.19 < np.exp(other.mean) < 0.35
    assert other.sd > 0.1


@pytest.mark.parametrize("predictor", list(UNITS))
def test_a_site_of_thousands_answers_by_its_own_numbers(predictor):
    median = (9.0, 5.0) if predictor == "longest_diameter" else (1.0, 1.9)
    own = site(predictor, lognormal(median[0], 0.3, 5000), lognormal(median[1], 0.3, 5000))
    p = parameters(predictor, Evidence(own=own))
    assert np.exp(p.malignant) == pytest.approx(median[0], rel=0.03)
    for values in p.benign.values():
        assert np.exp(values) == pytest.approx(median[1], rel=0.03)
    assert p.sd == pytest.approx(0.3, rel=0.06)


@pytest.mark.parametrize("predictor", list(UNITS))
def test_another_site_of_thousands_is_one_further_study(predictor):
    median = (9.0, 5.0) if predictor == "longest_diameter" else (1.0, 1.9)
    other = site(predictor, lognormal(median[0], 0.3, 5000), lognormal(median[1], 0.3, 5000))
    p, alone = parameters(predictor, Evidence(sites=(other,))), parameters(predictor, literature())
    assert not np.array_equal(p.malignant, alone.malignant)
    assert p.malignant.std() > 0.6 * alone.malignant.std()
    assert (p.malignant - p.benign["schwannoma"]).std() > 0.3 * (alone.malignant - alone.benign["schwannoma"]).std()


@pytest.mark.parametrize("predictor", list(UNITS))
def test_a_class_that_is_not_told_says_nothing_of_itself(predictor):
    own = site(predictor, (0.0, 0.0, 0), lognormal(2.0, 0.3, 5000))
    p, alone = parameters(predictor, Evidence(own=own)), parameters(predictor, literature())
    assert np.exp(p.benign["schwannoma"]) == pytest.approx(2.0, rel=0.03) or predictor != "longest_diameter"
    if predictor == "longest_diameter":
        assert p.malignant == pytest.approx(alone.malignant)


@pytest.mark.parametrize("predictor", ["adc_mean", "adc_dark", "adc_min"])
def test_sites_move_level_difference_and_log_sd_of_adc(predictor):
    """Three sites whose ADC is lower, whose classes differ more, and whose log-SD is wider than published."""
    low, high = (0.3, 2.0) if predictor == "adc_min" else (0.7, 2.0)
    log_sd = 0.5 if predictor == "adc_min" else 0.35
    sites = tuple(
        site(predictor, lognormal(low, log_sd, 60), lognormal(high, log_sd, 60), name) for name in ("x", "y", "z")
    )
    p, alone = parameters(predictor, Evidence(sites=sites)), parameters(predictor, literature())
    assert np.median(p.malignant) < np.median(alone.malignant)
    for entity in p.benign:
        before, now = (np.median(q.benign[entity] - q.malignant) for q in (alone, p))
        assert now > before
    assert np.median(p.sd) > np.median(alone.sd)


LESION = {"size.longest_diameter_mm": 60.0, "adc.mean_um2_per_ms": 1.4, "override.cyst.present": True}


def test_the_order_of_sites_does_not_matter():
    sites = [pnst.summarise_evidence(counted_cohort((k, 3)), "malignant") for k in (6, 9, 12)]
    answers = {pnst.assess(LESION, evidence=order).probability for order in permutations(sites)}
    assert len(answers) == 1


def test_the_answer_names_every_site_by_its_digest_and_warns_of_none():
    other = pnst.summarise_evidence(counted_cohort((6, 3)), "malignant", site="north")
    own = pnst.summarise_evidence(counted_cohort((9, 3)), "malignant", site="south")
    a = pnst.assess(LESION, evidence=[other], own_evidence=own, patient={"nf1": True, "age": 70, "location": "limb"})
    assert f"with north ({other.digest})" in a.model
    assert f"own south ({own.digest})" in a.model
    assert not any("north" in text or "south" in text for text in a.warnings)


def test_a_trained_model_takes_no_evidence(tmp_path):
    own = pnst.summarise_evidence(counted_cohort(), "malignant")
    with pytest.raises(pnst.SettingError, match="a trained model takes no evidence of sites"):
        pnst.assess(LESION, model=tmp_path, own_evidence=own)


@pytest.fixture(scope="module")
def benchmark():
    sys.path.insert(0, str(BENCHMARKS))
    spec = importlib.util.spec_from_file_location("site_evidence", BENCHMARKS / "site_evidence.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["site_evidence"] = module
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(BENCHMARKS))


@pytest.mark.slow
@pytest.mark.parametrize("far", [False, True])
@pytest.mark.parametrize("kind", ["measured", "a reader's"])
def test_the_error_falls_with_the_size_of_ones_own_site(benchmark, kind, far):
    errors = {name: rows[:, 0] for name, rows in benchmark.own_errors(benchmark.QUICK, kind, far).items()}
    of_literature, *own = errors.values()
    means = [rows.mean() for rows in own]
    assert means == sorted(means, reverse=True)
    for rows in own:
        excess = rows - of_literature
        assert excess.mean() < 2 * excess.std(ddof=1) / np.sqrt(len(rows))
    assert means[-1] < 0.5 * of_literature.mean()


@pytest.mark.slow
def test_ranges_keep_rare_signs_rare_and_dropping_does_not(benchmark):
    bias = {way: rows[:, 0].mean() - np.log(3 / 97) for way, rows in benchmark.rare_signs(benchmark.QUICK).items()}
    assert abs(bias["exact"]) < 0.1
    assert abs(bias["<5 as a range"]) < 0.2
    assert bias["cells under 5 dropped"] > 0.7
