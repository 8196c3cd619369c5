"""Tables as CSV. Witnesses: the text itself, pandas, and Python's own reader."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from pnst.errors import InputError
from pnst.io.table import read_csv, to_csv

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
    ("content", "said"),
    [
        (None, "No such file"),
        (b"", "a name"),
        (b"a,a\n1,2\n", "'a' twice"),
        (b"a,,c\n1,2,3\n", "without a name"),
        (b"a,b\n1,2\n1,2,3\n", "line 3 with 3 cells under 2 names"),
        (b"a,b\n\xe4,2\n", "utf-8"),
        (b'a,b\n"1,2\n', "something else"),
    ],
)
def test_a_table_that_cannot_be_read(tmp_path, content, said):
    if content is not None:
        (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(InputError, match=said) as refusal:
        read_csv(tmp_path / "t.csv")
    assert "'t.csv'" in str(refusal.value)
    assert str(tmp_path) not in str(refusal.value)
