"""The main job from outside: real files in, the command, real files out.

Witnesses: DESIGN's list of outputs, the published JSON schemas, formulas of the scene, and agreement between ways of
saying the same thing (formats, steps, flags).
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest

from command_line import (
    OUTPUTS_ALWAYS,
    bytes_of,
    content,
    done,
    four_parts,
    numbers,
    only,
    outputs,
    refused,
    shell,
    validator,
)
from pnst.image import Mask
from pnst.io.nifti.read import write_volume
from pnst.io.write import write_study
from pnst.study import Lesion, Role
from scenes import Scene
from small_cohort import SETTINGS

SCENE = Scene(radius=11, halo=5, plane=6, limb=28, reach=39, spacing=(1.1, 1.3, 3.0))
DRAWN = ("adc_dark", "capsule", "edema", "enhancing", "fat_rim", "flow_voids", "haemosiderin", "solid", "target_core")
DRAWN += ("thin_bright_rim",)
REGIONS = {f"regions/{name}.nii.gz" for name in DRAWN}
OUTPUTS = OUTPUTS_ALWAYS | REGIONS | {"adc.nii.gz"}
IDENTITY = {
    "PatientName": "Plantedname^Jo",
    "PatientID": "PLANTED-4711",
    "PatientBirthDate": "19430217",
    "StudyDate": "20190803",
    "AccessionNumber": "PLANTEDACC",
    "InstitutionName": "Plantedhospital",
    "ReferringPhysicianName": "Planteddoctor",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder whose own name must not be seen in any output."""
    return tmp_path_factory.mktemp("plantedfolder")


@pytest.fixture(scope="module")
def nifti(place) -> Path:
    write_study(SCENE.study(), place / "thigh", "nifti", [SCENE.lesion()])
    return place / "thigh"


@pytest.fixture(scope="module")
def dicom(place) -> Path:
    """The same scene as DICOM, with a patient's identity in every file."""
    write_study(SCENE.study(), place / "tree", "dicom", [SCENE.lesion()])
    for file in (place / "tree").rglob("*.dcm"):
        dataset = pydicom.dcmread(file)
        for keyword, value in IDENTITY.items():
            setattr(dataset, keyword, value)
        dataset.save_as(file)
    return place / "tree"


@pytest.fixture(scope="module")
def result(place, nifti) -> Path:
    """The outputs of `pnst run` on the NIfTI form."""
    done("run", nifti, "--out", place / "result")
    return place / "result"


@pytest.fixture(scope="module")
def quick(place) -> tuple[object, ...]:
    """The words for a run without intervals: each takes three more measurements."""
    (place / "quick.toml").write_text(SETTINGS)
    return "--settings", place / "quick.toml"


@pytest.fixture(scope="module")
def quick_result(place, nifti, quick) -> Path:
    """The outputs on the NIfTI form without intervals."""
    done("run", nifti, *quick, "--out", place / "quick_result")
    return place / "quick_result"


@pytest.fixture(scope="module")
def dicom_printed(place, dicom, quick) -> str:
    """What `pnst run` prints on the DICOM form, without intervals."""
    return done("run", dicom, "--lesion", dicom / "lesions" / "1.dcm", *quick, "--out", place / "dicom_result").out


@pytest.fixture(scope="module")
def dicom_result(place, dicom_printed) -> Path:
    """… and its outputs."""
    return place / "dicom_result"


@pytest.fixture
def study(nifti, tmp_path) -> Path:
    """A copy of the NIfTI form, to be changed."""
    return Path(shutil.copytree(nifti, tmp_path / "thigh"))


@pytest.fixture(scope="module")
def bare(place, nifti) -> Path:
    """The NIfTI form with T1 alone, quick to run."""
    folder = place / "bare"
    folder.mkdir()
    for name in ("t1.nii.gz", "lesion.nii.gz"):
        shutil.copy(nifti / name, folder / name)
    return folder


# --- what a run leaves -----------------------------------------------------------------------------------------------


def test_a_run_writes_the_outputs_that_the_design_names_and_no_other(result):
    assert outputs(result) == OUTPUTS
    assert not list(result.glob(".*"))


@pytest.mark.parametrize("form", ["result", "dicom_result"])
@pytest.mark.parametrize("name", ["measurements", "assessment"])
def test_the_json_keeps_to_its_published_schema(request, form, name):
    validator(name).validate(content(request.getfixturevalue(form) / f"{name}.json"))


def test_every_family_is_measured_and_near_the_scene(result):
    """Witness: the scene's own lengths, within MEASUREMENTS' tolerances where its lesion is wide enough."""
    lesion = only(result / "measurements.json")
    without_masks = {"cord", "canal", "nerve", "bone", "invasion"}
    assert lesion["skipped"].keys() == without_masks | {"fascicular"}  # whose voxels are too large here
    assert lesion["size"]["longest_diameter_mm"] == pytest.approx(22, rel=0.03)
    assert lesion["size"]["volume_ml"] == pytest.approx(4 / 3 * np.pi * 1.1**3, rel=0.05)
    assert lesion["edema"]["max_extent_mm"] == pytest.approx(5, abs=1.5)
    assert lesion["adc"]["mean_um2_per_ms"] == pytest.approx(1.4, rel=0.02)
    assert lesion["split_fat"]["applicable"] is True
    assert lesion["split_fat"]["present"] is False


def test_contributions_and_prior_sum_to_the_logit(result):
    """Witness: the definition of the contributions."""
    entry = only(result / "assessment.json")
    logit = np.log(entry["probability"] / (1 - entry["probability"]))
    prior = np.log(entry["prior"] / (1 - entry["prior"]))
    assert prior + sum(entry["contributions"].values()) == pytest.approx(logit, abs=1e-6)
    assert entry["interval"][0] < entry["probability"] < entry["interval"][1]


def test_the_table_holds_the_numbers_of_the_json(result):
    with (result / "measurements.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    for name, value in numbers(only(result / "measurements.json")).items():
        assert row[name] == str(value), name
    assert row["case_id"] == "thigh"


def test_the_images_lie_where_the_inputs_lie(result, nifti):
    """The lesion comes back as given, the map and the regions on their own series' voxels."""
    given, back = nib.load(nifti / "lesion.nii.gz"), nib.load(result / "lesion.nii.gz")
    assert np.array_equal(np.asarray(given.dataobj) > 0, np.asarray(back.dataobj) > 0)
    assert back.affine == pytest.approx(given.affine, abs=1e-4)
    edema, stir = nib.load(result / "regions" / "edema.nii.gz"), nib.load(nifti / "t2_fs.nii.gz")
    assert (edema.shape, edema.affine.tolist()) == (stir.shape, stir.affine.tolist())
    ml = np.count_nonzero(np.asarray(edema.dataobj)) * np.prod(edema.header.get_zooms()) / 1000
    assert ml == pytest.approx(only(result / "measurements.json")["edema"]["volume_ml"], rel=1e-4)
    adc = nib.load(result / "adc.nii.gz")
    assert np.allclose(adc.header.get_zooms(), nib.load(nifti / "dwi.nii.gz").header.get_zooms()[:3], atol=1e-4)


def test_the_report_says_the_answer_and_its_limits(result):
    page = (result / "report.html").read_text(encoding="utf-8")
    assert f"{100 * only(result / 'assessment.json')['probability']:.0f} %" in page.replace("\u00a0", " ").replace(
        "\u202f", " "
    )
    assert "not a medical device" in page.lower()
    assert not re.search(r"""(src|href)\s*=\s*["'](https?:)?//""", page)


def test_both_formats_give_the_same_numbers(quick_result, dicom_result):
    """Witness: one scene, two files; DICOM holds it in 16 bits."""
    ours, theirs = (only(folder / "measurements.json") for folder in (quick_result, dicom_result))
    one, other = numbers(ours), numbers(theirs)
    offset = "margin.edge_offset_mm"  # a place, near 0: no share of it, but of a voxel of 1 mm
    assert other.pop(offset) == pytest.approx(one.pop(offset), abs=0.02)
    assert other == pytest.approx(one, rel=2e-3, abs=2e-3)
    assert theirs["label"] == "1"  # "ball" is no word of the field, and could be a name
    both = [only(folder / "assessment.json")["probability"] for folder in (quick_result, dicom_result)]
    assert both[1] == pytest.approx(both[0], abs=2e-3)


# --- in a shell ------------------------------------------------------------------------------------------------------


def test_in_a_pipe_a_run_prints_its_table_and_nothing_else_and_leaves_the_same_bytes(
    quick_result, quick, nifti, tmp_path
):
    """Invariant: nothing of the clock, the process or the place gets into an output."""
    run = shell("run", nifti, *quick, "--out", "o", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert "\x1b" not in run.stdout
    assert f"{only(quick_result / 'assessment.json')['probability']:.2f} (95 %" in run.stdout
    assert "not a medical device" in run.stdout
    assert bytes_of(tmp_path / "o") == bytes_of(quick_result)


def test_in_a_shell_a_refusal_is_one_line_and_status_2(tmp_path):
    run = shell("run", "nowhere", "--out", "o", cwd=tmp_path)
    assert "'nowhere'" in four_parts(run.returncode, run.stdout, run.stderr)
    assert not any(tmp_path.iterdir())


def test_inspect_prints_json(dicom):
    series = {entry["role"]: entry for entry in json.loads(done("inspect", dicom, "--json").out)["series"]}
    assert {"t1", "t1_post", "t2_fs", "dwi"} <= series.keys()
    assert series["dwi"]["b_values"] == [0, 50, 400, 800]
    assert series["t1"]["shape"] == list(SCENE.grid().shape)
    assert series["t1"]["spacing_mm"] == pytest.approx(SCENE.spacing, abs=1e-4)
    wanted = {"role", "reason", "shape", "spacing_mm", "b_values", "manufacturer", "unit"}
    assert all(wanted <= entry.keys() and entry["reason"] for entry in series.values())


def test_inspect_prints_a_table(nifti):
    command = done("inspect", nifti)
    assert all(word in command.out for word in ("t1_post", "t2_fs", "dwi", "800"))


# --- the user's word -------------------------------------------------------------------------------------------------


def test_role_names_a_file(result, quick, study, tmp_path):
    (study / "t2_fs.nii.gz").rename(study / "axial.nii.gz")
    done("measure", study, *quick, "--role", "t2_fs=axial.nii.gz", "--out", tmp_path / "o")
    assert numbers(only(tmp_path / "o" / "measurements.json")) == numbers(only(result / "measurements.json"))


def test_role_none_leaves_a_series_out(nifti, quick, tmp_path):
    done("measure", nifti, *quick, "--role", "dwi=none", "--out", tmp_path)
    lesion = only(tmp_path / "measurements.json")
    assert "adc" not in lesion
    assert "no diffusion series" in lesion["skipped"]["adc"]
    validator("measurements").validate(content(tmp_path / "measurements.json"))


def test_a_given_edema_mask_is_measured(nifti, quick, tmp_path):
    """Witness: the volume of the mask less the lesion, voxel by voxel."""
    points = np.linalg.norm(SCENE.points(SCENE.grid()), axis=-1)
    write_volume(tmp_path / "drawn.nii.gz", Mask(points < 20, SCENE.grid()))
    done("measure", nifti, *quick, "--mask", f"edema={tmp_path / 'drawn.nii.gz'}", "--out", tmp_path / "o")
    ml = np.count_nonzero((points >= 11) & (points < 20)) * SCENE.grid().voxel_volume_mm3 / 1000
    edema = only(tmp_path / "o" / "measurements.json")["edema"]
    assert edema["volume_ml"] == pytest.approx(ml, rel=1e-4)
    assert edema["max_extent_mm"] == pytest.approx(9, abs=1)


def test_an_override_stands_beside_what_was_measured_and_decides(quick_result, quick, nifti, tmp_path):
    overrides = ("--override", "split_fat.present=yes", "--override", "reader.invasion=no")
    done("measure", nifti, *quick, *overrides, "--out", tmp_path)
    done("assess", tmp_path, "--out", tmp_path)
    lesion = only(tmp_path / "measurements.json")
    assert lesion["overrides"] == {"split_fat.present": True, "reader.invasion": False}
    assert lesion["split_fat"] == only(quick_result / "measurements.json")["split_fat"]
    ours, before = only(tmp_path / "assessment.json"), only(quick_result / "assessment.json")
    assert before["contributions"]["split_fat_absent"] > 0 > ours["contributions"]["split_fat_absent"]
    assert "invasion" in ours["contributions"]
    assert ours["probability"] < before["probability"]
    for name in ("measurements", "assessment"):
        validator(name).validate(content(tmp_path / f"{name}.json"))


def test_the_prior_moves_the_probability_as_the_default_run_foretold(result, tmp_path):
    command = done("assess", result / "measurements.json", "--prior", "0.05")
    (entry,) = json.loads(command.out)["lesions"]
    assert entry["prior"] == 0.05
    assert entry["probability"] == pytest.approx(only(result / "assessment.json")["at_priors"]["0.05"], abs=1e-12)


def test_age_only_warns_and_nf1_sets_the_mixture_but_never_the_prior(result):
    def assessed(*facts):
        (entry,) = json.loads(done("assess", result / "measurements.json", *facts).out)["lesions"]
        return entry

    before = assessed("--patient", "location=limb")
    without, aged = assessed("--patient", "nf1=no,location=limb"), assessed("--patient", "age=34,location=limb")
    assert any("NF1, this one has not" in warning for warning in without["warnings"])
    assert not any("this one has not" in warning for warning in before["warnings"])
    assert without["prior"] == before["prior"]
    assert without["probability"] != before["probability"]
    assert (aged["probability"], aged["contributions"]) == (before["probability"], before["contributions"])


def test_an_intradural_lesion_is_asked_another_question(result):
    command = done("assess", result / "measurements.json", "--patient", "location=intradural,level=lumbar")
    (entry,) = json.loads(command.out)["lesions"]
    assert (entry["question"], entry["class"]) == ("intradural", "schwannoma")
    assert "level" in entry["contributions"]
    assert not any("malignancy" in rule["reason"] for rule in entry["rules"])
    validator("assessment").validate(json.loads(command.out))


def test_where_no_row_speaks_json_terminal_page_and_explanation_say_why(bare, quick, tmp_path):
    why = "no published row speaks of intracranial lesions"
    run = done("run", bare, *quick, "--patient", "location=intracranial", "--out", tmp_path / "o")
    entry = only(tmp_path / "o" / "assessment.json")
    validator("assessment").validate(content(tmp_path / "o" / "assessment.json"))
    assert (entry["probability"], entry["odds_factor"], entry["question"]) == (None, None, None)
    assert why in entry["abstained"]
    assert "no probability" in run.out
    assert why in run.out
    assert "longest diameter" in run.out
    page = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert f"There is no probability.</strong> {why.capitalize()}" in page
    explained = done("assess", tmp_path / "o", "--patient", "location=intracranial", "--explain").out
    assert explained.startswith(f"no probability: {why}")


def test_settings_are_used_and_written_beside_the_outputs(bare, tmp_path):
    text = f"{SETTINGS}[measure.split_fat]\npresent_coverage = 0.25\n[assess]\nprior = 0.1\n"
    (tmp_path / "mine.toml").write_text(text)
    done("run", bare, "--settings", tmp_path / "mine.toml", "--out", tmp_path / "a")
    assert only(tmp_path / "a" / "measurements.json")["split_fat"]["present_threshold"] == 0.25
    assert only(tmp_path / "a" / "assessment.json")["prior"] == 0.1
    effective = tomllib.loads((tmp_path / "a" / "settings.toml").read_text(encoding="utf-8"))
    assert effective["measure"]["split_fat"]["present_coverage"] == 0.25
    assert effective["measure"]["edema"]["detection_sd"] == 3.0
    done("run", bare, "--settings", tmp_path / "a" / "settings.toml", "--out", tmp_path / "b")
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


def test_the_prior_on_the_command_line_beats_the_settings(bare, tmp_path):
    (tmp_path / "mine.toml").write_text(f"{SETTINGS}[assess]\nprior = 0.1\n")
    done("run", bare, "--settings", tmp_path / "mine.toml", "--prior", 0.2, "--out", tmp_path / "o")
    assert only(tmp_path / "o" / "assessment.json")["prior"] == 0.2
    assert tomllib.loads((tmp_path / "o" / "settings.toml").read_text(encoding="utf-8"))["assess"]["prior"] == 0.2


def test_the_case_is_called_as_the_user_says(bare, quick, tmp_path):
    done("run", bare, *quick, "--case-id", "P <07>", "--out", tmp_path / "o")
    assert content(tmp_path / "o" / "measurements.json")["case_id"] == "P <07>"
    assert content(tmp_path / "o" / "assessment.json")["case_id"] == "P <07>"
    page = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert "P &lt;07&gt;" in page
    assert "P <07>" not in page


@pytest.mark.parametrize("label", ["ball", "1"])
def test_a_lesion_is_named_by_its_label_or_its_number(dicom, dicom_result, quick, label):
    command = done("measure", dicom, *quick, "--lesion", f"{dicom / 'lesions' / '1.dcm'}:{label}")
    assert json.loads(command.out)["lesions"] == content(dicom_result / "measurements.json")["lesions"]


@pytest.fixture(scope="module")
def pair(place) -> Path:
    """Two lesions in one label map, on T1 and diffusion alone; the second is a small ball of muscle."""
    grid = SCENE.grid()
    near = np.linalg.norm(SCENE.points(grid) - (-20, 0, 0), axis=-1) < 6.5
    lesions = [SCENE.lesion(), Lesion("second", Mask(near, grid), "formula")]
    study = SCENE.study()
    shown = replace(study, series={role: study.series[role] for role in (Role.T1, Role.DWI)})
    write_study(shown, place / "pair", "nifti", lesions)
    return place / "pair"


def test_several_labels_are_several_lesions(pair, quick_result, quick, tmp_path):
    done("run", pair, *quick, "--out", tmp_path / "o")
    entries = content(tmp_path / "o" / "measurements.json")["lesions"]
    assert [entry["label"] for entry in entries] == ["1", "2"]
    size = only(quick_result / "measurements.json")["size"]
    assert entries[0]["size"] == size  # the second is no part of its surroundings
    assert entries[1]["size"]["volume_ml"] == pytest.approx(4 / 3 * np.pi * 0.65**3, rel=0.05)
    names = outputs(tmp_path / "o")
    assert {"lesion.nii.gz", "lesion-2.nii.gz", "adc.nii.gz", "adc-2.nii.gz"} <= names
    assert {name for name in names if not re.match(r"(regions|lesion|adc)(-2)?[./]", name)} < OUTPUTS | {"burden.json"}
    page = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert page.count("<h1>Case") == 1
    with (tmp_path / "o" / "measurements.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["label"] for row in csv.DictReader(stream)] == ["1", "2"]
    done("run", pair, *quick, "--lesion", f"{pair / 'lesion.nii.gz'}:2", "--out", tmp_path / "o")
    assert only(tmp_path / "o" / "measurements.json")["size"] == entries[1]["size"]
    assert not [name for name in outputs(tmp_path / "o") if "-2" in name]


# --- the steps one by one --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["nifti", "dicom"])
def test_the_steps_one_by_one_leave_the_bytes_of_a_run(request, quick, form, tmp_path):
    """With intervals, and without."""
    source, whole = (
        request.getfixturevalue(name) for name in ((form, "result") if form == "nifti" else ("dicom", "dicom_result"))
    )
    more = ["--lesion", source / "lesions" / "1.dcm", *quick] if form == "dicom" else []
    done("measure", source, *more, "--out", tmp_path / "o")
    assert outputs(tmp_path / "o") == OUTPUTS - {"assessment.json", "report.html"}
    done("assess", tmp_path / "o", "--out", tmp_path / "o")
    done("report", source, "--results", tmp_path / "o")
    ours, theirs = bytes_of(tmp_path / "o"), bytes_of(whole)
    assert {name for name in ours | theirs if ours.get(name) != theirs.get(name)} == set()


def words(page: Path) -> list[str]:
    """The page's text, without its pictures."""
    text = re.sub(r"<(script|style|svg|figcaption)\b.*?</\1>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", text).split()


def test_the_words_of_a_report_can_differ(result, dicom_result):
    assert words(result / "report.html") != words(dicom_result / "report.html")


def test_assess_explains_itself(result):
    command = done("assess", result / "measurements.json", "--explain")
    for words in (
        "question: MPNST or benign PNST?",
        "a place that was not given counts as one of these",
        "whatever the prior; a geometric mean over the draws",
        "share of schwannoma in benign",
        "read off margin.ill_defined = ",
        "published figures, SHA-256:",
    ):
        assert words in command.out
    assert f"{only(result / 'assessment.json')['probability']:.3f}" in command.out


# --- over an earlier run ---------------------------------------------------------------------------------------------


def test_a_rerun_leaves_no_stale_output_and_no_foreign_file_touched(result, bare, quick, tmp_path):
    shutil.copytree(result, tmp_path / "o")
    (tmp_path / "o" / "notes.txt").write_text("mine")
    (tmp_path / "o" / "adc-map.nii.gz").write_text("mine too")
    (tmp_path / "o" / "lesion-2.nii.gz").write_text("of an earlier run")
    done("run", bare, *quick, "--out", tmp_path / "o")
    now = outputs(tmp_path / "o")
    assert not {"adc.nii.gz", "lesion-2.nii.gz", "regions/edema.nii.gz"} & now
    assert {"notes.txt", "adc-map.nii.gz"} <= now
    assert {"margin.edge", "edema", "adc"} <= only(tmp_path / "o" / "measurements.json")["skipped"].keys()


def test_a_failing_run_leaves_an_earlier_one_as_it_was(result, study, tmp_path):
    shutil.copytree(result, tmp_path / "o")
    (study / "dwi.bval").unlink()
    refused("run", study, "--out", tmp_path / "o")
    assert bytes_of(tmp_path / "o") == bytes_of(result)
    assert not list((tmp_path / "o").glob(".*"))


def test_results_in_a_folder_of_the_study_do_not_disturb_it(dicom, dicom_result, quick, tmp_path):
    tree = Path(shutil.copytree(dicom, tmp_path / "tree"))
    shutil.copytree(dicom_result, tree / "results")
    done("measure", tree, *quick, "--lesion", tree / "lesions" / "1.dcm", "--out", tree / "results")
    assert (tree / "results" / "measurements.csv").read_text() == (dicom_result / "measurements.csv").read_text()


# --- privacy ---------------------------------------------------------------------------------------------------------


def leaks(folder: Path, words: list[str]) -> list[str]:
    """Where one of the words stands in an output, images and HTML included (compressed ones unpacked)."""
    import gzip

    leaked = []
    for name, raw in bytes_of(folder).items():
        data = gzip.decompress(raw) + raw[:200] if name.endswith(".gz") else raw
        leaked += [f"{word} in {name}" for word in words if word.lower().encode() in data.lower()]
    return leaked


def planted(place: Path) -> list[str]:
    own = [part for value in IDENTITY.values() for part in value.split("^") if len(part) > 2]
    return [*own, "2019-08-03", str(place), place.name, "plantedfolder", "1.2.826"]


def days(folder: Path) -> list[str]:
    """The days, here and in Greenwich, on which the files of a folder were written."""
    stamps = [(folder / name).stat().st_mtime for name in outputs(folder)]
    return sorted({f"{datetime.fromtimestamp(stamp, zone):%Y-%m-%d}" for stamp in stamps for zone in (UTC, None)})


def test_no_output_names_the_patient_or_the_place(place, dicom_printed, dicom_result):
    assert leaks(dicom_result, planted(place) + days(dicom_result)) == []
    assert re.fullmatch(r"[0-9a-f]{12}", content(dicom_result / "measurements.json")["case_id"])
    text = dicom_printed.replace(str(dicom_result), "").lower()
    assert not [word for word in planted(place)[:-2] if word.lower() in text]


def test_no_output_of_nifti_names_the_place(place, result):
    assert leaks(result, [str(place), "plantedfolder", *days(result)]) == []


def test_the_identity_is_kept_on_demand_and_the_search_for_it_can_find(place, dicom, quick, tmp_path):
    t1_alone = [word for role in ("t2_fs", "t1_post", "dwi") for word in ("--role", f"{role}=none")]
    lesion = ("--lesion", dicom / "lesions" / "1.dcm")
    done("run", dicom, *lesion, *quick, *t1_alone, "--keep-identity", "--out", tmp_path / "o")
    assert content(tmp_path / "o" / "measurements.json")["case_id"] == IDENTITY["PatientID"]
    files = {leak.split(" in ")[1] for leak in leaks(tmp_path / "o", planted(place))}
    assert {"measurements.json", "measurements.csv", "assessment.json", "report.html"} <= files
    words = planted(place) + days(tmp_path / "o")
    assert {leak.split(" in ")[0] for leak in leaks(tmp_path / "o", words)} == {IDENTITY["PatientID"]}
