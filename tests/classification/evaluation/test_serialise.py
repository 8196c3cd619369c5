"""An evaluation as JSON and rows. Witness: the evaluation itself."""

from __future__ import annotations

import json

from pnst.classification.evaluation.serialise import prediction_rows, to_dict


def test_it_is_json_and_says_what_it_is_not(evaluation):
    content = json.loads(json.dumps(to_dict(evaluation), allow_nan=False))
    assert "not a medical device" in content["disclaimer"]
    assert content["data"]["lesions"] == 70
    assert content["models"][0]["auc"] == evaluation.models[0].area.value
    curves = content["decision_curve"]["net_benefit"]
    assert {"treat all", "treat none", "evidence model", "logistic", "Koike_adc_mean"} <= set(curves)
    assert all(len(curve) == 99 for curve in curves.values())


def test_predictions_have_a_row_a_lesion_and_model(evaluation):
    rows = prediction_rows(evaluation)
    assert len(rows) == 140
    assert rows[1]["probability"] == evaluation.models[1].predictions.probability[0]
    assert {row["case_id"] for row in rows} == {"c"}
