"""The notebooks of the documentation. Witness: jupytext, and the public API; `make notebooks` runs them."""

from __future__ import annotations

import re
from pathlib import Path

import jupytext
import pytest

import pnst

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = sorted((ROOT / "docs" / "notebooks").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
class TestEach:
    def test_it_begins_with_a_title_and_says_that_this_is_no_medical_device(self, script):
        first, *others = jupytext.read(script).cells
        assert first.cell_type == "markdown"
        assert first.source.startswith("# ")
        assert "not a medical device" in first.source.replace("\n", " ")
        assert {cell.cell_type for cell in others} == {"markdown", "code"}

    def test_every_name_of_pnst_in_it_is_public(self, script):
        names = set(re.findall(r"\bpnst\.([A-Za-z_]+)", script.read_text(encoding="utf-8")))
        submodules = {"phantom", "classification"}
        assert names - submodules <= set(pnst.__all__)

    def test_the_page_links_it(self, script):
        assert f"(notebooks/{script.name})" in page() or f"<notebooks/{script.name}>" in page()


def page() -> str:
    return (ROOT / "docs" / "notebooks.md").read_text(encoding="utf-8")


def test_there_are_three_and_check_runs_them():
    assert len(SCRIPTS) == 3
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^check:.*\bnotebooks\b", makefile, re.MULTILINE)
    assert "docs/run_notebooks.py" in makefile
