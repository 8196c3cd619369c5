"""What a trained model's prediction consists of."""

from __future__ import annotations

import numpy as np

from pnst.classification.training.prediction import row_digests


def test_rows_are_named_by_their_numbers_alone():
    rows = np.array([[0.1 + 0.2, np.nan], [0.3, -np.nan], [0.3, 0.0], [0.3, -0.0]])
    one, two, three, four = row_digests(rows)
    assert one == two != three
    assert three == four
