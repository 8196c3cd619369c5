"""One case of a cohort in its worker. Witness: `pnst.run` on the same study."""

from __future__ import annotations

import json

import pytest

import pnst
from pnst.cohort.cohort_table import read_cohort_table
from pnst.cohort.measuring import Chosen, measure_case, task_of
from pnst.settings import RunSettings
from small_cohort import write_cohort


@pytest.fixture
def chosen(tmp_path):
    table = write_cohort(tmp_path, {"c1": 8.0})
    return read_cohort_table(table), Chosen(RunSettings.from_toml(tmp_path / "fast.toml"))


def test_a_case_is_what_run_makes_of_it(chosen, tmp_path):
    cohort, options = chosen
    (case,) = cohort.cases()
    folder = tmp_path / "made"
    folder.mkdir()
    row = measure_case(json.loads(json.dumps(task_of(case, cohort.root, options).order)), folder)
    alone = pnst.run(
        tmp_path / "data" / "c1",
        settings=tmp_path / "fast.toml",
        out=tmp_path / "alone",
        case_id="c1",
        patient={"age": 30},
    )
    (lesion,) = row["lesions"]
    (expected,) = alone.to_frame().to_dict("records")
    assert list(lesion)[:5] == ["case", "label", "diagnosis", "age", "truth.size.volume_ml"]
    for name in ("size.volume_ml", "margin.irregularity", "probability"):
        assert lesion[name] == expected[name]
    assert row["failures"] == {}
    for name in ("measurements.json", "assessment.json", "settings.toml"):
        assert (folder / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()
    page = pnst.report(alone.study, alone.lesions[0], alone.measurements[0], alone.assessments[0])
    assert (folder / "report.html").read_text(encoding="utf-8") == page, "without the viewer of a run"


def test_no_page_where_none_is_wanted(chosen, tmp_path):
    cohort, options = chosen
    (case,) = cohort.cases()
    (tmp_path / "made").mkdir()
    order = task_of(case, cohort.root, options).order | {"pages": False}
    measure_case(order, tmp_path / "made")
    assert not (tmp_path / "made" / "report.html").exists()
    assert (tmp_path / "made" / "assessment.json").exists()


def test_a_key_is_blind_to_where_the_data_lie(chosen, tmp_path):
    cohort, options = chosen
    (case,) = cohort.cases()
    here, there = (task_of(case, root, options) for root in (tmp_path, tmp_path / "moved"))
    assert here.key(measure_case) == there.key(measure_case)
    assert here.inputs != there.inputs
    other = Chosen(options.settings.with_prior(0.5))
    assert task_of(case, tmp_path, other).key(measure_case) != here.key(measure_case)
    assert tmp_path / "data" / "c1" in here.inputs
