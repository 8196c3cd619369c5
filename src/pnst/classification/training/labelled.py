"""A table of lesions with a known diagnosis: labels, groups and folds, checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from pnst.classification.training.question import QUESTION, question_of
from pnst.errors import InputError
from pnst.evidence.cells import missing
from pnst.evidence.question import QuestionName
from pnst.typing import BoolArray, IntArray

if TYPE_CHECKING:
    import pandas as pd


_WORDS = {
    **dict.fromkeys(("1", "1.0", "true", "yes", "malignant"), True),
    **dict.fromkeys(("0", "0.0", "false", "no", "benign"), False),
}


@dataclass(frozen=True, eq=False)
class LabelledTable:
    """One row a lesion, `n` of them, and what they are known to be."""

    frame: pd.DataFrame
    """Every column, as read."""
    malignant: BoolArray
    groups: IntArray
    """Which lesions belong together (one patient), 0, 1, … (n,)."""
    folds: IntArray | None
    """Which fold each lesion is held out in, where the table says so, 0, 1, … (n,)."""
    reserved: tuple[str, ...]
    """The columns that are no features: label, groups, folds, and the question."""
    question: QuestionName | None = None
    """Which the diagnosis answers; None where the table does not say."""

    @classmethod
    def of(cls, frame: pd.DataFrame, label: str, groups: str | None = None, split: str | None = None) -> LabelledTable:
        """Check a table.

        Parameters
        ----------
        label : column of the diagnosis: 1/0, true/false, yes/no, malignant/benign
        groups : column that is equal in lesions of one patient; None: every lesion is a patient of its own
        split : column that says in which fold a lesion is held out

        Raises
        ------
        InputError : a column is not there or stands twice, a cell is empty, the label is not binary or has one class,
            a group lies in two folds, the table holds more than one question
        """
        refuse_unknown(frame, [name for name in (label, groups, split) if name is not None])
        members = np.arange(len(frame)) if groups is None else _codes(frame, groups)
        folds = None if split is None else _codes(frame, split)
        if folds is not None:
            refuse_shared_groups(members, folds)
        named = tuple(name for name in (label, groups, split) if name is not None)
        question = None
        if QUESTION in frame.columns and QUESTION not in named:
            named, question = (*named, QUESTION), question_of(frame)
        return cls(frame, _labels(frame, label), members, folds, named, question)


def refuse_unknown(frame: pd.DataFrame, names: Iterable[str]) -> None:
    """Raise `InputError` for a name that is no column of the table, or is one twice."""
    columns = [str(name) for name in frame.columns]
    for name in names:
        if columns.count(name) == 1:
            continue
        near = get_close_matches(name, columns, n=3, cutoff=0.4)
        raise InputError(
            "the table lacks a column" if name not in columns else "the table holds a column twice",
            got=f"no {name!r} among {len(columns)} columns" if name not in columns else repr(name),
            expected="the name of one column" + (f", for instance {', '.join(near)}" if near else ""),
            remedy="correct the name, or the table",
        )


def refuse_shared_groups(groups: IntArray, folds: IntArray) -> None:
    """Raise `InputError` where one patient's lesions lie in more than one fold, naming rows and no patient."""
    first: dict[int, tuple[int, int]] = {}
    for row, (group, fold) in enumerate(zip(groups.tolist(), folds.tolist(), strict=True)):
        earlier, known = first.setdefault(group, (row, fold))
        if fold != known:
            raise InputError(
                "a group lies in more than one fold, so what is learnt from a patient would be tested on that patient",
                got=f"rows {earlier + 1} and {row + 1} of one group in different folds",
                expected="every lesion of a group in the same fold",
                remedy="correct the column of folds, or leave it out and let the folds be made",
            )


def _labels(frame: pd.DataFrame, label: str) -> BoolArray:
    cells = frame[label].tolist()
    _refuse_empty(label, cells, "a diagnosis")
    words = [str(cell).strip().lower() for cell in cells]
    unknown_words = list(dict.fromkeys(word for word in words if word not in _WORDS))
    if unknown_words:
        values = len(set(words))
        raise InputError(
            f"the label {label!r} is not binary",
            got=f"{values} different values, among them {', '.join(repr(word[:20]) for word in unknown_words[:3])}",
            expected="1 and 0, true and false, yes and no, or malignant and benign",
            remedy="give the column of the diagnosis, or write it as 1 (malignant) and 0 (benign)",
        )
    malignant = np.array([_WORDS[word] for word in words], dtype=bool)
    if malignant.all() or not malignant.any():
        raise InputError(
            f"the label {label!r} has one class",
            got=f"{len(malignant)} lesions, all of them {'malignant' if malignant.all() else 'benign'}"
            if len(malignant)
            else "no lesions",
            expected="malignant and benign lesions",
            remedy="give a table that has both",
        )
    return malignant


def _codes(frame: pd.DataFrame, column: str) -> IntArray:
    """A column's values as numbers 0, 1, … in the order in which they come."""
    import pandas as pd

    _refuse_empty(column, frame[column].tolist(), "a value")
    return np.asarray(pd.factorize(frame[column].astype(str).str.strip())[0], dtype=np.int64)


def _refuse_empty(column: str, cells: list[object], what: str) -> None:
    rows = [row for row, cell in enumerate(cells, start=1) if missing(cell)]
    if rows:
        raise InputError(
            f"the column {column!r} has empty cells",
            got=f"{len(rows)} of {len(cells)}, the first in row {rows[0]}",
            expected=f"{what} in every row",
            remedy="fill them in, or leave those rows out of the table",
        )
