"""`--align` and `--bias` from the command line to the outputs, on a simulated patient who moved before diffusion."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from command_line import content, pnst, validator
from moved_patient import moved_patient
from pnst import workflow
from pnst.errors import SettingError
from pnst.io.masks.read import read_mask
from pnst.io.nifti.read import read_volume, write_volume
from pnst.io.study import read_study
from pnst.io.write import write_study
from pnst.study import Role
from pnst.workflow import CaseInputs, RunSettings

QUICK = "[measure.uncertainty]\nrepetitions = 0\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made, folder = moved_patient("benign"), tmp_path_factory.mktemp("moved") / "patient"
    write_study(made.study, folder, "nifti", [made.lesion])
    (folder.parent / "quick.toml").write_text(QUICK)
    return folder


@pytest.fixture(scope="module")
def aligned(folder) -> Path:
    out = folder.parent / "aligned"
    result = pnst("run", folder, "--out", out, "--settings", folder.parent / "quick.toml")
    assert result.code == 0, result.err
    return out


def lesion_of(out: Path) -> dict:
    (lesion,) = content(out / "measurements.json")["lesions"]
    return lesion


def test_a_run_aligns_diffusion_and_says_so(folder, aligned):
    """Witness: the patient's motion, 8.0 mm and 5.04°."""
    lesion = lesion_of(aligned)
    motion = dict(word.split("=") for word in lesion["provenance"]["align.dwi"].split())
    assert (motion["moved"], motion["reference"]) == ("yes", "t2_fs")
    assert float(motion["shift_mm"]) == pytest.approx(8.0, abs=0.3)
    assert float(motion["rotation_deg"]) == pytest.approx(5.04, abs=0.25)
    assert float(motion["similarity_after"]) > float(motion["similarity_before"])
    assert lesion["provenance"]["align.adc"] == lesion["provenance"]["align.dwi"]
    assert any(note.startswith(("dwi: moved by 8.", "dwi: moved by 7.9")) for note in lesion["notes"])
    assert "moved by" in (aligned / "report.html").read_text(encoding="utf-8")
    assert tomllib.loads((aligned / "settings.toml").read_text())["preprocess"]["align"] == "diffusion"


def test_the_tumours_adc_is_that_of_the_tumour_only_when_aligned(folder, aligned, tmp_path):
    """Witness: the phantom's tumour; beside it lie muscle and fat. The map that is written lies where it was put."""
    result = pnst("run", folder, "--out", tmp_path / "o", "--settings", folder.parent / "quick.toml", "--align", "none")
    assert result.code == 0, result.err
    left = lesion_of(tmp_path / "o")
    assert not [name for name in left["provenance"] if name.startswith("align.")]
    truth = moved_patient("benign").truth["adc.mean_whole_um2_per_ms"]
    off = [abs(lesion["adc"]["mean_whole_um2_per_ms"] - truth) for lesion in (left, lesion_of(aligned))]
    assert off[1] < 0.5 * off[0]
    written = [read_volume(out / "adc.nii.gz")[1] for out in (tmp_path / "o", aligned)]
    assert not written[0].matches(written[1], tolerance_mm=2.0)


def test_the_report_of_an_aligned_run_is_written_again_from_its_settings(folder, aligned):
    page = workflow.report_results(CaseInputs(folder), aligned)
    assert "moved by" in page
    assert page.count("data:image") == (aligned / "report.html").read_text(encoding="utf-8").count("data:image")


def test_a_lesion_that_was_drawn_on_diffusion_keeps_it(folder, tmp_path):
    """On the series' own voxels, where it is brightest; the motion is found, said and not made."""
    study = read_study(folder)
    grid = study.series[Role.DWI].volume.grid
    data = np.zeros(grid.shape, dtype=bool)
    data[34:44, 30:40, 9:14] = True
    write_volume(tmp_path / "drawn.nii.gz", type(read_mask(folder / "lesion.nii.gz", study))(data, grid))
    case = workflow.read_case(CaseInputs(folder, lesion=tmp_path / "drawn.nii.gz"))
    after = workflow.preprocess_case(case, RunSettings()).study.series[Role.DWI]
    assert after.volume is case.study.series[Role.DWI].volume
    assert "would be left behind" in after.alignment.reason


def test_shading_is_divided_out_where_asked(folder, tmp_path):
    result = pnst("measure", folder, "--bias", "--align", "none", "--out", tmp_path)
    assert result.code == 0, result.err
    (lesion,) = content(tmp_path / "measurements.json")["lesions"]
    assert {name for name in lesion["provenance"] if "." in name and not name.startswith("input")} == {"bias.t2_fs"}
    assert any(note.startswith("t2_fs: shading of ") for note in lesion["notes"])


def test_provenance_is_as_the_schema_says(aligned):
    provenance = validator("measurements").schema["properties"]["lesions"]["items"]["properties"]["provenance"]
    check = validator("measurements").evolve(schema=provenance)
    good = lesion_of(aligned)["provenance"]
    check.validate(good)
    for wrong in ({"align.dwi": "moved"}, {"bias.dwi": "range=0.1"}, {"bias.t1": "/home/patient"}):
        assert not check.is_valid({**good, **wrong})


def test_flags_beat_the_file_and_the_file_beats_the_defaults(tmp_path):
    (tmp_path / "s.toml").write_text(
        '[preprocess]\ncorrect_bias = true\nalign = "all"\n[preprocess.alignment]\nsamples = 5000\n'
    )
    settings = RunSettings.from_toml(tmp_path / "s.toml")
    assert settings.with_preprocessing() == settings
    changed = settings.with_preprocessing(align="none").preprocess
    assert (changed.correct_bias, changed.align, changed.alignment.samples) == (True, "none", 5000)
    assert RunSettings().with_preprocessing(correct_bias=True).preprocess.correct_bias
    (tmp_path / "s.toml").write_text(settings.to_toml())
    assert RunSettings.from_toml(tmp_path / "s.toml") == settings


@pytest.mark.parametrize("choice", ["some", "", "DIFFUSION"])
def test_another_word_for_align_is_refused(choice, folder, tmp_path):
    with pytest.raises(SettingError, match="none, diffusion or all"):
        RunSettings().with_preprocessing(align=choice)
    refused = pnst("run", folder, "--out", tmp_path / "o", "--align", choice)
    assert refused.code == 2
    assert "none, diffusion or all" in refused.err
    assert not (tmp_path / "o").exists()
