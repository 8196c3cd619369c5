"""What predictors are called. Witness: every predictor of both questions, and a trained model's features."""

from __future__ import annotations

from pnst.classification.intradural.observation import DIAMETER, LEVEL, SIGNS
from pnst.classification.predictor_titles import PREDICTORS, predictor_title
from pnst.evidence.published import predictors


def test_every_predictor_has_a_title_of_its_own():
    names = {*(p.name for p in predictors()), *SIGNS, DIAMETER, LEVEL}
    assert names <= set(PREDICTORS)
    assert not any("_" in predictor_title(name) for name in names)


def test_a_feature_is_called_by_its_family_and_column_and_a_group_by_its_family():
    assert predictor_title("size.volume_ml") == "Size: Volume"
    assert predictor_title("adc") == "Diffusion"
