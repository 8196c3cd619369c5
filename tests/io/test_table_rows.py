"""Tables row by row. Witness: the csv module, pandas, and tables made wrong."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from pnst.errors import InputError
from pnst.io.table_rows import stream_rows, write_csv_rows, write_parquet_rows

ROWS = [
    {"case": "a", "n": 3, "x": 1.5, "yes": True, "text": "=1+1"},
    {"case": "b", "x": 2.0, "text": 'quote " and, comma'},
    {"case": "c", "n": -4, "yes": False, "text": ""},
    {"case": "d", "text": "a return\ralone"},
]
KINDS = {"case": str, "n": int, "x": float, "yes": bool, "text": str}


def test_csv_as_it_is_read_again(tmp_path):
    file = tmp_path / "t.csv"
    write_csv_rows(file, list(KINDS), ROWS)
    read = list(stream_rows(file))
    assert [row["text"] for row in read] == ["=1+1", 'quote " and, comma', "", "a return\ralone"]
    assert read[0] == {"case": "a", "n": "3", "x": "1.5", "yes": "True", "text": "=1+1"}
    with file.open(newline="") as stream:  # a spreadsheet carries out no cell
        assert next(row["text"] for row in csv.DictReader(stream)) == "'=1+1"


def test_parquet_as_pandas_reads_it(tmp_path):
    file = tmp_path / "t.parquet"
    write_parquet_rows(file, KINDS, ROWS)
    frame = pd.read_parquet(file)
    assert list(frame.columns) == list(KINDS)
    assert frame["n"].tolist()[0] == 3
    assert frame["n"].isna().tolist() == [False, True, False, True]
    assert frame["yes"].tolist() == [True, None, False, None]
    assert [row["x"] for row in stream_rows(file)] == ["1.5", "2.0", "", ""]


def test_the_same_rows_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_parquet_rows(tmp_path / name, KINDS, ROWS * 700)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_rows_are_read_as_they_are_asked_for(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("case,n\n\na,1\n,\nb\nc,1,2\n", encoding="utf-8-sig")
    rows = stream_rows(file)
    assert [next(rows), next(rows)] == [{"case": "a", "n": "1"}, {"case": "b", "n": ""}]
    with pytest.raises(InputError, match="3 cells under 2 names"):
        next(rows)


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "without a name"),
        (b"a,,b\n1,2,3\n", "without a name"),
        (b"a;b\n1;2\n", "';'"),
        (b"a\n\0\n", "NUL"),
        (b"a,b,a\n", "twice"),
        (b"a\n\xff\n", "UTF-8"),
    ],
    ids=["empty", "no name", "semicolons", "NUL", "twice", "not UTF-8"],
)
def test_tables_made_wrong(tmp_path, content, got):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(InputError, match=got):
        list(stream_rows(tmp_path / "t.csv"))


def test_what_is_no_table(tmp_path):
    (tmp_path / "t.parquet").write_text("a,b")
    for name, got in (("t.parquet", "no Parquet"), ("absent.csv", "No such file"), ("absent.parquet", "no Parquet")):
        with pytest.raises(InputError, match=got):
            list(stream_rows(tmp_path / name))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    "write", [lambda f: write_csv_rows(f, list(KINDS), ROWS), lambda f: write_parquet_rows(f, KINDS, ROWS)]
)
def test_a_full_disk_is_said_to_be_one(tmp_path, monkeypatch, write):
    """A temporary file that leads to /dev/full."""

    @contextmanager
    def full(file):
        (tmp_path / "temporary").symlink_to("/dev/full")
        yield tmp_path / "temporary"

    monkeypatch.setattr("pnst.io.table_rows.atomic_file", full)
    with pytest.raises(InputError, match="No space left on device"):
        write(tmp_path / "t")
    assert not (tmp_path / "t").exists()
