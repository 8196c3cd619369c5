"""The page of an evaluation. Witnesses: the evaluation's own numbers, text that must not become markup."""

from __future__ import annotations

import base64
import re

import pytest

from classification.simulated_cohorts import cohort
from pnst.classification.evaluation.evaluate import evaluate
from pnst.classification.settings import EvaluateSettings
from pnst.reporting.evaluation import evaluation_report

FEW = EvaluateSettings(bootstrap=100)
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def evaluation():
    table = cohort(70, seed=3).rename(columns={"malignant": HOSTILE}).assign(site=f"{HOSTILE}&")
    return evaluate(table, HOSTILE, "patient", threshold=0.3, subgroups=["nf1", "site"], settings=FEW)


@pytest.fixture(scope="module")
def page(evaluation):
    return evaluation_report(evaluation)


def test_every_number_of_the_models_is_there(evaluation, page):
    (result,) = evaluation.models
    low, high = result.area.bootstrap
    for text in (
        f"{result.area.value:.3f}",
        f"{low:.3f} – {high:.3f}",
        f"{result.reliability.brier:.3f} ({result.reliability.brier_of_prevalence:.3f})",
        f"{result.at_threshold.sensitivity.count}/{result.at_threshold.sensitivity.total};",
        "Koike_adc_mean",
        "not known to the software",
        "not a medical device",
        "nf1 = True",
    ):
        assert text in page


def test_text_from_a_table_is_never_markup(page):
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_it_stands_alone(page):
    """Nothing is loaded: three PNG data URIs, no other source or link, no script."""
    sources = re.findall(r'src="([^"]{30})', page)
    assert len(sources) == 3
    assert all(base64.b64decode(source.split(",")[1]).startswith(b"\x89PNG") for source in sources)
    assert "href=" not in page
    assert "default-src 'none'" in page


def test_equal_evaluations_give_equal_pages(evaluation, page):
    assert evaluation_report(evaluation) == page


def test_what_cannot_be_estimated_is_said():
    """Every probability the same in a class of its own: separated, no threshold."""
    table = cohort(30, seed=1)
    table["adc.mean_um2_per_ms"] = table["malignant"].map({1: 0.8, 0: 2.9})
    table["size.longest_diameter_mm"] = table["malignant"].map({1: 90.0, 0: 15.0})
    table["edema.max_extent_mm"] = table["malignant"].map({1: 30.0, 0: 0.0})
    page = evaluation_report(evaluate(table, "malignant", "patient", settings=FEW))
    assert "cannot be estimated" in page
    assert "No threshold was stated" in page
