"""One trained model, and one evaluation of it beside the evidence model on other lesions."""

from __future__ import annotations

import pytest

from classification.simulated_cohorts import QUICK, cohort
from pnst.classification.evaluation.evaluate import evaluate
from pnst.classification.settings import EvaluateSettings
from pnst.classification.training.train import train


@pytest.fixture(scope="session")
def model():
    return train(cohort(), "malignant", "patient", settings=QUICK)


@pytest.fixture(scope="session")
def evaluation(model):
    return evaluate(
        cohort(70, seed=3).assign(case_id="c"),
        "malignant",
        "patient",
        models=["evidence", model],
        threshold=0.4,
        subgroups=["nf1", "location"],
        settings=EvaluateSettings(bootstrap=200),
    )
