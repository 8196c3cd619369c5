"""Settings of assessing and learning: "not given" is None, and what is out of range is refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pnst.classification.settings import AT_PRIORS, AssessSettings, EvaluateSettings, TrainSettings
from pnst.evidence.question import QUESTIONS


def test_a_prior_that_is_not_given_is_none():
    """A number that equals a question's own prior is a number."""
    assert AssessSettings().prior is None
    for question in QUESTIONS:
        assert AssessSettings(prior=question.prior).prior == question.prior
        assert AssessSettings(prior=question.prior) != AssessSettings()


def test_the_other_priors_are_below_the_case_mix_of_referred_lesions():
    assert list(AT_PRIORS) == sorted(AT_PRIORS)
    assert max(AT_PRIORS) < min(question.prior for question in QUESTIONS)


def test_the_default_draws_are_a_power_of_two():
    """A Sobol sequence is evenest there."""
    draws = AssessSettings().draws
    assert draws & (draws - 1) == 0


@pytest.mark.parametrize("kind", [AssessSettings, TrainSettings, EvaluateSettings])
def test_an_unknown_key_is_refused_and_nothing_changes_later(kind):
    with pytest.raises(ValidationError, match="Extra inputs"):
        kind(priors=0.1)
    with pytest.raises(ValidationError, match="frozen"):
        kind().seed = 2


@pytest.mark.parametrize("prior", [0.0, 1.0, -0.1, float("nan")])
def test_a_prior_that_is_no_probability(prior):
    with pytest.raises(ValidationError):
        AssessSettings(prior=prior)


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        (AssessSettings, {"wasa_size_cutoff_mm": float("inf")}),
        (TrainSettings, {"events_per_feature": float("inf")}),
        (TrainSettings, {"inverse_penalties": (1.0, float("inf"))}),
        (TrainSettings, {"inverse_penalties": (1.0, -1.0)}),
        (TrainSettings, {"tree_counts": (25, 0)}),
        (EvaluateSettings, {"curve_steps": float("inf")}),
    ],
)
def test_a_setting_without_end_or_sense(kind, setting):
    with pytest.raises(ValidationError):
        kind(**setting)


def test_folds_that_are_not_given_are_none():
    assert TrainSettings().folds is None
    assert TrainSettings(folds=5) != TrainSettings()
