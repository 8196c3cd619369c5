"""The guidelines' topics, with what the software knows. Witness: the evaluation itself."""

from __future__ import annotations

from pnst.classification.evaluation.checklist import METRICS, TRIPOD, UNKNOWN, checklist
from pnst.classification.evaluation.serialise import to_dict


def test_the_checklist_knows_what_it_does_not_know(evaluation):
    items = {(item["guideline"], item["topic"]): item["text"] for item in to_dict(evaluation)["checklist"]}
    assert items[TRIPOD, "Methods: ethical approval"] == UNKNOWN
    assert items[METRICS, "Segmentation"] == UNKNOWN
    assert "70 lesions" in items[TRIPOD, "Methods: sample size"]
    assert "nf1, location" in items[TRIPOD, "Methods: fairness"]
    assert f"AUC {evaluation.models[0].area.value:.3f}" in items[TRIPOD, "Results: model performance"]


def test_every_topic_stands_once(evaluation):
    topics = [(item.guideline, item.topic) for item in checklist(evaluation)]
    assert len(set(topics)) == len(topics) == 22 + 9
