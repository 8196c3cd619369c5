"""Models in the lesions that share a value of a column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pnst.classification.evaluation.predictions import ModelPredictions
from pnst.classification.metrics.proportions import AtThreshold, at_threshold
from pnst.classification.metrics.roc import delong
from pnst.classification.training.labelled import refuse_unknown
from pnst.errors import InputError
from pnst.evidence.cells import is_empty
from pnst.typing import BoolArray

if TYPE_CHECKING:
    import pandas as pd


NOT_GIVEN = "not given"
_MIN_PER_CLASS = 2  # lesions of each class, below which an area has no variance


@dataclass(frozen=True)
class Subgroup:
    """One model in the lesions that share a value of a column."""

    model: str
    column: str
    value: str
    lesions: int
    malignant: int
    area: float | None
    """None where a class has under two lesions, or no two lesions of both were answered by one and the same model."""
    area_interval: tuple[float, float] | None
    brier: float
    at_threshold: AtThreshold | None


def subgroups_of(
    predictions: Sequence[ModelPredictions],
    levels: Mapping[str, Sequence[str]],
    malignant: BoolArray,
    threshold: float | None,
) -> Iterator[Subgroup]:
    """Every model in every subgroup, those of an empty cell last."""
    for one in predictions:
        for column, values in levels.items():
            for value in sorted(set(values), key=lambda v: (v == NOT_GIVEN, v)):
                rows = np.array([v == value for v in values])
                yield _subgroup(one, (column, value), rows, malignant[rows], threshold)


def _subgroup(
    predictions: ModelPredictions,
    named: tuple[str, str],
    rows: BoolArray,
    malignant: BoolArray,
    threshold: float | None,
) -> Subgroup:
    p = predictions.probability[rows]
    enough = min(int(malignant.sum()), int((~malignant).sum())) >= _MIN_PER_CLASS
    area = delong(p[None], malignant, predictions.strata[rows]) if enough else None
    return Subgroup(
        model=predictions.name,
        column=named[0],
        value=named[1],
        lesions=len(p),
        malignant=int(malignant.sum()),
        area=area.area() if area else None,
        area_interval=area.interval() if area else None,
        brier=float(np.mean((p - malignant) ** 2)),
        at_threshold=None if threshold is None else at_threshold(p >= threshold, malignant),
    )


def levels_of(table: pd.DataFrame, column: str, max_levels: int) -> list[str]:
    """A column's value in words, a lesion each. Raises `InputError` where there are more than `max_levels` of them."""
    refuse_unknown(table, [column])
    values = [NOT_GIVEN if is_empty(cell) else str(cell) for cell in table[column].tolist()]
    if len(set(values)) > max_levels:
        raise InputError(
            f"the column {column!r} does not divide the lesions into subgroups",
            got=f"{len(set(values))} different values",
            expected=f"at most {max_levels}",
            remedy="give a column of few values, for instance age in decades",
        )
    return values
