"""What a stage gives, as text: the same numbers come back. Witness: the objects that were written."""

from __future__ import annotations

import csv
import json

from pnst import workflow
from pnst.classification.explanation import explain


def test_measurements_come_back_from_their_json(finished, tmp_path):
    measurements = finished.case.measurements
    text = workflow.measurements_json(measurements)
    (tmp_path / "measurements.json").write_text(text)
    (entry,) = json.loads(text)["lesions"]
    again = workflow.measurements_of(entry, measurements[0].case_id, tmp_path / "measurements.json")
    assert again.columns() == measurements[0].columns()
    assert workflow.measurements_json([again]) == text


def test_the_table_has_one_row_a_lesion(finished):
    measurements = finished.case.measurements
    rows = list(csv.DictReader(workflow.measurements_csv([*measurements, *measurements]).splitlines()))
    assert len(rows) == 2
    assert rows[0] == rows[1]
    assert float(rows[0]["size.volume_ml"]) == measurements[0].size.volume_ml


def test_explanations_stand_one_after_another(finished):
    (a,) = finished.case.assessments
    assert workflow.explanations([a, a]) == f"{explain(a)}\n\n{explain(a)}"
