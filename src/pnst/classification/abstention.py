"""Why an answer should not be used."""

from __future__ import annotations

from pnst.classification.lesion_table import LesionTable
from pnst.classification.prediction import Prediction


def abstentions(prediction: Prediction, lesions: LesionTable, decision_probability: float | None) -> list[str | None]:
    """Each lesion's reasons in one text, None where nothing speaks against the answer: what was measured is no lesion,
    the model's own, and an interval that contains the decision probability.
    """
    texts: list[str | None] = []
    implausible = lesions.texts("size.implausible")
    for why, own, (low, high) in zip(implausible, prediction.reasons, prediction.interval, strict=True):
        reasons = [*([why] if why else []), *own]
        if decision_probability is not None and low <= decision_probability <= high:
            reasons.append(f"the interval contains the decision probability {decision_probability:g}")
        texts.append("; ".join(reasons) or None)
    return texts
