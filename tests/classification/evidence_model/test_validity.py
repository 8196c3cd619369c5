"""The model gives back what was published, or says which figure it does not and why."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.validity import (
    NOT_FITTING,
    predictive_interval,
    sensitivity_at,
    validity_table,
    value_frequencies,
)
from pnst.evidence.published import cutoffs, pooled, predictors, sign_counts

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def table():
    return validity_table(evidence_model(400, 1).likelihood)


def test_every_published_row_is_there(table):
    assert {(r.study, r.predictor) for r in table if r.file == "signs_2x2.csv"} == {
        (r.study, r.predictor) for r in sign_counts()
    }
    assert len({(r.study, r.predictor) for r in table if r.file == "cutoffs.csv"}) == len(cutoffs())
    assert {r.predictor for r in table if r.file == "pooled.csv"} == {r.predictor for r in pooled()}


def test_a_row_of_a_modelled_predictor_is_modelled(table):
    names = {p.name for p in predictors()} | {"size_gt_50mm"}
    for row in table:
        if row.file == "signs_2x2.csv":
            assert (row.fits is not None) == (row.predictor in names)


def test_the_rows_that_do_not_fit_are_the_listed_ones(table):
    """Not hidden, not more: each has its reason."""
    misfits = {(r.study, r.predictor, r.quantity): r.reason for r in table if r.fits is False}
    assert misfits == NOT_FITTING


def test_every_count_but_one_lies_in_its_predictive_interval(table):
    counts = [r for r in table if "positive" in r.quantity]
    assert [r.study for r in counts if not r.fits] == ["Bhargava1997"]
    assert len(counts) > 40


def test_the_verdicts_do_not_hang_on_the_seed(table):
    again = validity_table(evidence_model(400, 2).likelihood)
    assert [r.fits for r in again] == [r.fits for r in table]


def test_the_reasons_count_rightly():
    target = [r for r in sign_counts() if r.predictor == "target_sign_absent"]
    margin = [r for r in sign_counts() if r.predictor == "margin_ill_defined"]
    assert (sum(r.malignant_positive for r in target), sum(r.n_malignant for r in target)) == (38, 39)
    assert (sum(r.benign_positive for r in target), sum(r.n_benign for r in target)) == (17, 53)
    assert (sum(r.benign_positive for r in margin), sum(r.n_benign for r in margin)) == (18, 117)


def test_predictive_interval_of_one_frequency_is_binomial():
    low, high = predictive_interval(np.full(50, 0.3), 40)
    assert (low, high) == tuple(stats.binom.ppf([0.025, 0.975], 40, 0.3))


def test_predictive_interval_widens_with_the_frequency():
    low, high = predictive_interval(np.linspace(0.05, 0.95, 200), 40)
    assert low < 4
    assert high > 36


def test_a_value_beyond_a_cutoff():
    p = evidence_model(400, 1).likelihood.parameters["adc_mean"]
    malignant, benign = value_frequencies(p, np.log(1.6), -1.0)
    expected = stats.norm.cdf((np.log(1.6) - p.malignant) / p.sd)
    assert malignant == pytest.approx(expected, abs=1e-12)
    assert np.all(malignant >= benign)


def test_sensitivity_at_a_specificity_of_two_normals():
    """Closed form: Φ(d − Φ⁻¹(specificity))."""
    x = np.linspace(-8, 10, 4001)
    malignant, benign = stats.norm.pdf(x, 2.0), stats.norm.pdf(x, 0.0)
    sensitivity = sensitivity_at(malignant / malignant.sum(), benign / benign.sum(), 0.9)
    assert sensitivity == pytest.approx(stats.norm.cdf(2 - stats.norm.ppf(0.9)), abs=1e-3)


def test_the_page_is_up_to_date():
    """docs/evidence.md holds the tables that its script would write now."""
    page, script = ROOT / "docs" / "evidence.md", ROOT / "benchmarks" / "evidence_model.py"
    if not (page.is_file() and script.is_file()):
        pytest.skip("the documentation is not beside the tests")
    spec = importlib.util.spec_from_file_location("evidence_model_benchmark", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = page.read_text(encoding="utf-8")
    assert module.page_text(text) == text
