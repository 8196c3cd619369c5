"""The model gives back what was published, or says which figure it does not and why."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from classification.random_lesions import model_of
from pnst.classification.validity.intradural import intradural_rows
from pnst.classification.validity.row import (
    NOT_FITTING,
    Figure,
    ValidityRow,
    count_row,
    predictive_interval,
    value_row,
)
from pnst.classification.validity.table import Validity, sensitivity_at, sign_frequencies
from pnst.evidence import intradural_rows as intradural
from pnst.evidence import published

DRAWS = 128
FIGURE = Figure("file", "study", "predictor", "quantity")


def table_of(draws: int, seed: int) -> tuple[ValidityRow, ...]:
    return (*Validity(model_of(draws, seed)).rows(), *intradural_rows(draws, seed))


@pytest.fixture(scope="module")
def table():
    return table_of(DRAWS, 1)


class TestEveryRowIsThere:
    """Witness: the files."""

    @pytest.mark.parametrize(
        ("file", "rows"),
        [
            ("signs_2x2.csv", published.sign_counts),
            ("signs_by_entity.csv", published.entity_counts),
            ("continuous.csv", published.moments),
            ("continuous_by_entity.csv", published.entity_moments),
            ("intradural.csv", intradural.intradural_counts),
            ("intradural_continuous.csv", intradural.intradural_moments),
        ],
    )
    def test_by_study_and_predictor(self, file, rows, table):
        there = {(r.study, r.predictor) for r in table if r.file == file}
        assert there == {(row.study, row.predictor) for row in rows()}

    def test_cutoffs_areas_meta_analyses_and_shares(self, table):
        there = {file: {(r.study, r.predictor) for r in table if r.file == file} for file in {r.file for r in table}}
        assert there["cutoffs.csv"] == {
            (row.study, f"{row.name} {row.operator} {row.cutoff:g}") for row in published.cutoffs()
        }
        assert there["auc.csv"] == {(row.study, row.name) for row in published.areas()}
        assert there["pooled.csv"] == {(row.source, row.predictor) for row in published.pooled()}
        assert len(there["entities.csv"]) == len(published.entity_shares())

    def test_both_classes_of_each_count(self, table):
        """A modelled row of two counts stands twice."""
        modelled = [r for r in table if r.file == "signs_2x2.csv" and r.fits is not None]
        names = {p.name for p in published.predictors()} | {"size_gt_50mm"}
        assert len(modelled) == 2 * sum(row.predictor in names for row in published.sign_counts())

    def test_what_is_not_modelled_says_why(self, table):
        names = {p.name for p in published.predictors()} | {"size_gt_50mm"}
        for row in table:
            if row.fits is None:
                assert row.reason.startswith("not modelled: ")
                assert row.file not in ("signs_2x2.csv", "continuous.csv", "auc.csv") or row.predictor not in names


class TestFits:
    def test_the_rows_that_do_not_fit_are_the_listed_ones(self, table):
        """Not hidden, not more: each has its reason."""
        misfits = {(r.study, r.predictor, r.quantity): r.reason for r in table if r.fits is False}
        assert misfits == NOT_FITTING
        assert "no reason found" not in misfits.values()
        assert sum(r.fits is True for r in table) > 80

    @pytest.mark.slow
    def test_the_verdicts_do_not_hang_on_seed_and_draws(self, table):
        again = table_of(512, 2)
        assert [r.fits for r in again] == [r.fits for r in table]

    def test_a_figure_that_the_model_cannot_meet_has_no_reason(self):
        """The table can say no."""
        few = np.full(50, 0.1)
        row = count_row(FIGURE, 20, 20, few)
        assert (row.fits, row.reason, row.published) == (False, "no reason found", "20/20")
        assert count_row(FIGURE, 2, 20, few).fits
        assert not value_row(FIGURE, 3.0, np.linspace(0, 1, 50)).fits


def test_the_reasons_count_rightly():
    target = [r for r in published.sign_counts() if r.predictor == "target_sign_absent"]
    margin = [r for r in published.sign_counts() if r.predictor == "margin_ill_defined"]
    cyst = next(r for r in published.entity_counts() if (r.predictor, r.entity) == ("cystic_area", "schwannoma"))
    counts = {r.study: (r.benign_positive, r.n_benign) for r in (*target, *margin) if r.study != "Matsumine2009"}
    assert counts["Bhargava1997"] == (0, 12)
    assert counts["Suh1992"] == (11, 23)
    assert counts["Demehri2014"] == (7, 22)
    assert [(r.benign_positive, r.n_benign) for r in (*target, *margin) if r.study == "Matsumine2009"] == [(6, 18)] * 2
    assert cyst.positive / cyst.n == pytest.approx(0.64, abs=0.005)


@pytest.mark.parametrize(("frequency", "total"), [(0.3, 40), (0.05, 12), (0.5, 10)])
def test_predictive_interval_of_one_frequency_is_binomial(frequency, total):
    interval = predictive_interval(np.full(50, frequency), total)
    assert interval == tuple(stats.binom.ppf([0.025, 0.975], total, frequency))


def test_predictive_interval_widens_with_the_frequency():
    low, high = predictive_interval(np.linspace(0.05, 0.95, 200), 40)
    assert low < 4
    assert high > 36


def test_a_value_beyond_a_cutoff():
    """Closed form: a normal tail of each class."""
    validity = Validity(model_of(DRAWS))
    p = validity.predictors["adc_mean"]
    malignant, benign = validity._beyond("adc_mean", np.log(1.6), -1.0)
    assert malignant == pytest.approx(stats.norm.cdf((np.log(1.6) - p.malignant) / p.sd), abs=1e-12)
    for of_entity in benign.values():
        assert np.all(malignant >= of_entity - 1e-12)


def test_a_signs_frequencies_are_those_of_its_curve():
    """Closed form: kept within the greatest loading, cut beyond it, one where reversed."""
    malignant, benign = sign_frequencies(np.array([0.6, 0.99, 0.1]), np.array([0.2, 0.01, 0.5]), np.full(3, 2.0))
    assert (malignant[0], benign[0]) == pytest.approx((0.6, 0.2))
    assert stats.norm.ppf(malignant[1]) - stats.norm.ppf(benign[1]) == pytest.approx(0.95 * 2)
    assert malignant[2] == benign[2]


def test_sensitivity_at_a_specificity_of_two_normals(monkeypatch):
    """Closed form: Φ(d − Φ⁻¹(specificity))."""
    x = np.linspace(-8, 10, 4001)
    malignant, benign = (stats.norm.pdf(x, centre)[None] for centre in (2.0, 0.0))
    one = [(np.ones(1), malignant / malignant.sum(), benign / benign.sum())]
    monkeypatch.setattr("pnst.classification.validity.table.ordered", lambda likelihood, outcomes: iter(one))
    assert sensitivity_at(None, None, 0.9) == pytest.approx(stats.norm.cdf(2 - stats.norm.ppf(0.9)), abs=1e-3)
