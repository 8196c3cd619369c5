"""A prior that is given is used, whatever number it is. Witness: the shift of the log-odds from one prior to another.

The case mix of the published studies, 252 of 798, is the malignant question's own prior, and no other model's.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from classification.simulated_cohorts import QUICK, cohort
from pnst.classification.assess import assess
from pnst.classification.evaluation.evaluate import evaluate
from pnst.classification.settings import AssessSettings, EvaluateSettings
from pnst.classification.training.train import train
from pnst.evidence.question import INTRADURAL, MALIGNANT
from pnst.settings import LearnSettings, RunSettings

LESION = {"size.longest_diameter_mm": 80.0, "edema.max_extent_mm": 20.0, "adc.mean_um2_per_ms": 1.3}
FEATURES = [*LESION]
TOML = "[assess]\nprior = 0.3157894736842105\n"


@pytest.fixture(scope="module")
def model():
    """Trained on a cohort of another case mix."""
    model = train(cohort(), "malignant", "patient", features=FEATURES, settings=QUICK)
    assert abs(model.card.prevalence - MALIGNANT.prior) > 0.02
    return model


def from_toml(kind, tmp_path):
    (tmp_path / "settings.toml").write_text(TOML)
    return kind.from_toml(tmp_path / "settings.toml").assess


@pytest.fixture(params=["argument", "settings", "settings.toml"])
def given(request, tmp_path):
    """The ways of saying 252/798."""
    return {
        "argument": lambda: {"prior": 252 / 798},
        "settings": lambda: {"settings": AssessSettings(prior=252 / 798)},
        "settings.toml": lambda: {"settings": from_toml(RunSettings, tmp_path)},
    }[request.param]()


def test_the_published_case_mix_is_used_by_a_trained_model(model, given):
    """Closed form: the log-odds move by logit(252/798) − logit(prevalence)."""
    own, a = assess(LESION, model=model), assess(LESION, model=model, **given)
    assert (own.prior, a.prior) == (pytest.approx(model.card.prevalence), 252 / 798)
    moved = logit(own.probability) + logit(252 / 798) - logit(model.card.prevalence)
    assert a.probability == pytest.approx(expit(moved), abs=1e-12)
    assert a.probability != own.probability
    below, above = (assess(LESION, model=model, prior=prior).probability for prior in (0.31, 0.32))
    assert below < a.probability < above
    assert logit(a.prior) + sum(a.contributions.values()) == pytest.approx(logit(a.probability), abs=1e-9)


def test_the_evidence_models_own_prior_may_be_given_or_not(given):
    assert assess(LESION, **given).probability == assess(LESION).probability


def test_each_question_has_its_own_prior():
    """Witness: EVIDENCE, 252/798 and 73/91."""
    assert (MALIGNANT.prior, INTRADURAL.prior) == (252 / 798, 73 / 91)
    assert assess(LESION, patient={"location": "intradural"}).prior == 73 / 91
    assert assess(LESION, prior=0.4, patient={"location": "intradural"}).prior == 0.4


def test_an_argument_beats_the_settings(model):
    settings = AssessSettings(prior=0.05)
    assert assess(LESION, prior=252 / 798, model=model, settings=settings).prior == 252 / 798
    assert assess(LESION, prior=252 / 798, settings=settings).prior == 252 / 798


@pytest.mark.parametrize("source", ["settings", "settings.toml"])
def test_an_evaluation_is_at_the_prior_that_is_given(model, source, tmp_path):
    """Witness: `assess` over the same table."""
    table = cohort(40, seed=3)
    settings = AssessSettings(prior=252 / 798) if source == "settings" else from_toml(LearnSettings, tmp_path)

    def predictions(assess_settings):
        evaluation = evaluate(
            table,
            "malignant",
            models=[model],
            settings=EvaluateSettings(bootstrap=100),
            assess_settings=assess_settings,
        )
        return evaluation.models[0].predictions

    given, own = predictions(settings), predictions(AssessSettings())
    assert given.probability == pytest.approx(assess(table, prior=252 / 798, model=model)["probability"].to_numpy())
    assert own.probability == pytest.approx(assess(table, model=model)["probability"].to_numpy())
    assert np.all(given.probability < own.probability)
    assert given.model == f"{model.name}, prior 0.316"
