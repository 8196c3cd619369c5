"""Agreement of a measured sign. Witnesses: scipy's Beta; binomial arithmetic of own counts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import beta

from pnst.classification.evidence_model.agreement_draws import AgreementRows, beta_log_density
from pnst.classification.evidence_model.frequency import LOGITS
from pnst.evidence.body import literature
from pnst.evidence.sign_rows import AgreementCounts

EVEN = (np.arange(2000) + 0.5) / 2000


def rows(own=None, others=(), predictor="cyst_or_necrosis"):
    of_literature = AgreementRows.of(predictor, False, literature())
    assert of_literature is not None
    return AgreementRows(of_literature.published, False, own, tuple(others))


def counted(yes, n_yes, no, n_no):
    return AgreementCounts("cyst_or_necrosis", "x", yes, n_yes, no, n_no, "counted", "")


def test_without_counts_it_is_the_published_range():
    sensitivity, specificity = rows().draw(EVEN, EVEN)
    assert (sensitivity.min(), sensitivity.max()) == pytest.approx((0.80, 0.95), abs=1e-3)
    assert specificity.mean() == pytest.approx(0.875)
    assert AgreementRows.of("invasion", False, literature()) is None


def test_the_range_as_a_beta_has_its_mean_and_sd():
    p, density = expit(LOGITS), np.exp(beta_log_density(0.80, 0.95))
    mean = (density * p).sum() / density.sum()
    sd = np.sqrt((density * (p - mean) ** 2).sum() / density.sum())
    assert (mean, sd) == pytest.approx((0.875, 0.15 / np.sqrt(12)), abs=1e-4)


def test_own_counts_are_conjugate():
    """The Beta of mean .875 and SD .15/√12, with 300 of 500 added, has the mean (a + 300)/(a + b + 500)."""
    total = 0.875 * 0.125 / (0.15**2 / 12) - 1
    sensitivity, _ = rows(counted(300, 500, 0, 0)).draw(EVEN, EVEN)
    expected = beta(total * 0.875 + 300, total * 0.125 + 200)
    assert (sensitivity.mean(), sensitivity.std()) == pytest.approx((expected.mean(), expected.std()), abs=2e-3)


def test_another_sites_counts_never_pin_it():
    own, others = counted(3000, 5000, 0, 0), counted(3000, 5000, 0, 0)
    pinned, moved = rows(own).draw(EVEN, EVEN)[0], rows(others=[others]).draw(EVEN, EVEN)[0]
    alone = rows().draw(EVEN, EVEN)[0]
    assert pinned.std() < 0.01
    assert moved.std() > 0.5 * alone.std()
    assert 0.6 < moved.mean() < alone.mean()


def test_worse_than_chance_says_nothing():
    sensitivity, specificity = rows(counted(100, 1000, 100, 1000)).draw(EVEN, EVEN)
    assert np.all(sensitivity + specificity >= 1)
