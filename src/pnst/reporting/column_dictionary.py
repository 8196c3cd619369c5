"""What the columns of a table of lesions mean, as a BIDS sidecar says it.

Source: Brain Imaging Data Structure specification 1.11, "Tabular files" and "Units".
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

from pnst.measurement.family import INTERVAL
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.reporting.numbers import ADC_UNIT, unit_of
from pnst.reporting.vocabulary import column_title, family_words, part_title

UNITS = {"ml": "mL", "mm²": "mm^2", "s/mm²": "s/mm^2", ADC_UNIT: "um^2/ms"}
"""The report's units as BIDS writes them; others are the same."""
OWN = {
    "participant_id": ("Participant", "The subject's folder in the dataset."),
    "session_id": ("Session", "The session's folder in the dataset."),
    "label": ("Lesion", "Which of the session's lesions."),
    "question": ("Question", "What the score asks of the lesion; n/a where no published row speaks of it."),
    "class": ("Class", "The class whose probability is given."),
    "probability": ("Probability", "Of that class, from published evidence. Not a medical device."),
    "low": ("Probability, low", "Lower end of its 95 % credible interval."),
    "high": ("Probability, high", "Upper end of its 95 % credible interval."),
    "odds_factor": ("Odds factor", "What the measurements multiply the odds of the prior by."),
    "prior": ("Prior", "Probability before the measurements."),
    "abstained": ("Abstained", "Why the score should not be used; n/a where nothing speaks against it."),
    "warnings": ("Warnings", "What a reader of the score must know."),
}
"""Column → what it is called, and what it holds."""


def column_dictionary(columns: Iterable[str]) -> dict[str, dict[str, str]]:
    """Column → LongName, Description, and Units where it has one.

    >>> column_dictionary(["size.volume_ml"])
    {'size.volume_ml': {'LongName': 'Size: Volume', 'Units': 'mL'}}
    """
    return {column: _entry(column) for column in columns}


def _entry(column: str) -> dict[str, str]:
    if column in OWN:
        name, text = OWN[column]
        return {"LongName": name, "Description": text}
    start, _, rest = column.partition(".")
    if start == "skipped":
        return {
            "LongName": f"{part_title(rest)}: not measured",
            "Description": "The reason; n/a where it was measured.",
        }
    if start == "override":
        return {"LongName": f"{rest}, by a reader", "Description": "A reader's word, which beats the measured value."}
    if start not in FAMILY_TYPES:
        return {"LongName": column, "Description": "From participants.tsv of the dataset."}
    return _measured(start, rest)


def _measured(family: str, column: str) -> dict[str, str]:
    """Of a family's column, or of the interval beside it."""
    name = column.removesuffix(INTERVAL)
    title = f"{family_words(family).title}: {column_title(name, family)}"
    text = _sentences(family).get(name, "")
    if name != column:
        title, text = f"{title}, 95 % interval", "[low, high]: what 95 % of repetitions under small changes would give."
    entry = {"LongName": title, "Description": text, "Units": UNITS.get(unit_of(name), unit_of(name))}
    return {key: value for key, value in entry.items() if value}


@cache
def _sentences(family: str) -> dict[str, str]:
    """Column → the sentence that stands below it in its family's source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(FAMILY_TYPES[family]))).body[0]
    lines = body.body if isinstance(body, ast.ClassDef) else []
    sentences = {}
    for line, below in pairwise(lines):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and isinstance(below, ast.Expr):
            text = below.value.value if isinstance(below.value, ast.Constant) else ""
            sentences[line.target.id] = " ".join(str(text).split())
    return sentences
