"""`measure`, `assess` and `report` as steps. Witness: the bytes that a run leaves, and the disk."""

from __future__ import annotations

import json

import pytest

from command_line import bytes_of, outputs
from pnst import workflow
from pnst.classification.assessment import Assessment
from pnst.errors import InputError, SettingError
from pnst.io.masks.read import read_lesion
from pnst.io.study import read_study
from pnst.segmentation.prompt import Point
from pnst.settings import RunSettings
from pnst.workflow import CaseInputs
from without_intervals import QUICK_RUN


def test_an_assessment_with_another_prior_makes_its_report_stale(finished, tmp_path):
    out = finished.copied(tmp_path / "o")
    kept = outputs(out) - {"report.html"}
    (a,) = workflow.assess_step(out, out, {}, prior=0.05)
    assert a.prior == 0.05
    assert outputs(out) == kept
    assert RunSettings.from_toml(out / "settings.toml").assess.prior == 0.05


def test_an_assessment_again_keeps_the_prior_that_was_used(finished, tmp_path):
    out = finished.copied(tmp_path / "o")
    workflow.assess_step(out, out, {}, prior=0.05)
    before = bytes_of(out)
    workflow.assess_step(out / "measurements.json", out, {})
    assert bytes_of(out) == before


def test_a_prior_that_nobody_gave_is_not_written_down(finished, tmp_path):
    """Each question, and each model, has its own: what one used is no wish for the next."""
    out = finished.copied(tmp_path / "o")
    workflow.assess_step(out, out, {})
    assert RunSettings.from_toml(out / "settings.toml").assess.prior is None
    (a,) = workflow.assess_step(out, None, {"location": "intradural"})
    assert a.prior == pytest.approx(73 / 91)


def test_a_prior_that_was_given_is_used_again(finished, tmp_path):
    out = finished.copied(tmp_path / "o")
    (out / "settings.toml").write_text(RunSettings().with_prior(0.5).to_toml())
    (a,) = workflow.assess_step(out, None, {})
    assert a.prior == 0.5
    (a,) = workflow.assess_step(out, None, {}, prior=0.2)
    assert a.prior == 0.2


@pytest.mark.parametrize("location", ["intradural", "intracranial"])
def test_another_question_is_written_and_read_again(finished, tmp_path, location):
    out = finished.copied(tmp_path / "o")
    (a,) = workflow.assess_step(out, out, {"location": location})
    (entry,) = json.loads((out / "assessment.json").read_text())["lesions"]
    assert Assessment.from_dict(entry, a.case_id).to_dict() == a.to_dict()
    assert (entry["probability"] is None) == (location == "intracranial")


def test_measurements_under_another_name_bring_no_settings(finished, tmp_path):
    out = finished.copied(tmp_path / "o")
    (out / "settings.toml").write_text(RunSettings().with_prior(0.5).to_toml())
    (out / "measurements.json").rename(out / "mine.json")
    (a,) = workflow.assess_step(out / "mine.json", None, {})
    assert a.prior == pytest.approx(252 / 798)


def test_an_assessment_elsewhere_is_alone_there(finished, tmp_path):
    out, other = finished.copied(tmp_path / "o"), finished.copied(tmp_path / "other")
    (other / "notes.txt").write_text("mine")
    before = bytes_of(out)
    workflow.assess_step(out, other, {})
    assert outputs(other) == {"assessment.json", "settings.toml", "notes.txt"}
    assert bytes_of(out) == before


def test_measuring_again_takes_an_assessment_of_other_numbers_away(folder, finished, tmp_path):
    out = finished.copied(tmp_path / "o")
    workflow.measure_step(CaseInputs(folder), out, QUICK_RUN)
    assert {"assessment.json", "report.html"} & outputs(out) == set()
    assert bytes_of(out)["measurements.json"] == (finished.out / "measurements.json").read_bytes()


def test_a_step_finishes_what_a_killed_run_left(finished, tmp_path):
    """A journal in the hidden folder: the new set is whole there, and stands before anything is read."""
    out = finished.copied(tmp_path / "o")
    new = out / ".pnst-writing" / "new"
    new.mkdir(parents=True)
    (out / "measurements.json").rename(new / "measurements.json")
    (out / ".pnst-writing" / "journal").write_text('{"new": ["measurements.json"], "stale": ["report.html"]}')
    assert workflow.assess_step(out, None, {})
    assert outputs(out) == outputs(finished.out) - {"report.html"}


def test_settings_that_were_given_are_not_replaced(folder, finished, tmp_path):
    out = finished.copied(tmp_path / "o")
    before = bytes_of(out)
    with pytest.raises(InputError, match=r"replace the input 'settings\.toml'"):
        workflow.assess_step(out, out, {}, settings_file=out / "settings.toml")
    with pytest.raises(InputError, match=r"replace the input 'settings\.toml'"):
        workflow.run(folder, out=out, settings=out / "settings.toml")
    assert bytes_of(out) == before


def test_segmenting_without_a_prompt_or_a_folder(folder, tmp_path):
    with pytest.raises(SettingError, match="nothing to segment from"):
        workflow.segment_step(CaseInputs(folder), tmp_path / "o", RunSettings())
    assert not (tmp_path / "o").exists()
    ball = read_lesion(folder / "lesion.nii.gz", read_study(folder)).mask
    inputs = CaseInputs(folder, prompt=Point((40, -25, 210)), segmenter=lambda study, prompt: ball)
    case = workflow.segment_step(inputs, None, RunSettings())
    assert case.lesions[0].mask.count == ball.count
    assert not case.measurements
