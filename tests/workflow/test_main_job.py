"""`pnst.run` is what the command line runs. Witness: the files and digits of the command, and of a run in memory."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import pnst
from command_line import done, validator
from command_line import pnst as command
from pnst.image import Mask, Volume
from pnst.io.nifti.read import write_volume
from pnst.io.write import write_study
from scenes import Scene
from small_cohort import SETTINGS
from without_intervals import QUICK_RUN

SCENE = Scene(radius=9, halo=5, reach=34, spacing=(1.4, 1.6, 3.0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of role-named NIfTI with its lesion."""
    folder = tmp_path_factory.mktemp("study") / "case"
    write_study(SCENE.study(), folder, lesions=[SCENE.lesion()])
    return folder


def contents(out: Path) -> dict[str, bytes]:
    return {str(file.relative_to(out)): file.read_bytes() for file in sorted(out.rglob("*")) if file.is_file()}


def test_python_and_the_command_line_give_the_same_bytes(folder, tmp_path):
    (tmp_path / "s.toml").write_text(SETTINGS)
    words = ("--settings", tmp_path / "s.toml", "--prior", "0.2", "--override", "reader.invasion=no")
    given = {"settings": tmp_path / "s.toml", "prior": 0.2, "overrides": {"reader.invasion": False}}
    case = pnst.run(folder, out=tmp_path / "python", **given)
    done("run", folder, "--out", tmp_path / "shell", *words)
    assert contents(tmp_path / "python") == contents(tmp_path / "shell")
    (written,) = json.loads((tmp_path / "shell" / "assessment.json").read_text())["lesions"]
    assert written["probability"] == case.assessments[0].probability


def test_nothing_is_written_unless_asked(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    case = pnst.run(folder)
    assert list(tmp_path.iterdir()) == []
    assert case.measurements[0].size.volume_ml_interval is not None
    row = case.to_frame().iloc[0]
    assert row["probability"] == case.assessments[0].probability
    assert row["size.volume_ml"] == case.measurements[0].size.volume_ml
    assert "probability" in case._repr_html_()


def test_settings_may_be_a_file_and_what_is_said_beats_them(folder, tmp_path):
    (tmp_path / "s.toml").write_text(f"[assess]\nprior = 0.3\n{SETTINGS}")
    assert pnst.run(folder, settings=tmp_path / "s.toml").assessments[0].prior == 0.3
    assert pnst.run(folder, settings=tmp_path / "s.toml", prior=0.4).assessments[0].prior == 0.4


@pytest.fixture
def two_lesions(folder, tmp_path):
    """A label map of the ball, and of another lesion that lies where no series but its own reaches."""
    ball = SCENE.lesion().mask
    labels = ball.data.astype(np.uint8)
    labels[2:5, 2:5, 3:6] = 2

    write_volume(tmp_path / "labels.nii.gz", Volume(labels, ball.grid))
    return tmp_path / "labels.nii.gz"


def test_one_lesion_of_several_fails_alone(folder, two_lesions, tmp_path, monkeypatch):
    from pnst.measurement import measure as measuring

    real = measuring.measure

    def failing(study, lesion, *rest):
        if lesion.label == "2":
            raise pnst.GeometryError("this lesion cannot be", got="a test", expected="none", remedy="none")
        return real(study, lesion, *rest)

    monkeypatch.setattr(measuring, "measure", failing)
    (tmp_path / "s.toml").write_text(SETTINGS)
    words = ("--lesion", two_lesions, "--settings", tmp_path / "s.toml")
    result = command("run", folder, *words, "--out", tmp_path / "o")
    assert result.code == 1
    assert "2" in result.err
    assert "this lesion cannot be" in result.err
    (lesion,) = json.loads((tmp_path / "o" / "measurements.json").read_text())["lesions"]
    assert lesion["label"] == "1"


def test_a_case_without_any_lesion_left_is_refused(folder, two_lesions, tmp_path, monkeypatch):
    from pnst.measurement import measure as measuring

    def failing(*_):
        raise pnst.GeometryError("this lesion cannot be", got="a test", expected="none", remedy="none")

    monkeypatch.setattr(measuring, "measure", failing)
    result = command("run", folder, "--lesion", two_lesions, "--out", tmp_path / "o")
    assert result.code == 2
    assert not (tmp_path / "o").exists()


def test_two_lesions_of_one_file_know_of_each_other(folder, two_lesions):
    case = pnst.run(folder, two_lesions, settings=QUICK_RUN)
    assert [m.label for m in case.measurements] == ["1", "2"]
    assert replace(case, failures={}).failures == {}
    assert isinstance(case.lesions[1].mask, Mask)


def staged(study_path: Path, lesion_path: Path) -> dict[str, object]:
    """README's lines, stage by stage."""
    study = pnst.read_study(study_path)
    lesions = pnst.read_lesions(lesion_path, study)
    study = pnst.align(study, lesions=lesions)
    lesion, *others = lesions
    m = pnst.measure(study, lesion, others=others)
    return {**m.columns(), "probability": pnst.assess(m).probability}


def as_run(study_path: Path, lesion_path: Path) -> dict[str, object]:
    case = pnst.run(study_path, lesion_path)
    return {**case.measurements[0].columns(), "probability": case.assessments[0].probability}


SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("study", "lesion"),
    [("benign_nifti", "lesion.nii.gz"), ("malignant_dicom", "lesions/1.dcm")],
)
def test_the_stages_one_by_one_give_the_same_digits_on_the_samples(study, lesion):
    folder = SAMPLES / study
    assert staged(folder, folder / lesion) == as_run(folder, folder / lesion)


def test_the_stages_one_by_one_give_the_same_digits_where_diffusion_was_displaced(tmp_path):
    """The fault was that Python did not align: ADC 1.42 for 1.77."""
    scene = Scene(radius=12, reach=40, spacing=(1.4, 1.6, 3.0))
    study = scene.study()
    dwi = study.series[pnst.Role.DWI]
    affine = dwi.volume.grid.affine.copy()
    affine[:3, 3] += (6.0, -4.0, 2.0)
    grid = pnst.Grid(dwi.volume.grid.shape, affine)
    moved = replace(dwi, volume=Volume(dwi.volume.data, grid))
    write_study(replace(study, series={**study.series, pnst.Role.DWI: moved}), tmp_path / "s", lesions=[scene.lesion()])
    assert staged(tmp_path / "s", tmp_path / "s" / "lesion.nii.gz") == as_run(
        tmp_path / "s", tmp_path / "s/lesion.nii.gz"
    )


@pytest.mark.slow
@pytest.mark.parametrize("part", ["raw", "prepared"])
def test_the_stages_one_by_one_give_the_same_digits_on_real_sarcomas(shared_data, part):
    if part == "raw":
        folder = shared_data / "sts001_raw" / "dicom" / "MR_T2"
        lesion = next(folder.glob("mask/*.dcm"))
        case = pnst.run(folder, lesion, label="GTV_Mass")
        study = pnst.read_study(folder)
        m = pnst.measure(study, pnst.read_lesion(lesion, study, label="GTV_Mass"))
        assert m.columns() == case.measurements[0].columns()
        return
    folder = min((shared_data / "sts_t1" / "nifti").glob("STS_*"))
    roles = {"t1": "MR_T1_image.nii.gz"}
    case = pnst.run(folder, folder / "MR_T1_mask.nii.gz", roles=roles)
    study = pnst.read_study(folder, roles=roles)
    m = pnst.measure(study, pnst.read_lesion(folder / "MR_T1_mask.nii.gz", study))
    assert m.columns() == case.measurements[0].columns()


def test_a_prompt_and_a_segmenter_in_the_place_of_a_lesion(folder, tmp_path):
    """The segmenter answers with the scene's own ball: the numbers are those of the lesion that was drawn."""
    asked = []

    def drawn(study: pnst.Study, prompt: object) -> Mask:
        asked.append(prompt)
        return SCENE.lesion().mask

    (tmp_path / "s.toml").write_text("[measure.uncertainty]\nrepetitions = 0\n")
    quick = {"settings": tmp_path / "s.toml"}
    line = pnst.Line((31, -25, 210), (49, -25, 210))
    case = pnst.run(folder, prompt=line, segmenter=drawn, out=tmp_path / "out", **quick)
    assert asked == [case.prompt] == [line]
    given = pnst.run(folder, **quick)
    assert case.measurements[0].size == given.measurements[0].size
    written = json.loads((tmp_path / "out" / "measurements.json").read_text())["lesions"][0]
    assert written["provenance"]["lesion"] == "a segmenter outside pnst"
    assert not list(
        validator("measurements").iter_errors(json.loads((tmp_path / "out" / "measurements.json").read_text()))
    )


def test_a_prompt_beside_a_lesion(folder):
    with pytest.raises(pnst.SettingError, match="a lesion and a prompt"):
        pnst.run(folder, lesion=folder / "lesion.nii.gz", prompt=pnst.Point((40, -25, 210)))
