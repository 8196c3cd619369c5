"""A number held against a reading that has words for it, where no published threshold says which word it means."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def best_threshold(scores: npt.NDArray[np.float64], positive: npt.NDArray[np.bool_]) -> float:
    """The threshold that puts the most scores (n,) on their side; of several the one in the widest gap.

    >>> float(best_threshold(np.array([1.0, 2.0, 4.0, 5.0]), np.array([False, False, True, True])))
    3.0
    """
    edges = np.unique(scores)
    between = (edges[1:] + edges[:-1]) / 2
    right = ((scores > between[:, None]) == positive).sum(axis=1)
    widest = np.argmax(np.where(right == right.max(), np.diff(edges), -1.0))
    return float(between[widest])


def agreement_left_out(scores: npt.NDArray[np.float64], positive: npt.NDArray[np.bool_]) -> int:
    """How many of n cases a threshold puts on their side when it was chosen on the n − 1 others."""
    others = ~np.eye(len(scores), dtype=bool)
    thresholds = np.array([best_threshold(scores[kept], positive[kept]) for kept in others])
    return int(((scores > thresholds) == positive).sum())
