"""JSON of bounded size. Witness: the text itself."""

from __future__ import annotations

import pytest

from pnst.io.json_file import JsonError, read_json


@pytest.fixture
def file(tmp_path):
    return tmp_path / "a.json"


def test_numbers_and_texts(file):
    file.write_text('\ufeff{"a": [1, 2.5], "b": "ä"}', encoding="utf-8")
    assert read_json(file, 100) == {"a": [1, 2.5], "b": "ä"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": NaN}', "NaN"),
        ('{"a": -Infinity}', "-Infinity"),
        ('{"a": 1e999}', "beyond all bounds"),
        ('{"a": 1234567890123456789}', "19 digits"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ('{"a": ["\\ud800"]}', "half of a surrogate pair"),
        ('{"\\udfff": 1}', "half of a surrogate pair"),
        ("{", "no JSON"),
        ("[" * 100_000, "nested too deep"),
        ('{"a": "' + "x" * 200_000 + '"}', "more than"),
    ],
)
def test_what_is_refused(file, text, reason):
    file.write_text(text)
    with pytest.raises(JsonError, match=reason):
        read_json(file, 150_000)


def test_bytes_that_are_no_text(file):
    file.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(JsonError, match="utf-8"):
        read_json(file, 100)


def test_a_missing_file(file):
    with pytest.raises(JsonError, match="No such file"):
        read_json(file, 100)


def test_a_whole_surrogate_pair_is_a_character(file):
    file.write_text('{"a": "\\ud83d\\ude00 \\u00e4"}')
    assert read_json(file, 100) == {"a": "\U0001f600 ä"}
