"""Moving any predictor its malignant way never lowers the probability, whatever the others are."""

from __future__ import annotations

import numpy as np
import pytest

from classification.random_lesions import column_values, malignant_direction, random_table
from pnst.classification.assess import assess
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.observation import observe, observed_data
from pnst.classification.lesion_table import LesionTable
from pnst.evidence.published import predictors

ROUNDING = 1e-10


def log_ratio(table):
    return evidence_model(400, 1).log_ratio(observed_data(observe(LesionTable.from_frame(table)), len(table)))


def moved_pairs(predictor, count: int, rng):
    """The same random contexts with one column at a less and at a more malignant value; its rivals left out."""
    table = random_table(count, rng)
    rivals = [p.column for p in predictors() if p.group == predictor.group]
    table[rivals] = np.nan
    values = np.sort([column_values(predictor, count, rng) for _ in range(2)], axis=0)
    if malignant_direction(predictor) < 0:
        values = values[::-1]
    return tuple(table.assign(**{predictor.column: x}) for x in values)


def falls(count: int, seed: int) -> dict[str, float]:
    """Predictor → the greatest fall of any draw's log odds when it moves its malignant way."""
    rng = np.random.default_rng(seed)
    greatest = {}
    for predictor in predictors():
        less, more = moved_pairs(predictor, count, rng)
        greatest[predictor.name] = float((log_ratio(less) - log_ratio(more)).max())
    return greatest


def test_monotone_in_every_predictor():
    """64 contexts for each of 16 predictors, each draw by itself: 1,024 contexts × 400 models."""
    assert max(falls(64, seed=2).values()) <= ROUNDING


@pytest.mark.slow
def test_monotone_in_every_predictor_over_many_contexts():
    for seed in range(10):
        assert max(falls(64, seed=100 + seed).values()) <= ROUNDING


def test_the_probability_itself_is_monotone():
    """As a user sees it, over 100 contexts: the mean over draws."""
    rng = np.random.default_rng(8)
    for predictor in predictors():
        less, more = moved_pairs(predictor, 8, rng)
        assert np.all(assess(more)["probability"] >= assess(less)["probability"] - ROUNDING)


def test_the_law_can_say_no():
    """Moved its benign way, some context's log odds falls."""
    rng = np.random.default_rng(3)
    less, more = moved_pairs(next(p for p in predictors() if p.name == "split_fat_absent"), 16, rng)
    assert (log_ratio(more) - log_ratio(less)).max() > 0.1


def test_an_absent_split_fat_does_not_lower_the_probability_once_adc_is_known():
    """The failure of a common-correlation model that EVIDENCE names."""
    for adc in (0.8, 1.2, 1.8, 2.4, 3.0):
        known = {"adc.mean_um2_per_ms": adc}
        absent = assess({**known, "split_fat.coverage_fraction": 0.0}).probability
        assert absent > assess(known).probability > assess({**known, "split_fat.coverage_fraction": 1.0}).probability


def test_mean_and_minimum_adc_answer_as_mean_alone():
    mean = {"adc.mean_um2_per_ms": 1.3, "size.longest_diameter_mm": 70.0}
    both = assess({**mean, "adc.min_um2_per_ms": 0.5, "adc.dark_um2_per_ms": 0.9})
    assert both.probability == assess(mean).probability
    assert set(both.contributions) == {"adc_mean", "longest_diameter"}


@pytest.mark.parametrize("prior", [0.001, 0.316, 0.9])
def test_with_nothing_measured_the_answer_is_the_prior(prior):
    a = assess({}, prior=prior)
    assert (a.probability, a.interval) == (pytest.approx(prior), pytest.approx((prior, prior)))
    assert dict(a.contributions) == {}
