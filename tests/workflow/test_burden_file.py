"""burden.json in the folder of a run. Witness: the measurements and the assessment that lie beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from command_line import bytes_of, content, done, outputs, pnst, refused, validator
from pnst import workflow
from pnst.errors import InputError
from pnst.workflow import CaseInputs
from pnst.workflow.burden_file import burden_text, saved_burden


@pytest.fixture(scope="module")
def pair(folder, tmp_path_factory) -> Path:
    """A label map of two lesions: the ball, and a smaller box beside it."""
    image = nib.load(folder / "lesion.nii.gz")
    labels = np.asarray(image.dataobj).astype(np.uint8)
    i, j, k = (int(n) for n in np.argwhere(labels).mean(axis=0))
    labels[i + 11 : i + 16, j - 3 : j + 3, k - 1 : k + 2] = 2
    file = tmp_path_factory.mktemp("pair") / "two.nii.gz"
    nib.save(nib.Nifti1Image(labels, image.affine), file)
    return file


@pytest.fixture(scope="module")
def quick(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("quick") / "settings.toml"
    file.write_text("[measure.uncertainty]\nrepetitions = 0\n")
    return file


@pytest.fixture(scope="module")
def ran(folder, pair, quick, tmp_path_factory) -> tuple[Path, str]:
    out = tmp_path_factory.mktemp("ran") / "o"
    return out, done("run", folder, "--lesion", pair, "--settings", quick, "--out", out).out


def test_a_run_over_several_lesions_says_what_they_come_to(ran):
    out, printed = ran
    validator("burden").validate(content(out / "burden.json"))
    whole, lesions = content(out / "burden.json"), content(out / "measurements.json")["lesions"]
    assert [entry["label"] for entry in lesions] == ["1", "2"]
    assert whole["total_volume_ml"] == pytest.approx(sum(entry["size"]["volume_ml"] for entry in lesions))
    by_label = {entry["label"]: entry for entry in content(out / "assessment.json")["lesions"]}
    for entry in whole["lesions"]:
        assert entry["probability"] == by_label[entry["label"]]["probability"]
    assert "all lesions, the most suspicious first" in printed
    order = [printed.index(f", lesion {entry['label']} ") for entry in whole["lesions"]]
    assert order == sorted(order)


def test_one_lesion_has_no_burden(finished):
    assert "burden.json" not in outputs(finished.out)
    assert not finished.case.burden.is_several
    assert workflow.burden_rows(finished.case) == []


def test_the_steps_end_with_the_bytes_of_a_run(ran, folder, pair, quick, tmp_path):
    out = tmp_path / "o"
    done("measure", folder, "--lesion", pair, "--settings", quick, "--out", out)
    assert {entry["probability"] for entry in content(out / "burden.json")["lesions"]} == {None}
    done("assess", out, "--out", out)
    done("report", folder, "--results", out)
    assert bytes_of(out) == bytes_of(ran[0])


def test_another_assessment_is_told_in_the_burden_too(ran, tmp_path):
    out = tmp_path / "again"
    done("assess", ran[0], "--prior", "0.9", "--out", out)
    before, after = (content(place / "burden.json")["lesions"] for place in (ran[0], out))
    assert {entry["label"] for entry in after} == {entry["label"] for entry in before}
    assert all(new["probability"] > 0.5 for new in after)
    assert content(out / "burden.json")["total_volume_ml"] == content(ran[0] / "burden.json")["total_volume_ml"]


def test_a_run_over_one_lesion_takes_the_earlier_burden_away(ran, folder, quick, tmp_path):
    out = tmp_path / "o"
    out.mkdir()
    (out / "burden.json").write_bytes((ran[0] / "burden.json").read_bytes())
    done("run", folder, "--settings", quick, "--out", out)
    assert not (out / "burden.json").exists()


def test_a_lesion_that_failed_stands_in_no_sum_and_is_named(ran, tmp_path):
    """As a run leaves it where one of three could not be measured."""
    whole = saved_burden(ran[0])
    (tmp_path / "burden.json").write_text(burden_text(replace(whole, unmeasured=("3",))))
    assert saved_burden(tmp_path).unmeasured == ("3",)
    validator("burden").validate(content(tmp_path / "burden.json"))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema_version": 2}', '{"schema_version": 1, "lesions": [{}]}'])
def test_a_damaged_burden_is_refused(text, tmp_path):
    (tmp_path / "burden.json").write_text(text)
    with pytest.raises(InputError, match=r"cannot read 'burden\.json'.*make both again"):
        saved_burden(tmp_path)


def test_a_burden_of_other_lesions_is_refused(ran, tmp_path):
    for name in ("measurements.json", "settings.toml"):
        (tmp_path / name).write_bytes((ran[0] / name).read_bytes())
    other = content(ran[0] / "burden.json")
    other["lesions"][0]["label"] = "7"
    (tmp_path / "burden.json").write_text(json.dumps(other))
    assert "assessments of other lesions" in refused("assess", tmp_path, "--out", tmp_path)


def test_a_case_in_python_has_the_same_burden(ran, folder, pair):
    settings = workflow.RunSettings.from_toml(ran[0] / "settings.toml")
    case = workflow.run_case(CaseInputs(folder, lesion=pair), None, settings)
    assert burden_text(case.burden) == (ran[0] / "burden.json").read_text()
    assert case.burden.to_frame().shape[0] == 2
    assert "2 lesions" in case._repr_html_()


def test_without_one_of_its_lesions_a_run_ends_with_1_and_names_it(folder, pair, quick, tmp_path, monkeypatch):
    from pnst.measurement import measure as module

    real = module.measure

    def failing(study, lesion, *rest):
        if lesion.label == "2":
            raise InputError("it fails", got="this", expected="that", remedy="none")
        return real(study, lesion, *rest)

    monkeypatch.setattr(module, "measure", failing)
    result = pnst("run", folder, "--lesion", pair, "--settings", quick, "--out", tmp_path / "o")
    assert result.code == 1
    assert content(tmp_path / "o/burden.json")["unmeasured"] == ["2"]
    assert "1 lesion could not be measured" in (tmp_path / "o/report.html").read_text()
    done("report", folder, "--results", tmp_path / "o")
    assert "1 lesion could not be measured" in (tmp_path / "o/report.html").read_text()
