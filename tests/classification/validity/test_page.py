"""The page of the evidence. Witness: its script, from the CSV files inside the package."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_the_page_is_up_to_date():
    """docs/evidence.md holds the tables that its script would write now."""
    page, script = ROOT / "docs" / "evidence.md", ROOT / "benchmarks" / "evidence_model.py"
    if not (page.is_file() and script.is_file()):
        pytest.skip("the documentation is not beside the tests")
    spec = importlib.util.spec_from_file_location("evidence_model_benchmark", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = page.read_text(encoding="utf-8")
    assert module.page_text(text) == text
