"""Tables for notebooks. Witness: the standard library's own parser of HTML."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from pnst.html_table import Heading, html_notes, html_table

HOSTILE = "<script>alert('x')</script> & \"b\""


class Read(HTMLParser):
    """Tags and texts in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data)


def read(html):
    parser = Read()
    parser.feed(html)
    return parser


def test_rows_and_headings_come_back():
    parser = read(html_table("case", ("a", "b"), [Heading("first"), ("1", "2"), ("3", "4")]))
    assert parser.texts == ["case", "a", "b", "first", "1", "2", "3", "4"]
    assert parser.tags.count("tr") == 4
    assert 'colspan="2"' in html_table("case", ("a", "b"), [Heading("first")])


@pytest.mark.parametrize(
    "html",
    [
        html_table(HOSTILE, ("a",), []),
        html_table("", (HOSTILE,), []),
        html_table("", ("a",), [(HOSTILE,)]),
        html_table("", ("a",), [Heading(HOSTILE)]),
        html_notes([HOSTILE]),
    ],
)
def test_text_is_text_wherever_it_stands(html):
    parser = read(html)
    assert "script" not in parser.tags
    assert HOSTILE in "".join(parser.texts)


def test_a_table_without_a_head_has_none():
    assert "<th" not in html_table("case", ("", ""), [("1", "2")])
