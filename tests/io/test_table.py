"""Tables as text and with types. Witnesses: the text, pandas, Python's own reader, files spoilt on purpose."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pandas as pd
import pytest

from pnst.errors import InputError
from pnst.io.table import read_csv, read_frame, to_csv

TABLE = pd.DataFrame({"case": ["ä", "b"], "x": [1.5, np.nan], "sign": [True, False]})
ROWS = [{"a": 1, "b": "x, y"}, {"b": 'say "no"', "c": None}, {"a": 0.1, "c": True}]


def test_columns_come_in_the_order_in_which_they_are_met():
    assert to_csv(ROWS) == 'a,b,c\n1,"x, y",\n,"say ""no""",\n0.1,,True\n'


def test_pandas_reads_what_is_written():
    table = pd.read_csv(io.StringIO(to_csv(ROWS)))
    assert table["b"].tolist()[:2] == ["x, y", 'say "no"']
    assert table["a"].tolist()[::2] == [1, 0.1]


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
        (b"a,b\n\xe4,2\n", "utf-8"),
        (b'a,b\n"1,2\n', "something else"),
    ],
    ids=["absent", "empty", "a name twice", "a column without a name", "a cell too many", "not UTF-8", "an open quote"],
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
        pytest.param("t.csv", b"", "EmptyDataError", id="empty"),
        pytest.param("t.csv", b"\xff\xfe\x00x", "UnicodeDecodeError", id="not UTF-8"),
        pytest.param("t.csv", b'x,y\n1,2\n1,2,3,4\n"', "ParserError", id="a row too long"),
        pytest.param("t.csv.gz", b"x,y\n1,2\n", "file", id="not packed"),
        pytest.param("t.parquet", b"PAR", "Arrow|Import", id="no parquet"),
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
