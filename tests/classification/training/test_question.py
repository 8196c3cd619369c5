"""One question a table and a model. Witness: tables whose questions are counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from classification.simulated_cohorts import QUICK, cohort
from pnst.classification.assess import assess
from pnst.classification.evaluation.evaluate import evaluate
from pnst.classification.settings import EvaluateSettings
from pnst.classification.training.model_folder import model_files, read_model
from pnst.classification.training.question import one_question, question_of
from pnst.classification.training.train import train
from pnst.errors import InputError

FEW = EvaluateSettings(bootstrap=100)
FEATURES = ["edema.max_extent_mm", "heterogeneity.variation_t1"]


def asking(*questions: object) -> pd.DataFrame:
    table = cohort(60)
    return table.assign(question=np.resize(np.array(questions, dtype=object), len(table)))


@pytest.fixture(scope="module")
def intradural():
    return train(asking("intradural"), "malignant", "patient", features=FEATURES, settings=QUICK)


def test_a_table_says_it_or_not():
    assert question_of(cohort(20)) is None
    assert question_of(asking(None)) is None
    assert question_of(asking(" Malignant")) == "malignant"
    assert one_question([]) is None


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (
            ("malignant", "intradural"),
            r"more than one question; got: 'malignant', 'intradural' in the column 'question'",
        ),
        (("malignant", None), r"more than one question; got: 'malignant', empty cells"),
        (("benign", "malignant"), r"a question that there is not; got: 'benign'"),
    ],
)
def test_a_mixed_table_is_refused(words, what):
    with pytest.raises(InputError, match=what):
        train(asking(*words), "malignant", "patient", settings=QUICK)
    with pytest.raises(InputError, match=what):
        evaluate(asking(*words), "malignant", "patient", settings=FEW)


def test_it_is_no_feature_and_stands_on_the_card(intradural, tmp_path):
    assert intradural.card.data.question == "intradural"
    assert "- question: intradural" in intradural.card.to_markdown()
    for name, content in model_files(intradural).items():
        (tmp_path / name).write_bytes(content)
    assert read_model(tmp_path).card.data.question == "intradural"
    every = train(asking("intradural"), "malignant", "patient", settings=QUICK)
    assert not any("question" in name for name in (*every.features, *every.card.excluded))


def test_a_model_refuses_another_question(intradural):
    with pytest.raises(InputError, match=r"answers another question than the table asks; got: a table of 'malignant'"):
        evaluate(asking("malignant"), "malignant", "patient", models=[intradural], settings=FEW)
    with pytest.raises(InputError, match="another question"):
        assess(asking("malignant")[[*FEATURES, "question"]], model=intradural)
    with pytest.raises(InputError, match=r"the evidence model, which answers 'malignant'"):
        evaluate(asking("intradural"), "malignant", "patient", settings=FEW)


def test_the_same_question_and_none_are_answered(intradural):
    for table in (asking("intradural"), cohort(60)):
        assert evaluate(table, "malignant", "patient", models=[intradural], settings=FEW).models
    asked = evaluate(asking("malignant"), "malignant", "patient", settings=FEW)
    assert asked.question == "malignant"
