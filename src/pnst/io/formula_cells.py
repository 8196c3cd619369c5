"""Cells of CSV that a spreadsheet would take for a formula: written behind an apostrophe, read without it.

Source: OWASP, "CSV Injection": a cell that begins with =, +, -, @, a tab or a line break is carried out when the table
is opened. An apostrophe in front makes it text. Numbers stay as they are.
"""

from __future__ import annotations

import re
from typing import Any

_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_ESCAPED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)


def without_formula(cell: Any) -> Any:
    """A cell as it is written: a text that would begin a formula behind an apostrophe, anything else as it is.

    >>> without_formula("=HYPERLINK(A1)"), without_formula("-3.2e1"), without_formula("-x"), without_formula("T1")
    ("'=HYPERLINK(A1)", '-3.2e1', "'-x", 'T1')
    """
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def as_written(cell: str) -> str:
    """The inverse of `without_formula`, of texts that it wrote and of those that nobody had to change.

    >>> as_written("'=HYPERLINK(A1)"), as_written("'tis"), as_written("-3.2e1")
    ('=HYPERLINK(A1)', "'tis", '-3.2e1')
    """
    return cell[1:] if _ESCAPED.match(cell) else cell
