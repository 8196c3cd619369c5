"""Runs of true values along rays."""

from __future__ import annotations

import numpy as np

from pnst.typing import BoolArray, IntArray


def first_runs(values: BoolArray) -> tuple[IntArray, IntArray]:
    """(n,) each: where the first run of true values in each row (n, m) begins, and how many it holds; 0 without one.

    >>> first_runs(np.array([[False, True, True, False, True], [False] * 5]))
    (array([1, 0]), array([2, 0]))
    """
    start = values.argmax(axis=1)
    later = np.arange(values.shape[1]) >= start[:, None]
    ends = ~values & later
    end = np.where(ends.any(axis=1), ends.argmax(axis=1), values.shape[1])
    return start, np.where(values.any(axis=1), end - start, 0)
