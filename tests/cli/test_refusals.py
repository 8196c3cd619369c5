"""Bad input, said in one line of four parts, with exit 2 and nothing half-written. Witness: what lies on disk after."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest

from command_line import bytes_of, content, done, numbers, only, outputs, refused, validator
from mask_files import circles, save_rtstruct
from pnst.image import Grid, Mask
from pnst.io.nifti.read import write_volume
from pnst.io.write import write_study
from scenes import Scene
from small_cohort import SETTINGS

SCENE = Scene(radius=9, limb=24, reach=34, spacing=(1.3, 1.5, 3.0))


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The scene as NIfTI (`thigh`) and as DICOM (`tree`), each written once."""
    folder = tmp_path_factory.mktemp("made")
    write_study(SCENE.study(), folder / "thigh", "nifti", [SCENE.lesion()])
    write_study(SCENE.study(), folder / "tree", "dicom", [SCENE.lesion()])
    return folder


@pytest.fixture
def study(made, tmp_path) -> Path:
    return Path(shutil.copytree(made / "thigh", tmp_path / "thigh"))


@pytest.fixture
def tree(made, tmp_path) -> Path:
    return Path(shutil.copytree(made / "tree", tmp_path / "tree"))


@pytest.fixture(scope="module")
def quick(made) -> tuple[object, ...]:
    """The words for a run without intervals."""
    (made / "quick.toml").write_text(SETTINGS)
    return "--settings", made / "quick.toml"


@pytest.fixture
def out(tmp_path) -> Path:
    """A place for results that must stay free."""
    return tmp_path / "results"


def changed(file: Path, change) -> None:
    """Write a NIfTI file again with its voxels, as float32, changed."""
    image = nib.load(file)
    data = change(np.asarray(image.dataobj, dtype=np.float32))
    nib.save(nib.Nifti1Image(data, image.affine), file)


# --- the study -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["run", "measure", "inspect"])
def test_a_missing_folder(command, tmp_path, out):
    more = {"run": ["--out", out], "measure": ["--out", out], "inspect": ["--json"]}[command]
    assert "'nowhere'" in refused(command, tmp_path / "nowhere", *more)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["run", "measure", "inspect"])
def test_a_folder_without_images(command, tmp_path, out):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("no image")
    more = {"run": ["--out", out], "measure": ["--out", out], "inspect": ["--json"]}[command]
    assert "no images in 'empty'" in refused(command, tmp_path / "empty", *more)
    assert not out.exists()


def test_a_study_without_a_lesion(study, out):
    (study / "lesion.nii.gz").unlink()
    assert "--lesion" in refused("run", study, "--out", out)
    assert not out.exists()


def test_a_truncated_dicom_file(tree, out):
    file = sorted((tree / "t1").rglob("*.dcm"))[3]
    file.write_bytes(file.read_bytes()[:-700])
    message = refused("run", tree, "--lesion", tree / "lesions" / "1.dcm", "--out", out)
    assert file.name in message
    assert str(tree) not in message
    assert not out.exists()


def test_two_series_for_one_role_and_the_way_out_that_the_message_shows(tree, made, quick, out):
    """Witness: the command that the remedy names works and gives what one series gives."""
    shutil.copytree(tree / "t1", tree / "t1_again")
    for file in (tree / "t1_again").rglob("*.dcm"):
        dataset = pydicom.dcmread(file)
        dataset.SeriesInstanceUID += ".9"
        dataset.SOPInstanceUID += ".9"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.SeriesNumber = 77
        dataset.SeriesDescription = "another t1"
        dataset.save_as(file)
    lesion = ["--lesion", tree / "lesions" / "1.dcm"]
    message = refused("run", tree, *lesion, "--out", out)
    assert "2 series could be t1" in message
    assert "another t1" in message
    assert not out.exists()
    key = next(word for word in message.split() if word.startswith("t1=")).strip(",;").removeprefix("t1=")
    done("run", tree, *lesion, *quick, "--role", f"t1={key}", "--out", out)
    done("run", made / "tree", *lesion, *quick, "--out", out.with_name("alone"))
    assert numbers(only(out / "measurements.json")) == numbers(only(out.with_name("alone") / "measurements.json"))


def test_a_file_of_several_volumes_as_t1(study, out):
    changed(study / "t1.nii.gz", lambda data: np.stack([data, data], axis=-1))
    assert "t1" in refused("run", study, "--out", out)
    assert not out.exists()


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("where", ["in the lesion", "in a corner"])
def test_voxels_without_numbers_are_said_and_reach_no_output(study, quick, out, value, where):
    """NaN is how a masked image says "no data": what is left is measured, the rest skipped with its reason."""
    shape = SCENE.grid().shape
    middle = tuple(slice(n // 2 - 2, n // 2 + 1) for n in shape)
    region = {"in the lesion": middle, "in a corner": (slice(8), slice(8), slice(4))}[where]

    def hole(data):
        data = data.copy()
        data[region] = value
        return data

    for name in ("t1", "t1_post", "t2_fs"):
        changed(study / f"{name}.nii.gz", hole)
    done("run", study, *quick, "--out", out)
    lesion = only(out / "measurements.json")  # written without NaN and ∞: JSON has none, and no reader should meet one
    assert all(np.isfinite(value) for value in numbers(lesion).values())
    assert any("not finite" in note for note in lesion["notes"])
    assert "adc" in lesion
    validator("measurements").validate(content(out / "measurements.json"))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_image_without_any_number_is_refused(study, out, value):
    changed(study / "t1.nii.gz", lambda data: np.full_like(data, value))
    assert "'t1.nii.gz' is no image" in refused("run", study, "--out", out)
    assert not out.exists()


def test_b_values_that_do_not_fit_their_volumes(study, out):
    (study / "dwi.bval").write_text("0 50 400\n")
    assert "4" in refused("run", study, "--out", out)
    assert not out.exists()


# --- the lesion ------------------------------------------------------------------------------------------------------


def test_an_empty_mask(study, out):
    changed(study / "lesion.nii.gz", np.zeros_like)
    assert "empty" in refused("run", study, "--out", out)
    assert not out.exists()


def test_a_mask_that_misses_the_images(study, out):
    mask = SCENE.lesion().mask
    affine = mask.grid.affine.copy()
    affine[:3, 3] += 500
    write_volume(study / "lesion.nii.gz", Mask(mask.data, Grid(mask.grid.shape, affine)))
    assert "does not overlap" in refused("run", study, "--out", out)
    assert not out.exists()


@pytest.mark.parametrize(("file", "message_part"), [("missing.nii.gz", "no such file"), ("t1.nii.gz", "no label map")])
def test_a_file_that_is_no_mask(study, out, file, message_part):
    message = refused("run", study, "--lesion", study / file, "--out", out)
    assert message_part in message
    assert str(study) not in message
    assert not out.exists()


def test_an_unknown_label_lists_those_present(study, out):
    message = refused("run", study, "--lesion", f"{study / 'lesion.nii.gz'}:7", "--out", out)
    assert "'7'" in message
    assert not out.exists()


def test_an_unknown_structure_lists_those_present_and_one_of_them_works(tree, quick, out, tmp_path):
    grid = SCENE.grid()
    slices = range(9, 15)
    rois = {"GTV_Mass": circles(grid, 8, slices), "Vessel": circles(grid, 3, slices, centre=(-15, 2))}
    file = save_rtstruct(tmp_path, rois)
    message = refused("run", tree, "--lesion", f"{file}:Mass", "--out", out)
    assert "GTV_Mass (4)" in message
    assert "Vessel (5)" in message
    assert not out.exists()
    done("run", tree, *quick, "--lesion", f"{file}:GTV_Mass", "--out", out)
    lesion = only(out / "measurements.json")
    assert lesion["label"] == "GTV_Mass"
    assert lesion["size"]["axial_diameter_mm"] == pytest.approx(16, rel=0.1)


# --- settings and flags ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message_part"),
    [
        ("[measure.edema]\ndetecton_sd = 3\n", "measure.edema.detecton_sd"),
        ("[measures]\n", "measures"),
        ("[assess]\nprior = 2\n", "assess.prior"),
        ("[measure.edema]\ndetection_sd = 'three'\n", "measure.edema.detection_sd"),
        ("not toml", "TOML"),
        (None, "mine.toml"),
    ],
)
def test_settings_that_are_not_ours(made, tmp_path, out, text, message_part):
    if text is not None:
        (tmp_path / "mine.toml").write_text(text)
    message = refused("run", made / "thigh", "--settings", tmp_path / "mine.toml", "--out", out)
    assert message_part in message
    assert str(tmp_path) not in message
    assert not out.exists()


@pytest.mark.parametrize(
    ("flags", "message_part"),
    [
        (["--prior", "0"], "prior"),
        (["--prior", "1"], "prior"),
        (["--prior", "1.5"], "prior"),
        (["--prior", "nan"], "prior"),
        (["--override", "split_fat.presnt=yes"], "split_fat.presnt"),
        (["--override", "presnt=yes"], "presnt"),
        (["--override", "margin.ill_defined=perhaps"], "perhaps"),
        (["--override", "margin.ill_defined"], "--override"),
        (["--role", "t1"], "--role"),
        (["--role", "t1="], "--role"),
        (["--role", "=t1.nii.gz"], "--role"),
        (["--role", "t9=t1.nii.gz"], "t9"),
        (["--role", "t1=missing.nii.gz"], "missing.nii.gz"),
        (["--role", "t1=t1.nii.gz", "--role", "t1=t2_fs.nii.gz"], "twice"),
        (["--mask", "muscle"], "--mask"),
        (["--mask", "muscle=missing.nii.gz"], "missing.nii.gz"),
        (["--patient", "nf1"], "--patient"),
        (["--patient", "nf1=perhaps"], "perhaps"),
        (["--patient", "nf2=yes"], "nf2"),
        (["--patient", "age=old"], "old"),
        (["--patient", "location=moon"], "moon"),
        (["--case-id", " "], "case id"),
    ],
)
def test_flags_that_cannot_be_read(made, out, flags, message_part):
    assert message_part in refused("run", made / "thigh", *flags, "--out", out)
    assert not out.exists()


def test_a_refused_spelling_names_the_right_one(made, out):
    assert "split_fat.present" in refused("run", made / "thigh", "--override", "split_fat.presnt=yes", "--out", out)


# --- where the outputs go --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["taken", "taken/below"])
def test_an_out_path_that_is_a_file(made, tmp_path, place):
    (tmp_path / "taken").write_text("mine")
    assert "'taken'" in refused("run", made / "thigh", "--out", tmp_path / place)
    assert outputs(tmp_path) == {"taken"}
    assert (tmp_path / "taken").read_text() == "mine"


def test_results_do_not_replace_the_study(study):
    """A vendor's adc.nii.gz and the lesion in the study's folder are inputs, though outputs are called so."""
    before = bytes_of(study)
    assert "'thigh'" in refused("run", study, "--out", study)
    assert bytes_of(study) == before


@pytest.mark.parametrize("flag", ["--lesion", "--mask", "--role"])
def test_results_do_not_replace_a_given_file(study, out, flag):
    out.mkdir()
    name = {"--lesion": "lesion.nii.gz", "--mask": "lesion-3.nii.gz", "--role": "adc.nii.gz"}[flag]
    shutil.copy(study / ("t1.nii.gz" if flag == "--role" else "lesion.nii.gz"), out / name)
    before = bytes_of(out)
    word = {"--lesion": "", "--mask": "muscle=", "--role": "t1_post="}[flag]
    assert name in refused("run", study, flag, f"{word}{out / name}", "--out", out)
    assert bytes_of(out) == before


# --- files of an earlier step ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "3",
        "{}",
        '{"schema_version": 1, "case_id": "a", "lesions": []}',
        '{"schema_version": 1, "case_id": "a", "lesions": {}}',
        '{"schema_version": 1, "case_id": "a", "lesions": [3]}',
        '{"schema_version": 1, "case_id": "a", "lesions": [{}]}',
        '{"schema_version": 2, "case_id": "a", "lesions": [{"label": "1"}]}',
        '{"schema_version": 1, "case_id": "a", "lesions": [{"label": "1", "size": 3}]}',
        '{"schema_version": 1, "case_id": "a", "lesions": [{"label": "1", "size": {"length": 3}}]}',
        '{"schema_version": 1, "case_id": "a", "lesions": [{"label": "1", "skipped": 3}]}',
        '{"schema_version": 1, "case_id": "a", "lesions": [{"label": "1", "overrides": {"a.b": 3}}]}',
        '{"patient": "somebody else\'s"}',
        "\udcff",
    ],
)
def test_a_json_that_is_not_ours(tmp_path, text):
    (tmp_path / "m.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    message = refused("assess", tmp_path / "m.json", "--out", tmp_path / "o")
    assert str(tmp_path) not in message
    assert outputs(tmp_path) == {"m.json"}


def test_a_json_that_is_not_there(tmp_path):
    message = refused("assess", tmp_path / "m.json", "--out", tmp_path / "o")
    assert "'m.json'" in message
    assert str(tmp_path) not in message
    assert not any(tmp_path.iterdir())


def test_measurements_of_the_wrong_kind(finished, tmp_path):
    spoilt = content(finished / "measurements.json")
    spoilt["lesions"][0]["size"]["longest_diameter_mm"] = "large"
    (tmp_path / "m.json").write_text(json.dumps(spoilt))
    assert "large" in refused("assess", tmp_path / "m.json")


@pytest.fixture(scope="module")
def finished(made, quick) -> Path:
    done("run", made / "thigh", *quick, "--role", "dwi=none", "--out", made / "finished")
    return made / "finished"


def test_a_report_over_other_images_than_were_measured(finished, made, study, tmp_path):
    done("report", study, "--role", "dwi=none", "--results", finished, "--out", tmp_path / "o")
    shutil.rmtree(tmp_path / "o")
    assert "dwi" in refused("report", study, "--results", finished, "--out", tmp_path / "o")
    changed(study / "t1.nii.gz", lambda data: data + 1)
    message = refused("report", study, "--role", "dwi=none", "--results", finished, "--out", tmp_path / "o")
    assert "t1" in message
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("name", ["measurements.json", "assessment.json", "settings.toml", "lesion.nii.gz"])
@pytest.mark.parametrize("spoil", ["missing", "empty", "foreign"])
def test_a_report_over_spoilt_results(finished, study, tmp_path, name, spoil):
    results = Path(shutil.copytree(finished, tmp_path / "results"))
    if spoil == "missing":
        (results / name).unlink()
    elif spoil == "empty":
        (results / name).write_bytes(b"")
    elif name.endswith(".json"):
        (results / name).write_text('{"schema_version": 1, "case_id": "a", "lesions": [{"label": "1"}]}')
    else:
        (results / name).write_text("of = another\n")
    if (name, spoil) == ("settings.toml", "empty"):  # which says: every default
        done("report", study, "--role", "dwi=none", "--results", results, "--out", tmp_path / "o")
        return
    message = refused("report", study, "--role", "dwi=none", "--results", results, "--out", tmp_path / "o")
    assert str(tmp_path) not in message
    assert not (tmp_path / "o").exists()
