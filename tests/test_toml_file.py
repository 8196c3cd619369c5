"""TOML whose parser would fail, stop or take hours is refused. Witness: the text of each."""

from __future__ import annotations

import os

import pytest

from pnst.toml_file import MAX_BYTES, TomlError, read_toml


def test_tables_are_read(tmp_path):
    (tmp_path / "a.toml").write_text('seed = 3\n[lesion]\nradii_mm = [9.0, 8.5, 11.0]\nname = "Tübingen"\n')
    assert read_toml(tmp_path / "a.toml") == {
        "seed": 3,
        "lesion": {"radii_mm": [9.0, 8.5, 11.0], "name": "Tübingen"},
    }


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (None, "No such file"),
        (b"not toml", "Expected"),
        (b"a = '\xff'", "utf-8"),
        (b"[" + b"a." * 10_000 + b"a]", "dots"),
        (b"a = " + b"[" * 20_000, "nested too deep"),
        (b"a = 1" + b"0" * 5_000, "digits"),
        (b" " * (MAX_BYTES + 1), "more than"),
    ],
    ids=["absent", "words", "latin 1", "dots", "deep", "digits", "long"],
)
def test_what_is_no_toml_says_why_in_a_line(tmp_path, content, got):
    if content is not None:
        (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(TomlError, match=got) as error:
        read_toml(tmp_path / "a.toml")
    assert len(str(error.value)) <= 200
    assert str(tmp_path) not in str(error.value)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.toml")
    with pytest.raises(TomlError, match="a pipe, not a plain file"):
        read_toml(tmp_path / "a.toml")
