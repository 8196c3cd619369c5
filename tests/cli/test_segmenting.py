"""The command `segment`, and prompts for `run` and `measure`, from outside.

The prompt's own body is segmented: no network looks. Witness: what lies on disk, and that a lesion segmented first and
then given measures as the prompt itself does.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from command_line import bytes_of, content, done, numbers, only, outputs, pnst, refused
from pnst.image import Volume
from pnst.io.nifti.read import write_volume
from pnst.io.write import write_study
from scenes import Scene
from silent_network import use_silent_network
from small_cohort import SETTINGS

SCENE = Scene(radius=9, halo=5, limb=24, reach=34, spacing=(1.3, 1.5, 3.0))
LINE = "31,-25,210:49,-25,210"
SEGMENTED = {"lesion.nii.gz", "probability.nii.gz", "prompt.json", "settings.toml"}


@pytest.fixture(autouse=True)
def silent(monkeypatch) -> None:
    use_silent_network(monkeypatch)


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "thigh"
    write_study(SCENE.study(), folder)
    return folder


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "out"


def strokes(file: Path) -> Path:
    grid = SCENE.grid()
    labels = np.zeros(grid.shape, dtype=np.float32)
    i, j, k = np.rint(grid.to_index((40, -25, 210))).astype(int)
    labels[i - 2 : i + 3, j, k] = 1
    labels[i - 12 : i - 9, j, k] = 2
    write_volume(file, Volume(labels, grid))
    return file


def test_a_line_leaves_lesion_probability_and_prompt(study, out):
    printed = done("segment", study, "--line", LINE, "--craniocaudal", "200,220", "--out", out).out
    assert outputs(out) == SEGMENTED
    line = {"p_ras_mm": [31, -25, 210], "q_ras_mm": [49, -25, 210], "craniocaudal_mm": [200, 220]}
    assert content(out / "prompt.json") == {"schema_version": 1, "lines": [line]}
    probability = np.asarray(nib.load(out / "probability.nii.gz").dataobj)
    assert 0 <= probability.min() <= probability.max() <= 1
    assert "predicted Dice" in printed
    assert "volume" in printed


def test_a_negative_number_may_come_first(study, out):
    error = pnst("segment", study, "--point", "-4000,-25,210", "--out", out).err
    assert "--point" not in error.split("; got:")[0]
    assert not out.exists()


def test_the_prompt_that_was_written_gives_the_same_lesion(study, out, tmp_path):
    done("segment", study, "--line", LINE, "--out", out)
    done("segment", study, "--from", out / "prompt.json", "--out", tmp_path / "again")
    for name in SEGMENTED:
        assert (out / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@pytest.mark.parametrize("option", ["--box", "--lines", "--scribbles"])
def test_every_prompt(study, out, tmp_path, option):
    (tmp_path / "l.csv").write_text("px,py,pz,qx,qy,qz\n31,-25,210,49,-25,210\n33,-25,214,47,-25,214\n")
    words = {
        "--box": "30,-35,200:50,-15,220",
        "--lines": tmp_path / "l.csv",
        "--scribbles": strokes(tmp_path / "s.nii.gz"),
    }
    done("segment", study, option, words[option], "--out", out)
    assert outputs(out) == SEGMENTED


def test_a_point_without_a_border_is_not_guessed_at(study, out):
    """The network sees nothing."""
    assert "a point alone" in refused("segment", study, "--point", "40,-25,210", "--out", out)
    assert not out.exists()


def test_scribbles_correct_an_earlier_lesion(study, out, tmp_path):
    done("segment", study, "--line", LINE, "--out", out)
    more = ("--previous", out / "lesion.nii.gz", "--scribbles", strokes(tmp_path / "s.nii.gz"))
    done("segment", study, *more, "--out", tmp_path / "corrected")
    assert outputs(tmp_path / "corrected") == SEGMENTED


def test_run_measures_what_segment_finds(study, out, tmp_path):
    """A prompt's lesion is segmented in the images as they were read, and then stands as a given one."""
    done("segment", study, "--line", LINE, "--out", out)
    (tmp_path / "s.toml").write_text(SETTINGS)
    quick = ("--settings", tmp_path / "s.toml")
    done("run", study, "--lesion", out / "lesion.nii.gz", *quick, "--out", tmp_path / "given")
    done("run", study, "--line", LINE, *quick, "--out", tmp_path / "prompted")
    given, prompted = (only(tmp_path / name / "measurements.json") for name in ("given", "prompted"))
    assert numbers(given) == pytest.approx(numbers(prompted), rel=1e-4)
    assert len(prompted["provenance"]["prompt"]) == 64
    assert "prompt" not in given["provenance"]
    assert {"prompt.json", "probability.nii.gz"} <= outputs(tmp_path / "prompted")
    assert not {"prompt.json", "probability.nii.gz"} & outputs(tmp_path / "given")
    done("measure", study, "--line", LINE, *quick, "--out", tmp_path / "steps")
    done("assess", tmp_path / "steps", "--out", tmp_path / "steps")
    done("report", study, "--results", tmp_path / "steps")
    assert bytes_of(tmp_path / "steps") == bytes_of(tmp_path / "prompted")


def test_measure_takes_a_prompt_too(study, out, tmp_path):
    (tmp_path / "s.toml").write_text(SETTINGS)
    done("measure", study, "--line", LINE, "--settings", tmp_path / "s.toml", "--out", out)
    assert {"measurements.json", "prompt.json", "probability.nii.gz"} <= outputs(out)
    lesion = f"{strokes(tmp_path / 'm.nii.gz')}:1"
    done("measure", study, "--lesion", lesion, "--settings", tmp_path / "s.toml", "--out", out)
    assert not {"prompt.json", "probability.nii.gz"} & outputs(out)


def test_settings_of_segmenting_stand_beside_the_lesion(study, out):
    done("segment", study, "--line", LINE, "--out", out)
    settings = tomllib.loads((out / "settings.toml").read_text())
    assert settings["segment"] == {"time_limit_s": 900.0}


def test_a_command_in_the_settings(study, out, tmp_path):
    tool = tmp_path / "tool.py"
    tool.write_text(
        "import sys, nibabel, numpy\n"
        "image = nibabel.load(sys.argv[1])\n"
        "index = numpy.moveaxis(numpy.indices(image.shape), 0, -1)\n"
        "places = index @ image.affine[:3, :3].T + image.affine[:3, 3]\n"
        "inside = numpy.linalg.norm(places - (40, -25, 210), axis=-1) < 9\n"
        "nibabel.save(nibabel.Nifti1Image(inside.astype('uint8'), image.affine), sys.argv[2])\n"
    )
    words = json.dumps([sys.executable, str(tool), "{t1}", "{mask}"])
    (tmp_path / "s.toml").write_text(f"[segment]\ncommand = {words}\n")
    printed = done("segment", study, "--line", LINE, "--settings", tmp_path / "s.toml", "--out", out).out
    assert "not predicted" in printed
    assert outputs(out) == SEGMENTED - {"probability.nii.gz"}
    volume = np.asarray(nib.load(out / "lesion.nii.gz").dataobj).sum() * 1.3 * 1.5 * 3.0
    assert volume == pytest.approx(4 / 3 * np.pi * 9**3, rel=0.02)


def test_a_command_that_fails(study, out, tmp_path):
    words = json.dumps([sys.executable, "-c", "import sys; sys.exit('no licence')", "{mask}"])
    (tmp_path / "s.toml").write_text(f"[segment]\ncommand = {words}\n")
    line = refused("segment", study, "--line", LINE, "--settings", tmp_path / "s.toml", "--out", out)
    assert "no licence" in line
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing to segment from"),
        (["--line", LINE, "--point", "1,2,3"], "more than one prompt"),
        (["--line", "1,2,3"], "cannot read --line"),
        (["--line", LINE, "--on", "fat"], "no such series"),
        (["--from", "none.json"], "no such file"),
        (["--point", "40,-25,210", "--craniocaudal", "1,9"], "without a line"),
        (["--previous", "m.nii.gz"], "without a prompt"),
    ],
)
def test_what_segment_refuses(study, out, words, said):
    assert said in refused("segment", study, *words, "--out", out)
    assert not out.exists()


@pytest.mark.parametrize("command", ["run", "measure"])
def test_a_prompt_beside_a_lesion(study, out, command):
    assert "leave out the lesion" in refused(command, study, "--line", LINE, "--lesion", "m.nii.gz", "--out", out)
    assert "nothing to segment" in refused(command, study, "--on", "t1", "--out", out)
    assert not out.exists()


def test_a_prompt_is_not_overwritten(study, out):
    done("segment", study, "--line", LINE, "--out", out)
    before = (out / "prompt.json").read_bytes()
    assert "replace the input" in refused("segment", study, "--from", out / "prompt.json", "--out", out)
    assert (out / "prompt.json").read_bytes() == before


def test_help_shows_an_example():
    for command in ("segment", "run"):
        assert "--line 12,-31,40:47,-29,40" in " ".join(done(command, "--help").out.split())
