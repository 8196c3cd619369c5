"""A calibrated pipeline. Witness: the line by hand over a score that is the first feature."""

from __future__ import annotations

import numpy as np

from pnst.classification.training.scorer import Scorer


class FirstFeature:
    def decision_function(self, matrix):
        return matrix[:, 0]


def test_the_log_odds_are_the_line_over_the_score():
    scorer = Scorer(FirstFeature(), slope=2.0, intercept=-1.0)
    assert scorer.log_odds(np.array([[0.0, 9.0], [3.0, 9.0]])).tolist() == [-1.0, 5.0]


def test_its_parts_make_it_again():
    scorer = Scorer(FirstFeature(), slope=np.float64(2.0), intercept=np.float64(-1.0))
    matrix = np.random.default_rng(0).random((4, 2))
    assert (Scorer(**scorer.parts()).log_odds(matrix) == scorer.log_odds(matrix)).all()
    assert {type(scorer.parts()[name]) for name in ("slope", "intercept")} == {float}
