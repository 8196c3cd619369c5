"""Runs along rays. Witness: counted by eye."""

from __future__ import annotations

import numpy as np

from pnst.kernels.runs import first_runs


def test_first_runs():
    rows = np.array([[0, 1, 1, 0, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 1], [0] * 7], dtype=bool)
    start, count = first_runs(rows)
    assert count.tolist() == [2, 7, 1, 0]
    assert start[:3].tolist() == [1, 0, 6]
