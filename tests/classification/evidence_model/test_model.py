"""The evidence model as a whole. Witness: lesions one by one, and what it is called."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.lesion_table import LesionTable
from pnst.evidence.body import literature
from pnst.evidence.population import Patient

MODEL = evidence_model(literature(), 400, 1)


def test_many_lesions_answer_as_one_by_one_and_in_batches(monkeypatch):
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "size.longest_diameter_mm": rng.uniform(10, 150, 7),
            "adc.mean_um2_per_ms": [1.0, np.nan, 1.3, 2.0, np.nan, 0.9, 1.7],
            "nf1": [True, False, None, True, None, False, True],
        }
    )
    monkeypatch.setattr("pnst.classification.evidence_model.model._BATCH", 3)
    together = MODEL.predict(LesionTable.from_frame(table), Patient())
    for row in range(len(table)):
        alone = MODEL.predict(LesionTable.from_frame(table.iloc[[row]]), Patient())
        assert together.probability[row] == pytest.approx(alone.probability[0], abs=1e-12)
        assert together.at_prior(0.05)[row] == pytest.approx(alone.at_prior(0.05)[0], abs=1e-12)


def test_it_is_called_by_its_draws_and_seed():
    assert MODEL.name == "evidence model 2, 400 draws, seed 1"


def test_no_lesions_have_no_answers():
    empty = pd.DataFrame({"adc.mean_um2_per_ms": []})
    assert MODEL.predict(LesionTable.from_frame(empty), Patient()).probability.shape == (0,)
