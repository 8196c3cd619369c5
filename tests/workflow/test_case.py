"""The order of the stages from Python, and the whole of it on a real sarcoma."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from command_line import OUTPUTS_ALWAYS, bytes_of, content, outputs, validator
from pnst import workflow
from pnst.errors import GeometryError, InputError
from pnst.io.masks.read import read_lesion, read_mask
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.study import Role
from pnst.workflow import Case, CaseInputs, RunSettings
from pnst.workflow.inputs import default_lesion
from without_intervals import QUICK_RUN


def without(folder: Path, *roles: str) -> CaseInputs:
    return CaseInputs(folder, roles=dict.fromkeys(roles, "none"))


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "no lesion mask given"),
        (("t1.nii.gz",), "no lesion mask given"),
        (("lesion.nii.gz", "lesion.nii"), "lesion.nii.gz and lesion.nii"),
        (("lesion.hdr", "lesion.nii"), "lesion.nii and lesion.hdr"),
    ],
)
def test_which_lesion_is_meant_is_not_guessed(tmp_path, names, words):
    for name in names:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(InputError) as refusal:
        default_lesion(tmp_path)
    assert words in refusal.value.got


@pytest.mark.parametrize("name", ["lesion.nii.gz", "lesion.nii", "lesion.hdr"])
def test_the_lesion_of_a_study_lies_beside_its_series(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    assert default_lesion(tmp_path) == tmp_path / name


# --- the stages ------------------------------------------------------------------------------------------------------


def test_a_run_says_its_stages_in_order_and_gives_what_it_wrote(finished):
    assert finished.stages == [
        "reading the study",
        "reading the lesion",
        "aligning",
        "measuring 1",
        "report",
        "writing",
    ]
    case = finished.case
    assert [m.label for m in case.measurements] == [a.label for a in case.assessments] == ["1"]
    assert workflow.measurements_json(case.measurements) == (finished.out / "measurements.json").read_text()
    assert workflow.assessments_json(case.assessments) == (finished.out / "assessment.json").read_text()


def test_a_stage_can_be_done_by_hand(folder, finished, tmp_path):
    """Invariant: a run is its stages and nothing else."""
    request, settings = CaseInputs(folder), QUICK_RUN
    case = workflow.read_case(request)
    assert (case.measurements, case.assessments) == ((), ())
    case = workflow.preprocess_case(case, settings)
    case = workflow.assess_case(workflow.measure_case(case, request, settings), request, settings)
    workflow.write_case(case, workflow.report_case(case), settings, tmp_path / "by hand")
    assert bytes_of(tmp_path / "by hand") == bytes_of(finished.out)


@pytest.mark.parametrize(("stage", "into"), [("report_case", "new"), ("measurements_csv", "o")])
def test_a_run_that_breaks_late_leaves_what_was_there(folder, finished, tmp_path, monkeypatch, stage, into):
    """Whatever breaks, and not only a refusal."""
    before = bytes_of(finished.copied(tmp_path / "o"))

    def broken(*_):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(workflow.case, stage, broken)
    with pytest.raises(RuntimeError):
        workflow.run_case(without(folder, "dwi"), tmp_path / into, QUICK_RUN)
    assert bytes_of(tmp_path / "o") == before
    assert [path.name for path in tmp_path.iterdir()] == ["o"]


def test_what_cannot_be_measured_has_no_output(folder, tmp_path):
    workflow.run_case(without(folder, "dwi", "t2_fs"), tmp_path / "o", QUICK_RUN)
    assert outputs(tmp_path / "o") == OUTPUTS_ALWAYS | {"regions/fat_rim.nii.gz", "regions/enhancing.nii.gz"}
    (lesion,) = content(tmp_path / "o" / "measurements.json")["lesions"]
    assert {"edema", "adc"} <= lesion["skipped"].keys()
    assert not {"edema", "adc"} & lesion.keys()
    validator("measurements").validate(content(tmp_path / "o" / "measurements.json"))
    validator("assessment").validate(content(tmp_path / "o" / "assessment.json"))


def test_every_lesion_of_a_case_has_its_files(finished, tmp_path):
    """A lesion without regions has no folder of them."""
    case = finished.case
    plain = replace(case.measurements[0], label="2", regions={})
    case = Case(case.study, case.lesions * 2, (case.measurements[0], plain), case.assessments * 2)
    workflow.write_case(case, "<html>", RunSettings(), tmp_path / "o")
    names = ("adc_dark", "edema", "enhancing", "fat_rim", "solid", "target_core")
    signs = ("flow_voids", "haemosiderin")
    regions = {f"regions/{name}.nii.gz" for name in (*names, *signs)}
    assert outputs(tmp_path / "o") == OUTPUTS_ALWAYS | regions | {"adc.nii.gz", "burden.json", "lesion-2.nii.gz"}


# --- settings --------------------------------------------------------------------------------------------------------


# --- a real sarcoma --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sarcoma(shared_data, tmp_path_factory) -> tuple[Case, Path]:
    """A thigh sarcoma with its RTSTRUCTs, from TCIA Soft-tissue-Sarcoma; the outputs of the main job."""
    source = shared_data / "sts001_raw" / "dicom"
    out = tmp_path_factory.mktemp("sarcoma") / "o"
    request = CaseInputs(source, lesion=source / "MR_T2" / "mask" / "1-1.dcm", label="GTV_Mass")
    return workflow.run_case(request, out, QUICK_RUN), out


def test_the_sarcoma_is_measured_in_what_its_series_show(sarcoma):
    """Witness: the expert's contours, 365 ml by areas and slice distances; there is no diffusion series."""
    case, out = sarcoma
    (m,) = case.measurements
    masks = {"cord", "canal", "nerve", "bone", "invasion"}
    assert m.families().keys() == FAMILY_TYPES.keys() - {"adc", "ivim", "enhancement", "cyst"} - masks
    contrast = "no T1 series after contrast"
    diffusion = {"adc": "no diffusion series and no ADC map", "ivim": "no diffusion series"}
    without = {name: why for name, why in m.skipped.items() if name not in masks}
    assert without == {**diffusion, "enhancement": contrast, "cyst": contrast}
    assert m.size.volume_ml == pytest.approx(365, abs=15)
    regions = ("edema", "fat_rim", "t1_high", "target_core", "capsule", "thin_bright_rim")
    regions += ("fascicles", "flow_voids", "haemosiderin")
    assert outputs(out) == OUTPUTS_ALWAYS | {f"regions/{name}.nii.gz" for name in regions}
    for name in ("measurements", "assessment"):
        validator(name).validate(content(out / f"{name}.json"))


@pytest.mark.parametrize("drawn_on", ["MR_T1", "MR_T2"])
def test_the_structure_of_either_series_has_the_same_volume(sarcoma, shared_data, drawn_on):
    """Witness: the same contours were copied to both."""
    file = shared_data / "sts001_raw" / "dicom" / drawn_on / "mask" / "1-1.dcm"
    lesion = read_lesion(file, sarcoma[0].study, label="GTV_Mass")
    assert lesion.mesh.volume_mm3 / 1000 == pytest.approx(365, abs=15)


def test_the_oedema_overlaps_the_experts(sarcoma, shared_data):
    """Regression, with the expert's contour as its witness: Dice 0.873 when this was written."""
    case, _ = sarcoma
    drawn, mass = (
        read_mask(shared_data / "sts001_raw" / "masks" / f"MR_T2_GTV_{name}.nii.gz", case.study).data
        for name in ("Edema", "Mass")
    )
    measured, expert = case.measurements[0].regions["edema"].data, drawn & ~mass
    assert case.measurements[0].regions["edema"].grid.matches(case.study.series[Role.T2_FS].volume.grid)
    dice = 2 * np.count_nonzero(measured & expert) / (np.count_nonzero(measured) + np.count_nonzero(expert))
    assert dice >= 0.80


def test_an_unknown_structure_of_the_sarcoma_lists_those_present(sarcoma, shared_data):
    file = shared_data / "sts001_raw" / "dicom" / "MR_T2" / "mask" / "1-1.dcm"
    with pytest.raises(InputError, match="no region 'Mass'") as refusal:
        read_lesion(file, sarcoma[0].study, label="Mass")
    assert "GTV_Mass" in refusal.value.got
    assert "GTV_Edema" in refusal.value.got


def test_a_mask_of_another_study_is_refused(folder, shared_data, tmp_path):
    with pytest.raises(GeometryError, match="does not overlap"):
        workflow.run_case(
            CaseInputs(folder, lesion=shared_data / "sts001_raw" / "masks" / "MR_T2_GTV_Mass.nii.gz"), tmp_path
        )
    assert not any(tmp_path.iterdir())
