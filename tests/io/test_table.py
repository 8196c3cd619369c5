"""Tables as text and with types. Witnesses: the text, pandas, Python's own reader, files spoilt on purpose."""

from __future__ import annotations

import csv
import gzip
import io
import os

import numpy as np
import pandas as pd
import pytest

from pnst.errors import InputError
from pnst.io.table import read_csv, read_frame, to_csv

TABLE = pd.DataFrame({"case": ["ä", "b"], "x": [1.5, np.nan], "sign": [True, False]})
PACKED = gzip.compress(b"x,y\n1,2\n", mtime=0)
ROWS = [{"a": 1, "b": "x, y"}, {"b": 'say "no"', "c": None}, {"a": 0.1, "c": True}]


def test_columns_come_in_the_order_in_which_they_are_met():
    assert to_csv(ROWS) == 'a,b,c\n1,"x, y",\n,"say ""no""",\n0.1,,True\n'


def test_pandas_reads_what_is_written():
    table = pd.read_csv(io.StringIO(to_csv(ROWS)))
    assert table["b"].tolist()[:2] == ["x, y", 'say "no"']
    assert table["a"].tolist()[::2] == [1, 0.1]


FORMULAS = ["=1+1", "+49 30", "@SUM(A1)", "-x", "\t=1", "\r=1", "＝1", "'=1", "''-x", "-", "=cmd|' /C calc'!A0"]
HARMLESS = ["T1", "'tis", "-3", "+2.5e-3", "-.5", "a=b", "'", "´", "7"]


def test_no_cell_and_no_name_begins_a_formula():
    """Witness: OWASP's list of how a formula begins; numbers with a sign are none."""
    rows = list(csv.reader(io.StringIO(to_csv([{text: text} for text in FORMULAS]), newline="")))
    assert all(cell in ("", f"'{name}") for row in rows for cell, name in zip(row, FORMULAS, strict=True))
    assert to_csv([{"a": text} for text in HARMLESS]) == "a\n" + "".join(f"{text}\n" for text in HARMLESS)
    assert to_csv([{"a": -3.5}, {"a": True}]) == "a\n-3.5\nTrue\n"


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS])
def test_every_text_comes_back(tmp_path, text):
    """Invariant: writing and reading are inverse, for the rows and for the frame; blanks about a cell do not count."""
    (tmp_path / "t.csv").write_bytes(to_csv([{"a": text, "b": "x"}]).encode())
    assert read_csv(tmp_path / "t.csv") == [{"a": text, "b": "x"}]
    assert str(read_frame(tmp_path / "t.csv")["a"].iloc[0]) in (text, str(float(text)) if text in NUMBERS else text)


NUMBERS = {"-3", "+2.5e-3", "-.5", "7"}


def test_cells_come_back_without_blanks_and_empty_lines_not_at_all(tmp_path):
    (tmp_path / "t.csv").write_bytes('\ufeffpatient , b\r\n A1 ,\r\n\r\n,,\r\nÄ2,"x, y"\r\nA3\r\n'.encode())
    assert read_csv(tmp_path / "t.csv") == [
        {"patient": "A1", "b": ""},
        {"patient": "Ä2", "b": "x, y"},
        {"patient": "A3", "b": ""},
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        (b"", "a name"),
        (b"a,a\n1,2\n", "'a' twice"),
        (b"a,,c\n1,2,3\n", "without a name"),
        (b"a,b\n1,2\n1,2,3\n", "line 3 with 3 cells under 2 names"),
        (b"a,b\n\xe4,2\n", "not UTF-8"),
        (b"a,b\n\xed\xa0\x80,2\n", "not UTF-8"),
        (b'a,b\n"1,2\n', "unexpected end of data"),
        (b"a,b\n1\0,2\n", "NUL"),
        (b"a;b\n1;2\n", "not separated by commas"),
        (b"a,b\n" + b"1" * 200_000 + b",2\n", "field larger than field limit"),
        (",".join(map(str, range(200_000))).encode(), "200000 columns"),
    ],
    ids=[
        "absent",
        "empty",
        "a name twice",
        "a column without a name",
        "a cell too many",
        "not UTF-8",
        "a surrogate",
        "an open quote",
        "NUL",
        "semicolons",
        "a long cell",
        "many columns",
    ],
)
def test_a_table_that_cannot_be_read(tmp_path, content, message):
    if content is not None:
        (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(InputError, match=message) as refusal:
        read_csv(tmp_path / "t.csv")
    assert "'t.csv'" in str(refusal.value)
    assert str(tmp_path) not in str(refusal.value)


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet"])
def test_what_was_written_is_read(tmp_path, name):
    file = tmp_path / name
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
        TABLE.to_parquet(file)
    else:
        TABLE.to_csv(file, index=False)
    pd.testing.assert_frame_equal(read_frame(file), TABLE, check_dtype=False)


def test_the_index_that_pandas_writes_is_named_as_the_remedy(tmp_path):
    TABLE.to_csv(tmp_path / "t.csv")
    with pytest.raises(InputError) as refusal:
        read_frame(tmp_path / "t.csv")
    assert refusal.value.remedy == "write it with to_csv(..., index=False)"


def test_a_byte_order_mark_and_blanks_are_no_part_of_a_name(tmp_path):
    (tmp_path / "t.csv").write_bytes("\ufeffcase , x\na,1\n".encode())
    assert list(read_frame(tmp_path / "t.csv").columns) == ["case", "x"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        pytest.param("t.csv", b"x,y,x\n1,2,3\n", "names 'x' twice", id="a name twice"),
        pytest.param("t.csv", b"x,y, x\n1,2,3\n", "names 'x' twice", id="a name twice, once with a blank"),
        pytest.param("t.csv.gz", gzip.compress(b"x,x\n1,2\n", mtime=0), "names 'x' twice", id="a name twice, packed"),
        pytest.param("t.csv", b"x,y\n", "no rows", id="no rows"),
        pytest.param("t.csv", b"x;y\n1,5;2\n", "not separated by commas", id="semicolons"),
        pytest.param("t.csv", b"x\ty\n1\t2\n", "not separated by commas", id="tabulators"),
        pytest.param("t.csv", b"", "without a name", id="empty"),
        pytest.param("t.csv", b"\xff\xfe\x00x", "not UTF-8", id="not UTF-8"),
        pytest.param("t.csv", b'x,y\n1,2\n1,2,3,4\n"', "line 3 with 4 cells", id="a row too long"),
        pytest.param("t.csv", b"x,y\n1,2\n3\n", "line 3 with 1 cells under 2 names", id="a row cut short"),
        pytest.param("t.csv", b"x,y\n1,1e999\n", "beyond all bounds under 'y'", id="a number beyond 64 bits"),
        pytest.param("t.csv", b"x,y\n1,-inf\n", "beyond all bounds under 'y'", id="infinity"),
        pytest.param("t.csv", b"x,y\n1,\0\n", "NUL", id="NUL"),
        pytest.param("t.csv.gz", b"x,y\n1,2\n", "not packed", id="not packed"),
        pytest.param("t.csv.gz", PACKED[:-5], "end too early", id="packed, cut short"),
        pytest.param("t.csv.gz", PACKED + b"x", "bytes behind the end", id="packed, and more"),
        pytest.param("t.csv.gz", PACKED[:-7] + b"x" + PACKED[-6:], "incorrect data check", id="another sum"),
        pytest.param("t.parquet", b"PAR", "Arrow|pyarrow", id="no parquet"),
    ],
)
def test_what_is_no_table_is_refused_without_its_path(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=rf"cannot read the table '{name}'; got: .*{says}") as refusal:
        read_frame(tmp_path / name)
    assert str(tmp_path) not in str(refusal.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_frame(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("read", [read_csv, read_frame])
def test_bombs_and_what_is_no_plain_file_are_refused(tmp_path, monkeypatch, read):
    """A table of 1 MiB in 1 kB, one of many cells, a pipe, a device."""
    monkeypatch.setattr("pnst.io.table.MAX_BYTES", 1 << 16)
    monkeypatch.setattr("pnst.io.table.MAX_CELLS", 1000)
    (tmp_path / "bomb.csv").write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * (1 << 18), mtime=0))
    (tmp_path / "cells.csv").write_bytes(b"a,b\n" + b",\n" * 1000)
    os.mkfifo(tmp_path / "pipe.csv")
    os.mkfifo(tmp_path / "pipe.parquet")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    cases = {"bomb.csv": "more than 65536 bytes", "cells.csv": "more than 1000 cells", "pipe.csv": "a pipe"}
    for name, got in {**cases, "pipe.parquet": "a pipe", "zero.csv": "a device"}.items():
        with pytest.raises(InputError, match=f"{name}.*{got}"):
            read(tmp_path / name)


@pytest.mark.parametrize(
    "number", ["9" * 400, "9" * 10_000, "0." + "1" * 400], ids=["400 digits", "10,000 digits", "400 decimals"]
)
def test_a_number_of_many_digits_is_a_number_or_stays_a_text(tmp_path, number):
    (tmp_path / "t.csv").write_text(f"x,y\n1,{number}\n")
    assert read_csv(tmp_path / "t.csv")[0]["y"] == number
    if number.startswith("0."):
        assert read_frame(tmp_path / "t.csv")["y"][0] == pytest.approx(1 / 9)
    else:
        try:
            assert read_frame(tmp_path / "t.csv")["y"].tolist() == [number]
        except InputError as refusal:
            assert "beyond all bounds" in refusal.got  # noqa: PT017
