"""The figures of an evaluation, with whatever name a model's folder has."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from classification.simulated_cohorts import cohort
from pnst.classification.evaluation.evaluate import evaluate
from pnst.classification.settings import EvaluateSettings
from pnst.reporting.evaluation import evaluation_report
from pnst.reporting.evaluation_figures import roc_picture


@pytest.fixture(scope="module")
def evaluation():
    return evaluate(cohort(70, seed=3), "malignant", "patient", threshold=0.3, settings=EvaluateSettings(bootstrap=200))


@pytest.mark.parametrize("name", [r"a$\frac$", "$x$", "_mine"])
def test_a_models_folder_is_written_as_it_is_called(evaluation, name):
    """A formula of matplotlib that is none would be an error, and a legend leaves out what begins with a dash."""
    (one,) = evaluation.models
    other = replace(one, predictions=replace(one.predictions, name=name))
    curves = dict(evaluation.decision.net_benefit)
    curves[name] = curves.pop(one.predictions.name)
    renamed = replace(evaluation, models=(other,), decision=replace(evaluation.decision, net_benefit=curves))
    assert re.sub(r'src="[^"]*"', "", evaluation_report(renamed)).count(f">{name}<") > 1
    nameless = replace(other, predictions=replace(one.predictions, name=""))
    assert roc_picture(renamed).data != roc_picture(replace(renamed, models=(nameless,))).data
