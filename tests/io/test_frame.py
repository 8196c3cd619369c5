"""Tables with types, and files as one set. Witnesses: what was written, and files spoilt on purpose."""

from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pytest

from pnst.errors import InputError
from pnst.io.file_set import write_file_set
from pnst.io.frame import read_frame

TABLE = pd.DataFrame({"case": ["ä", "b"], "x": [1.5, np.nan], "sign": [True, False]})


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
        ("t.csv", b"x,y,x\n1,2,3\n", "names 'x' twice"),
        ("t.csv", b"x,y, x\n1,2,3\n", "names 'x' twice"),
        ("t.csv.gz", gzip.compress(b"x,x\n1,2\n"), "names 'x' twice"),
        ("t.csv", b"x,y\n", "no rows"),
        ("t.csv", b"x;y\n1,5;2\n", "not separated by commas"),
        ("t.csv", b"x\ty\n1\t2\n", "not separated by commas"),
        ("t.csv", b"", "EmptyDataError"),
        ("t.csv", b"\xff\xfe\x00x", "UnicodeDecodeError"),
        ("t.csv", b'x,y\n1,2\n1,2,3,4\n"', "ParserError"),
        ("t.csv.gz", b"x,y\n1,2\n", "file"),
        ("t.parquet", b"PAR", "Arrow|Import"),
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


class TestFileSet:
    def test_files_replace_their_own_and_leave_others(self, tmp_path):
        (tmp_path / "mine.txt").write_bytes(b"mine")
        write_file_set(tmp_path, {"a": b"1", "b": b"2"})
        write_file_set(tmp_path, {"a": b"3", "b": b"4"})
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
            "mine.txt": b"mine",
            "a": b"3",
            "b": b"4",
        }

    def test_a_failure_leaves_what_was_there(self, tmp_path):
        write_file_set(tmp_path / "out", {"a": b"1"})
        with pytest.raises(TypeError):
            write_file_set(tmp_path / "out", {"a": b"2", "b": "text"})
        assert [(file.name, file.read_bytes()) for file in (tmp_path / "out").iterdir()] == [("a", b"1")]
        with pytest.raises(TypeError):
            write_file_set(tmp_path / "new", {"b": "text"})
        assert not (tmp_path / "new").exists()

    def test_an_input_is_not_replaced(self, tmp_path):
        (tmp_path / "a").write_bytes(b"given")
        with pytest.raises(InputError, match="would replace the input 'a'"):
            write_file_set(tmp_path, {"a": b"2"}, inputs=[tmp_path / "." / "a"])
        assert (tmp_path / "a").read_bytes() == b"given"

    def test_a_file_is_no_folder(self, tmp_path):
        (tmp_path / "out").write_bytes(b"")
        with pytest.raises(InputError, match="cannot write results to 'out'"):
            write_file_set(tmp_path / "out", {"a": b"2"})
