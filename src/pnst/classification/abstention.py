"""Why an answer should not be used."""

from __future__ import annotations

from pnst.classification.prediction import Prediction


def abstentions(prediction: Prediction, decision_probability: float | None) -> list[str | None]:
    """Each lesion's reasons in one text, None where nothing speaks against the answer: the model's own, and an interval
    that contains the decision probability.
    """
    texts: list[str | None] = []
    for own, (low, high) in zip(prediction.reasons, prediction.interval, strict=True):
        reasons = list(own)
        if decision_probability is not None and low <= decision_probability <= high:
            reasons.append(f"the interval contains the decision probability {decision_probability:g}")
        texts.append("; ".join(reasons) or None)
    return texts
