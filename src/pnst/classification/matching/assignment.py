"""Who is matched with whom: as many as can be, then as closely as can be, over all sets together."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from pnst.classification.matching.matched import MatchedSet
from pnst.typing import FloatArray

EVENNESS = 1e-6
"""What a squared difference, as a share of the greatest one, costs beside the difference itself: ties alone."""


def assign(cases: FloatArray, controls: FloatArray, ratio: int, width: float) -> list[MatchedSet]:
    """Sets by the scores of cases (n,) and controls (m,), by their places; none differs by more than `width`.

    Each control is used once. First as many cases as possible get a control, then as many as possible a second one …,
    and of all such choices the one with the least total difference is taken (Kuhn's assignment, as SciPy solves it),
    and among equals, of which differences of single numbers have many, the one with the least total of their squares.
    A case has up to `ratio` controls.

    The nearest to 0.0 is 0.2, but then 0.3 has none within 0.25:

    >>> assign(np.array([0.0, 0.3]), np.array([0.2, -0.2]), 1, 0.25)
    [MatchedSet(case=0, controls=(1,)), MatchedSet(case=1, controls=(0,))]
    """
    distance = np.abs(cases[:, None] - controls[None, :])
    allowed = distance <= width
    # What a case pays for a place that stays empty: more than all differences together, and more for an earlier place.
    # How many each case can have is a polymatroid, whose evenest choice is the best one for every such price.
    unit = 1.0 + len(cases) * ratio * width
    penalties = unit * np.arange(ratio, 0, -1.0)
    never = 2 * (penalties[0] + width)
    places = np.tile(np.where(allowed, distance + EVENNESS * distance**2 / width, never), (ratio, 1))
    empty = np.full((len(places), len(places)), never)
    np.fill_diagonal(empty, np.repeat(penalties, len(cases)))
    rows, columns = linear_sum_assignment(np.hstack([places, empty]))
    chosen: dict[int, list[int]] = {}
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if column < len(controls) and allowed[row % len(cases), column]:
            chosen.setdefault(row % len(cases), []).append(column)
    return [MatchedSet(case, tuple(sorted(chosen[case]))) for case in sorted(chosen)]
