"""The tables of a cohort. Witness: records written by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from pnst.cohort.run import RECORD
from pnst.cohort.tables import FAILURE_COLUMNS, Failure, column_kinds, write_tables
from pnst.errors import InputError

REFUSED = InputError("no lesion", got="a\nb", expected="one", remedy="draw one")


def record(out: Path, case: str, lesions: list[dict], failures: dict[str, str] | None = None) -> None:
    folder = out / "parts" / case
    folder.mkdir(parents=True)
    (folder / RECORD).write_text(json.dumps({"row": {"lesions": lesions, "failures": failures or {}}}))


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_lesion_in_the_order_of_the_cohort(tmp_path):
    record(tmp_path, "b", [{"case": "b", "label": "1", "x": 1}, {"case": "b", "label": "2", "x": 2.5}])
    record(tmp_path, "a", [{"case": "a", "label": "1", "early": True, "x": None, "late": "t"}])
    write_tables(tmp_path, lambda: iter(["b", "failed", "a"]), {"failed": Failure("reading", REFUSED)})
    frame = pd.read_parquet(tmp_path / "lesions.parquet")
    assert list(frame.columns) == ["case", "label", "early", "x", "late"]
    assert frame["case"].tolist() == ["b", "b", "a"]
    assert frame["x"].tolist()[:2] == [1.0, 2.5]
    assert [row["x"] for row in rows(tmp_path / "lesions.csv")] == ["1", "2.5", ""]
    assert rows(tmp_path / "failures.csv") == [
        dict(zip(FAILURE_COLUMNS, ("failed", "", "reading", "no lesion", "a b", "one", "draw one"), strict=True))
    ]


def test_a_lesion_that_failed_in_a_case_that_did_not(tmp_path):
    record(tmp_path, "a", [{"case": "a", "label": "1"}], {"2": "too small"})
    write_tables(tmp_path, lambda: iter(["a"]), {})
    (row,) = rows(tmp_path / "failures.csv")
    assert (row["case"], row["lesion"], row["what"], row["got"]) == ("a", "2", "too small", "")


def test_failures_of_an_earlier_run_do_not_stay(tmp_path):
    write_tables(tmp_path, lambda: iter(["f"]), {"f": Failure("reading", REFUSED)})
    assert (tmp_path / "failures.csv").exists()
    record(tmp_path, "f", [{"case": "f", "label": "1"}])
    write_tables(tmp_path, lambda: iter(["f"]), {})
    assert not (tmp_path / "failures.csv").exists()


@pytest.mark.parametrize(
    ("values", "kind"),
    [((1, 2), int), ((1, 2.5), float), ((True, None), bool), ((True, 1), str), (("x", 1), str), ((None, ""), str)],
)
def test_a_column_has_one_kind(values, kind):
    assert column_kinds([{"x": value} for value in values]) == {"x": kind}
