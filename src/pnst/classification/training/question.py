"""Which question a table's diagnoses answer: tables and models of two questions are never mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from pnst.errors import InputError
from pnst.evidence.cells import missing
from pnst.evidence.question import QuestionName

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

QUESTION = "question"
"""The column that says it."""


def question_of(frame: pd.DataFrame) -> QuestionName | None:
    """The one question of a labelled table; None where no column says it.

    Raises `InputError` for two questions, for one that there is not, and where some rows say it and others do not.
    """
    return one_question(frame[QUESTION].tolist()) if QUESTION in frame.columns else None


def one_question(cells: Sequence[object]) -> QuestionName | None:
    """The one question among a column's cells; None where all are empty."""
    words = list(dict.fromkeys("" if missing(cell) else str(cell).strip().lower() for cell in cells))
    if words in ([""], []):
        return None
    unknown = [word for word in words if word and word not in get_args(QuestionName)]
    if unknown or len(words) > 1:
        raise InputError(
            "the table holds a question that there is not" if unknown else "the table holds more than one question",
            got=", ".join(repr(word[:20]) if word else "empty cells" for word in (unknown or words)[:3])
            + f" in the column {QUESTION!r}",
            expected=f"one of {', '.join(get_args(QuestionName))}, the same in every row",
            remedy="correct the column" if unknown else "make one table of each question",
        )
    (word,) = words
    return next(question for question in get_args(QuestionName) if question == word)


def refuse_other_question(asked: QuestionName | None, answered: QuestionName | None, model: str) -> None:
    """Raise `InputError` where a table asks another question than a model answers; None: it is not said."""
    if asked and answered and asked != answered:
        raise InputError(
            "the model answers another question than the table asks",
            got=f"a table of {asked!r}, and {model}, which answers {answered!r}",
            expected="a table and a model of one question",
            remedy=f"give a model that was trained on {asked!r}, or a table of {answered!r}",
        )
