"""Places that cannot be written, inputs that would be lost, and names that nobody may read. Witness: the disk."""

from __future__ import annotations

import gzip
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest

from command_line import bytes_of, done, four_parts, outputs, pnst, refused, shell
from pnst.image import Mask
from pnst.io.nifti.read import write_volume
from pnst.io.output_folder import WRITING, output_folder
from pnst.io.write import write_study
from pnst.study import Lesion
from scenes import Scene
from small_cohort import SETTINGS

SCENE = Scene(radius=9, limb=24, reach=34, spacing=(1.3, 1.5, 3.0))


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A study with T1 alone, quick to run, and the results of a run."""
    folder = tmp_path_factory.mktemp("made")
    write_study(SCENE.study(), folder / "whole", "nifti", [SCENE.lesion()])
    (folder / "thigh").mkdir()
    for name in ("t1.nii.gz", "lesion.nii.gz"):
        shutil.copy(folder / "whole" / name, folder / "thigh" / name)
    (folder / "thigh" / "quick.toml").write_text(SETTINGS)
    done("run", folder / "thigh", "--settings", folder / "thigh" / "quick.toml", "--out", folder / "results")
    return folder


@pytest.fixture
def quick(made) -> tuple[object, ...]:
    """The words for a run without intervals."""
    return "--settings", made / "thigh" / "quick.toml"


@pytest.fixture
def study(made, tmp_path) -> Path:
    return Path(shutil.copytree(made / "thigh", tmp_path / "thigh"))


@pytest.fixture
def results(made, tmp_path) -> Path:
    return Path(shutil.copytree(made / "results", tmp_path / "results"))


def command_words(command: str, study: Path, results: Path) -> list[object]:
    return {
        "run": ["run", study, "--settings", study / "quick.toml"],
        "measure": ["measure", study, "--settings", study / "quick.toml"],
        "assess": ["assess", results],
        "report": ["report", study, "--results", results],
        "phantom": ["phantom"],
        "train": ["train", study / "table.csv", "--label", "malignant"],
        "evaluate": ["evaluate", study / "table.csv", "--label", "malignant"],
        "fetch": ["fetch", "dicomweb://localhost:9/dicom-web", "--study", "1.2.3"],
    }[command]


STEPS = ("run", "measure", "assess", "report")
ALL = (*STEPS, "phantom", "train", "evaluate")


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ALL)
@pytest.mark.parametrize("place", ["file", "pipe", "/dev/full", "/dev/null", "/proc/nowhere/o", "long", "dangling"])
def test_a_place_that_is_no_folder_is_refused_before_the_work(study, results, tmp_path, monkeypatch, command, place):
    """The work cannot even start: a study that is not read would fail otherwise, in other words."""
    (tmp_path / "file").write_text("mine")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    before = bytes_of(study) | bytes_of(results)
    out = tmp_path / (300 * "a" if place == "long" else place)
    (study / "t1.nii.gz").write_bytes(b"no image")
    message = refused(*command_words(command, study, results), "--out", out)
    assert re.search(r"cannot (write|make)|already there", message)
    (study / "t1.nii.gz").write_bytes(before["t1.nii.gz"])
    assert bytes_of(study) | bytes_of(results) == before
    assert (tmp_path / "file").read_text() == "mine"
    assert (tmp_path / "pipe").is_fifo()
    assert not (tmp_path / "gone").exists()
    assert Path("/dev/full").is_char_device()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
@pytest.mark.parametrize("command", ALL)
def test_a_folder_without_the_right_to_write_is_refused_before_the_work(study, results, tmp_path, command):
    (tmp_path / "locked").mkdir(mode=0o500)
    (study / "t1.nii.gz").write_bytes(b"no image")
    assert "cannot" in refused(*command_words(command, study, results), "--out", tmp_path / "locked" / "o")


@pytest.mark.parametrize("command", STEPS)
def test_a_link_to_a_folder_is_that_folder(study, results, made, tmp_path, command):
    (tmp_path / "link").symlink_to(results)
    done(*command_words(command, study, tmp_path / "link"), "--out", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    kept = {"measure": {"assessment.json", "report.html"}, "assess": {"report.html"}}.get(command, set())
    assert outputs(results) == outputs(made / "results") - kept


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_an_output_that_is_no_file_is_left_alone(study, results, tmp_path, kind):
    (results / "report.html").unlink()
    (tmp_path / "mine.html").write_text("mine")
    if kind == "link":
        (results / "report.html").symlink_to(tmp_path / "mine.html")
    elif kind == "pipe":
        os.mkfifo(results / "report.html")
    else:
        (results / "report.html").mkdir()
    for command in STEPS:
        assert f"a {kind}" in refused(*command_words(command, study, results), "--out", results)
    assert (tmp_path / "mine.html").read_text() == "mine"


@pytest.mark.parametrize("command", STEPS)
def test_a_file_size_limit_leaves_what_was_there(made, tmp_path, command):
    results = Path(shutil.copytree(made / "results", tmp_path / "o"))
    before = bytes_of(results)
    words = command_words(command, made / "thigh", results)
    limited = subprocess.run(
        [sys.executable, "-m", "pnst", *map(str, words), "--out", str(results)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200)),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert "File too large" in four_parts(limited.returncode, limited.stdout, limited.stderr)
    assert bytes_of(results) == before
    assert not list(results.glob(".*"))


def test_a_full_disk_under_the_answer_is_a_sentence(results):
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "pnst", "assess", str(results)], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert "No space left" in four_parts(run.returncode, "", run.stderr)


def test_nobody_reads_on(results):
    """`pnst … | true`: the status that a shell gives to SIGPIPE, and not a word."""
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [sys.executable, "-m", "pnst", "assess", str(results)], stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert (run.returncode, run.stderr) == (141, "")


# --- inputs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["run", "measure"])
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_series_that_is_an_output_by_another_name_is_not_replaced(study, results, command, link):
    """The study holds a link to `adc.nii.gz` of the folder of outputs."""
    shutil.copy(study / "t1.nii.gz", results / "adc.nii.gz")
    link(results / "adc.nii.gz", study / "t1_post.nii.gz")
    before = bytes_of(results)
    assert "a file of the input 'thigh'" in refused(command, study, "--out", results)
    assert bytes_of(results) == before


def test_outputs_are_never_called_as_a_series(study):
    """The folder of the study itself: `adc.nii.gz` and `lesion.nii.gz` there are inputs."""
    before = bytes_of(study)
    for command in ("run", "measure"):
        assert "would replace the input" in refused(command, study, "--out", study)
    refused("report", study, "--results", study)
    refused("measure", study, "--out", study / "t1.nii.gz")
    assert bytes_of(study) == before


# --- two runs, and ends ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", STEPS)
def test_a_second_run_into_one_folder_is_refused_before_its_work(study, results, command):
    before = bytes_of(results)
    (study / "t1.nii.gz").write_bytes(b"no image")
    words = (*command_words(command, study, results), "--out", results)
    with output_folder(results):
        assert "another run" in refused(*words)
        if command == "run":  # as another process sees it
            run = shell(*words)
            assert "another run" in four_parts(run.returncode, run.stdout, run.stderr)
    assert bytes_of(results) == before


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGKILL, -9)]
)
def test_a_run_that_is_ended_leaves_the_earlier_set(made, study, tmp_path, number, status):
    """What SIGKILL leaves, the next run removes; the others leave nothing."""
    results = Path(shutil.copytree(made / "results", tmp_path / "o"))
    before = bytes_of(results)
    words = [sys.executable, "-m", "pnst", "run", str(study), "--out", str(results)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        while not (results / WRITING / "new").exists():
            assert run.poll() is None
            time.sleep(0.01)
        time.sleep(0.2)
        run.send_signal(number)
        out, err = run.communicate(timeout=60)
    assert (run.returncode, out) == (status, "")
    assert "Traceback" not in err
    visible = {name: content for name, content in bytes_of(results).items() if not name.startswith(".pnst-")}
    assert visible == before
    assert (results / WRITING).exists() == (number == signal.SIGKILL)
    done("assess", results, "--out", results)
    assert not list(results.glob(".*"))


# --- names -----------------------------------------------------------------------------------------------------------

PLANTED = ("smith", "smyth^john", "doejane", "19430217", "clinique")


def leaks(folder: Path) -> list[str]:
    """Where a planted name stands in what was written, images unpacked."""
    named = bytes_of(folder).items()
    texts = {name: gzip.decompress(raw) if name.endswith(".gz") else raw for name, raw in named}
    texts = {name: re.sub(rb"base64,[^\"]*", b"", raw).lower() for name, raw in texts.items()}  # pictures
    return [f"{word} in {name}" for name, raw in texts.items() for word in PLANTED if word.encode() in raw]


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> Path:
    """DICOM whose patient, folder, descriptions, maker and segment bear names."""
    tree = tmp_path_factory.mktemp("Smith_John_19430217") / "DoeJane"
    write_study(SCENE.study(), tree, "dicom", [SCENE.lesion()])
    for file in tree.rglob("*.dcm"):
        dataset = pydicom.dcmread(file)
        dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = "Smyth^John Smith", "DOEJANE", "19430217"
        dataset.Manufacturer = "Smith Clinique"
        dataset.SeriesDescription = f"{dataset.get('SeriesDescription', '')} Smyth^John Smith"
        for segment in dataset.get("SegmentSequence", ()):
            segment.SegmentLabel = "Smyth^John Smith"
        dataset.save_as(file)
    (tree / "t1").rename(tree / "Smith_John_t1")
    return tree


def test_no_file_and_no_json_bears_a_planted_name(planted, quick, tmp_path):
    lesion = planted / "lesions" / "1.dcm"
    out = tmp_path / "o"
    printed = done("run", planted, *quick, "--lesion", lesion, "--out", out).out
    assert leaks(out) == []
    done("measure", planted, *quick, "--lesion", lesion, "--out", out)
    done("assess", out, "--out", out)
    done("report", planted, "--results", out)
    assert leaks(out) == []
    shown = done("inspect", planted, "--json").out.lower()
    assert [word for word in PLANTED if word in shown] == []
    kept = done("inspect", planted, "--json", "--keep-identity").out
    assert "Smyth^John Smith" in kept
    assert "Smith Clinique" in kept
    assert "Smith" not in printed


def test_no_file_bears_the_name_of_another_file(made, quick, tmp_path):
    """NIfTI: files and masks that are named for a patient, a label map of two."""
    study = Path(shutil.copytree(made / "whole", tmp_path / "case_7"))
    for role in ("t1", "t2_fs"):
        (study / f"{role}.nii.gz").rename(study / f"Smith_John_{role}.nii.gz")
    (study / "lesion.nii.gz").rename(study / "DoeJane.nii.gz")
    roles = [word for role in ("t1", "t2_fs") for word in ("--role", f"{role}={study / f'Smith_John_{role}.nii.gz'}")]
    done("run", study, *quick, *roles, "--lesion", study / "DoeJane.nii.gz", "--out", tmp_path / "o")
    assert leaks(tmp_path / "o") == []
    shown = done("inspect", study, "--json").out.lower()
    assert [word for word in PLANTED if word in shown] == []


def test_a_name_that_is_asked_for_is_no_formula_and_no_command(made, quick, tmp_path):
    """A case id as a spreadsheet and a terminal would obey it."""
    word = "=cmd|'/C calc'!A0\x1b[31m"
    result = pnst("run", made / "thigh", *quick, "--case-id", word, "--out", tmp_path / "o")
    assert result.code == 0
    assert "\x1b" not in result.out
    assert (tmp_path / "o" / "measurements.csv").read_text().splitlines()[1].startswith("'=cmd")
    assert "\x1b" not in pnst("assess", tmp_path / "o").out
    message = refused("run", tmp_path / "\x1b[31m", "--out", tmp_path / "p")
    assert "\x1b" not in message


def test_two_lesions_whose_names_are_cut_stay_two(made, quick, tmp_path):
    grid = SCENE.grid()
    near = np.linalg.norm(SCENE.points(grid) - (-16, 0, 0), axis=-1) < 5
    study = tmp_path / "pair"
    write_study(
        SCENE.study(),
        study,
        "dicom",
        [Lesion("Smith", SCENE.lesion().mask, "x"), Lesion("DoeJane", Mask(near, grid), "x")],
    )
    files = sorted((study / "lesions").glob("*.dcm"))
    assert len(files) == 2
    done("measure", study, *quick, "--lesion", files[0], "--out", tmp_path / "o")
    assert leaks(tmp_path / "o") == []


def test_the_search_for_names_can_find(made, tmp_path):
    write_volume(tmp_path / "x.nii.gz", SCENE.lesion().mask)
    image = nib.load(tmp_path / "x.nii.gz")
    image.header["descrip"] = b"Smyth^John Smith"
    nib.save(image, tmp_path / "x.nii.gz")
    (tmp_path / "y.json").write_text('"DoeJane"')
    assert sorted(leaks(tmp_path)) == ["doejane in y.json", "smith in x.nii.gz", "smyth^john in x.nii.gz"]
