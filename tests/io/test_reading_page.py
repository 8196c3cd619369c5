"""The page that says what was verified names tests that exist, and the counts it gives are theirs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pnst.io.dicom_write.style import ENHANCED, VENDORS

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "reading.md"


def named() -> list[str]:
    return sorted(set(re.findall(r"`([\w/]+\.py::\w+)`", PAGE.read_text(encoding="utf-8"))))


def exists(name: str) -> bool:
    file, test = name.split("::")
    return (HERE / file).is_file() and f"def {test}(" in (HERE / file).read_text(encoding="utf-8")


def test_every_named_test_is_there():
    assert len(named()) > 30
    assert [name for name in named() if not exists(name)] == []
    assert not exists("masks/test_battery.py::test_that_nobody_wrote")


@pytest.mark.parametrize(
    ("phrase", "table"), [(r"stored in (\d+) ways", "SAME"), (r"(\d+) masks without a", "REFUSED")]
)
def test_the_counts_are_those_of_the_battery(phrase, table):
    battery = (HERE / "masks/test_battery.py").read_text(encoding="utf-8")
    rows = re.search(rf"^{table} = \{{\n(.*?)^\}}", battery, re.M | re.S)
    count = re.search(phrase, PAGE.read_text(encoding="utf-8"))
    assert rows is not None
    assert count is not None
    assert int(count[1]) == len(re.findall(r'^    "[^"]+": ', rows[1], re.M))


def test_the_vendors_of_the_table_are_those_that_can_be_written():
    section = PAGE.read_text(encoding="utf-8").split("## Written")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in section.splitlines() if row.startswith("|")]
    vendors = {row[0].lower(): row[2] for row in rows[3:]}
    vendors["uih"] = vendors.pop("united imaging")
    assert set(vendors) == set(VENDORS)
    assert {vendor for vendor, enhanced in vendors.items() if not enhanced.startswith("refused")} == set(ENHANCED)
