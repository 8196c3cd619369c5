"""What cross-validation said of the lesions that were trained on, and the list of it in a model's folder."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pnst.typing import FloatArray, IntArray

HEADER = ("lesion", "fold", "probability")
HEADER_UNTIL_0_2 = ("lesion", "probability")
"""Of lists written before folds stood in them, which are read until 0.3.0."""
NOT_HELD_OUT = -1


@dataclass(frozen=True)
class HeldOut:
    """A lesion's probability by the model of its fold, which had not seen its group."""

    probability: float
    fold: int
    """0, 1, …; 0 for all in a list that does not say."""


HeldOutList = Mapping[str, tuple[HeldOut, ...]]
"""Digest of a lesion's features → its answers: several where lesions have the same features, in the table's order."""


def held_out_list(digests: Sequence[str], probability: FloatArray, folds: IntArray) -> HeldOutList:
    """Answers (n,) and folds (n,) by the lesions' digests."""
    answers: dict[str, tuple[HeldOut, ...]] = {}
    for digest, p, fold in zip(digests, probability.tolist(), folds.tolist(), strict=True):
        answers[digest] = (*answers.get(digest, ()), HeldOut(p, fold))
    return answers


def look_up(answers: HeldOutList, digests: Sequence[str]) -> tuple[FloatArray, IntArray]:
    """Probability (n,), NaN where a lesion was not trained on, and fold (n,), `NOT_HELD_OUT` there.

    Lesions with the same features take their answers in turn, so that the table of training is given its own.

    >>> answers = held_out_list(["a", "b", "a"], np.array([0.1, 0.2, 0.3]), np.array([0, 0, 1]))
    >>> probability, folds = look_up(answers, ["a", "a", "c"])
    >>> probability.tolist(), folds.tolist()
    ([0.1, 0.3, nan], [0, 1, -1])
    """
    seen: Counter[str] = Counter()
    probability, folds = np.full(len(digests), np.nan), np.full(len(digests), NOT_HELD_OUT)
    for row, digest in enumerate(digests):
        known = answers.get(digest, ())
        if known:
            answer = known[seen[digest] % len(known)]
            probability[row], folds[row] = answer.probability, answer.fold
            seen[digest] += 1
    return probability, folds


def to_csv(answers: HeldOutList) -> str:
    """The list by digest, which says nothing of the table's order."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((digest, one.fold, repr(one.probability)) for digest in sorted(answers) for one in answers[digest])
    return text.getvalue()


def from_csv(text: str) -> tuple[HeldOutList, bool]:
    """The list, and whether it says the folds. Raises `ValueError` or `csv.Error` for what `to_csv` never gives."""
    header, *rows = csv.reader(io.StringIO(text)) if text else [()]
    if tuple(header) not in (HEADER, HEADER_UNTIL_0_2) or any(len(row) != len(header) for row in rows):
        raise ValueError("a list of other columns")
    with_folds = tuple(header) == HEADER
    digests, *folds, probabilities = zip(*rows, strict=True) if rows else ((),) * len(header)
    probability = np.array([float(p) for p in probabilities])
    of_each = np.array([int(fold) for fold in folds[0]] if with_folds else [0] * len(rows), dtype=np.int64)
    if (of_each < 0).any():
        raise ValueError("a number that is no fold")
    return held_out_list(digests, probability, of_each), with_folds
