"""Results of an earlier run, read again. Witness: the page that the run itself wrote."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pnst import workflow
from pnst.errors import InputError
from pnst.workflow import CaseInputs


def test_the_report_of_a_run_is_written_again_to_the_byte(folder, finished):
    """Invariant: the page from the files is the page from memory; what lies along the surface is measured again."""
    page = workflow.report_results(CaseInputs(folder), finished.out)
    assert page == (finished.out / "report.html").read_text(encoding="utf-8")
    assert "orange indistinct" in page
    assert "green covered by fat" in page


def test_a_surface_that_comes_out_otherwise_is_drawn_in_one_colour(folder, finished, tmp_path):
    """Measured with another muscle, or by another version: the page shows no findings that its numbers deny."""
    out = finished.copied(tmp_path / "o")
    text = (out / "measurements.json").read_text(encoding="utf-8")
    changed = re.sub(r'"ill_defined_fraction": [0-9.e-]+', '"ill_defined_fraction": 0.61', text)
    assert changed != text
    (out / "measurements.json").write_text(changed, encoding="utf-8")
    assert "orange indistinct" not in workflow.report_results(CaseInputs(folder), out)


def test_results_that_do_not_belong_together(folder, finished, tmp_path):
    """Two measured lesions and one assessed."""
    out, (m,) = finished.copied(tmp_path / "o"), finished.case.measurements
    (out / "measurements.json").write_text(workflow.measurements_json([m, replace(m, label="2")]))
    with pytest.raises(InputError, match="2 measured lesions, 1 assessed"):
        workflow.report_results(CaseInputs(folder), out)
