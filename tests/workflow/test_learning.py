"""From a table to a model's folder and an evaluation's files. Witness: what was returned beside what was written."""

from __future__ import annotations

import json

import pytest

from classification.simulated_cohorts import QUICK, cohort
from pnst import workflow
from pnst.classification.settings import EvaluateSettings
from pnst.classification.training.model_folder import read_model
from pnst.errors import InputError

SETTINGS = workflow.LearnSettings(train=QUICK, evaluate=EvaluateSettings(bootstrap=200))


@pytest.fixture(scope="module")
def training(tmp_path_factory) -> workflow.TrainingTable:
    table = tmp_path_factory.mktemp("learning") / "table.csv"
    cohort().to_csv(table, index=False)
    return workflow.TrainingTable(
        table=table, label="malignant", groups="patient", features=["age", "edema.max_extent_mm"]
    )


def test_the_model_that_is_returned_is_the_one_in_the_folder(training, tmp_path):
    stages: list[str] = []
    model = workflow.train_model(training, tmp_path / "model", SETTINGS, stages.append)
    assert read_model(tmp_path / "model").card == model.card
    assert model.features == ("age", "edema.max_extent_mm")
    assert (stages[0], stages[-1]) == ("reading the table", "writing")


def test_an_evaluation_is_written_with_the_numbers_that_are_returned(training, tmp_path):
    evaluation = workflow.evaluate_models(training, ["evidence"], tmp_path / "e", SETTINGS)
    written = json.loads((tmp_path / "e" / "evaluation.json").read_text(encoding="utf-8"))
    assert written["models"][0]["auc"] == evaluation.models[0].area.value
    assert {file.name for file in (tmp_path / "e").iterdir()} == {
        "evaluation.json",
        "evaluation.html",
        "predictions.csv",
    }


def test_the_table_is_never_replaced(training):
    with pytest.raises(InputError):
        workflow.evaluate_models(training, ["evidence"], training.table.parent / "table.csv", SETTINGS)
    assert training.table.is_file()
