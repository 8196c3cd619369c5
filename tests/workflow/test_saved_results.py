"""Results of an earlier run, read again. Witness: the page that the run itself wrote."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imread

from pnst import workflow
from pnst.errors import InputError
from pnst.workflow import CaseInputs

PICTURE = re.compile(r"base64,([A-Za-z0-9+/=]+)")


LEGEND = re.compile("; (?:edge|outline): [^<]*")


def test_the_report_of_a_run_can_be_written_again(folder, finished):
    """Invariant: the page from the files is the page from memory, its pictures to one of 255 steps (NIfTI keeps places
    as float32). No file holds what was found along the surface; this lesion's edge is sharp and bare, hence blue."""
    page = workflow.report_results(CaseInputs(folder), finished.out)
    before = (finished.out / "report.html").read_text(encoding="utf-8")
    assert PICTURE.sub("", page) == LEGEND.sub("", PICTURE.sub("", before))
    pictures = [[imread(BytesIO(b64decode(data))) for data in PICTURE.findall(text)] for text in (page, before)]
    assert len(pictures[0]) > 8
    for ours, theirs in zip(*pictures, strict=True):
        assert np.abs(ours - theirs).max() <= 1.01 / 255
    assert (len(LEGEND.findall(page)), len(LEGEND.findall(before))) == (0, 4)
    drawn = {"adc", "adc_dark", "edema", "enhancing", "fat_rim", "solid", "target_core"}
    assert finished.case.measurements[0].regions.keys() == drawn | {"edge_width", "fat_cover"}


def test_results_that_do_not_belong_together(folder, finished, tmp_path):
    """Two measured lesions and one assessed."""
    out, (m,) = finished.copied(tmp_path / "o"), finished.case.measurements
    (out / "measurements.json").write_text(workflow.measurements_json([m, replace(m, label="2")]))
    with pytest.raises(InputError, match="2 measured lesions, 1 assessed"):
        workflow.report_results(CaseInputs(folder), out)
