"""The covariates of a matching as numbers, and the lesions that cannot have a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pnst.classification.training.labelled import refuse_unknown
from pnst.errors import InputError
from pnst.evidence.cells import is_empty
from pnst.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd

MOST_LEVELS = 20
"""Values that a covariate of words may have."""
_SIGNS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}


@dataclass(frozen=True, eq=False)
class Covariate:
    """One column: of numbers, or of words."""

    name: str
    values: FloatArray
    """(n,): numbers, or each word's place among `levels`; NaN where the cell is empty."""
    levels: tuple[str, ...] = ()
    """Empty for numbers."""

    @property
    def is_share(self) -> bool:
        """Whether it is 0 and 1 alone."""
        return not self.levels and set(np.unique(self.values[~np.isnan(self.values)])) <= {0.0, 1.0}

    def indicators(self) -> list[tuple[str, FloatArray]]:
        """What is balanced: the number itself, or each word as 0 and 1."""
        if not self.levels:
            return [(self.name, self.values)]
        return [(f"{self.name} = {word}", (self.values == place) * 1.0) for place, word in enumerate(self.levels)]


def read_covariates(frame: pd.DataFrame, names: Sequence[str], reserved: Sequence[str]) -> tuple[Covariate, ...]:
    """The covariates of those names.

    Raises `InputError` for no name, one twice, no column, one that is the label or a group, and one with more words
    than can be matched by.
    """
    _check_names(frame, names, reserved)
    return tuple(_covariate(name, frame[name].tolist()) for name in names)


def without_counterpart(covariates: Sequence[Covariate], labelled: BoolArray) -> dict[int, str]:
    """Row → why it can have no score: an empty cell, or a word that nobody of the other group has.

    Leaving a row out may take the last counterpart of another one: it goes on until every word has one.
    """
    left_out: dict[int, str] = {}
    for one in covariates:
        for row in np.flatnonzero(np.isnan(one.values)).tolist():
            left_out.setdefault(row, f"{one.name} is not given")
    while True:
        kept = np.array([row not in left_out for row in range(len(labelled))])
        lone = {
            row: f"no lesion of the other group has {one.name} = {one.levels[int(one.values[row])]}"
            for one in covariates
            if one.levels
            for row in np.flatnonzero(kept).tolist()
            if not (kept & (labelled != labelled[row]) & (one.values == one.values[row])).any()
        }
        if not lone:
            return left_out
        left_out |= lone


def _check_names(frame: pd.DataFrame, names: Sequence[str], reserved: Sequence[str]) -> None:
    refuse_unknown(frame, names)
    twice = next((name for name in names if list(names).count(name) > 1), None)
    taken = next((name for name in names if name in reserved), None)
    if not names or twice or taken:
        raise InputError(
            "these columns cannot be matched by",
            got=f"{twice} twice" if twice else f"{taken}, which is the label or a group" if taken else "no column",
            expected="columns that are known before the diagnosis, each once",
            remedy="correct the names",
        )


def _covariate(name: str, cells: Sequence[object]) -> Covariate:
    numbers = [_number(cell) for cell in cells]
    if all(number is not None for number in numbers):
        return Covariate(name, np.array(numbers, dtype=np.float64))
    words = ["" if is_empty(cell) else str(cell).strip() for cell in cells]
    levels = tuple(sorted({word for word in words if word}))
    if len(levels) > MOST_LEVELS:
        raise InputError(
            f"the column {name!r} has too many values to match by",
            got=f"{len(levels)} different words",
            expected=f"numbers, or at most {MOST_LEVELS} words",
            remedy="put values together, or leave the column out",
        )
    places = {word: float(place) for place, word in enumerate(levels)}
    return Covariate(name, np.array([places.get(word, np.nan) for word in words]), levels)


def _number(cell: object) -> float | None:
    """A cell as a number, NaN for an empty one, None for a word; yes and no are 1 and 0."""
    if is_empty(cell):
        return float("nan")
    if isinstance(cell, str):
        return _SIGNS.get(cell.strip().lower())
    return float(cell) if isinstance(cell, int | float | np.number | np.bool_) else None
