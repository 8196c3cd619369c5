"""When an answer should not be used. Witness: which side of the interval's ends the decision probability lies on."""

from __future__ import annotations

import numpy as np

from pnst.classification.abstention import abstentions
from pnst.classification.lesion_table import LesionTable
from pnst.classification.prediction import Prediction
from pnst.evidence.question import MALIGNANT


def prediction(interval, reasons) -> Prediction:
    count = len(interval)
    return Prediction(
        question=MALIGNANT,
        model="by hand",
        prior=0.5,
        probability=np.mean(interval, axis=1),
        interval=np.array(interval),
        odds_factor=np.ones(count),
        odds_factor_interval=np.ones((count, 2)),
        held_out=np.zeros(count, dtype=bool),
        reasons=tuple(reasons),
        warnings=((),) * count,
        inputs=lambda row: (),
        findings=lambda row: {},
        at_prior=lambda prior: np.full(count, prior),
    )


def table(count: int, **cells: list[object]) -> LesionTable:
    return LesionTable({name.replace("__", "."): column for name, column in cells.items()}, {}, count)


def test_an_interval_abstains_where_it_contains_the_decision_its_ends_included():
    lesions = prediction([(0.1, 0.2), (0.3, 0.4), (0.25, 0.3), (0.31, 0.9)], [()] * 4)
    reason = "the interval contains the decision probability 0.3"
    assert abstentions(lesions, table(4), 0.3) == [None, reason, reason, None]
    assert abstentions(lesions, table(4), None) == [None] * 4


def test_the_models_own_reasons_come_first():
    (text,) = abstentions(prediction([(0.1, 0.9)], [("nothing was measured", "check its unit")]), table(1), 0.5)
    assert text == "nothing was measured; check its unit; the interval contains the decision probability 0.5"


def test_what_is_no_lesion_comes_before_all():
    lesions = table(2, size__implausible=["an inverted mask", None])
    texts = abstentions(prediction([(0.1, 0.9), (0.1, 0.2)], [("check its unit",), ()]), lesions, None)
    assert texts == ["an inverted mask; check its unit", None]
