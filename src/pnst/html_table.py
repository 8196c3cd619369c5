"""Tables of HTML for notebooks: plain strings, every text in them escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Heading:
    """A row that heads those below it, across the table."""

    text: str


def html_table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str] | Heading]) -> str:
    """A table with a caption above its head; texts may come from files, and are escaped.

    >>> html_table("<A>", ["Role"], [["t1"]])
    '<table><caption>&lt;A&gt;</caption><tr><th>Role</th></tr><tr><td style="text-align: left">t1</td></tr></table>'
    """
    body = "".join(_row(row, len(head)) for row in rows)
    return f"<table><caption>{escape(caption)}</caption>{_cells(head, 'th') if any(head) else ''}{body}</table>"


def html_notes(notes: Iterable[str]) -> str:
    """A list of sentences; empty without any.

    >>> html_notes(["3 < 4"]), html_notes([])
    ('<ul><li>3 &lt; 4</li></ul>', '')
    """
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f"<ul>{items}</ul>" if items else ""


def _row(row: Sequence[str] | Heading, width: int) -> str:
    if isinstance(row, Heading):
        return f'<tr><th colspan="{width}" style="text-align: left">{escape(row.text)}</th></tr>'
    return _cells(row, "td")


def _cells(texts: Sequence[str], kind: str) -> str:
    style = ' style="text-align: left"' if kind == "td" else ""
    return "<tr>" + "".join(f"<{kind}{style}>{escape(text)}</{kind}>" for text in texts) + "</tr>"
