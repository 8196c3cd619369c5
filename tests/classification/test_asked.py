"""Which model answers. Witness: single assessments, lesion by lesion."""

from __future__ import annotations

import pandas as pd
import pytest

from pnst.classification.asked import ANSWER, Asked
from pnst.classification.assess import assess
from pnst.classification.intradural.model import IntraduralModel
from pnst.classification.settings import AssessSettings
from pnst.evidence.body import literature
from pnst.evidence.population import Patient

ASKED = Asked(None, literature(), AssessSettings(draws=400), None)


def test_the_place_picks_the_model():
    assert ASKED.model_for(Patient(location="limb")) is ASKED.any_model
    assert isinstance(ASKED.model_for(Patient(location="intradural")), IntraduralModel)
    assert ASKED.model_for(Patient(location="intracranial")) is None


def test_a_table_of_several_places_answers_as_one_lesion_after_another():
    table = pd.DataFrame(
        {
            "size.longest_diameter_mm": [30.0, 25.0, 80.0, 60.0],
            "adc.mean_um2_per_ms": [1.0, None, 1.2, 1.6],
            "reader.dural_tail": [None, True, None, None],
            "location": ["limb", "intradural", "intracranial", None],
            "nf1": [True, None, None, False],
        },
        index=list("dbac"),
    )
    answers = assess(table)
    assert tuple(answers.columns) == ANSWER
    assert list(answers.index) == list("dbac")
    cells = zip(table.index, *(answers[name] for name in ("question", "abstained", "probability")), strict=True)
    for name, question, abstained, probability in cells:
        one = assess({key: value for key, value in table.loc[name].items() if not pd.isna(value)})
        assert question == one.question
        assert abstained == one.abstained
        if one.probability is not None:
            assert probability == pytest.approx(one.probability, abs=1e-12)
