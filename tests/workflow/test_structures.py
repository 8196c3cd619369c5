"""Structures found by another program. Witness: stand-ins on the path, which write label maps made by hand."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from command_line import content, done, pnst
from pnst.errors import InputError, SettingError
from pnst.io.masks.schemes.table import TOOLS
from pnst.io.write import write_study
from pnst.measurement.measurements import MASK_NAMES
from pnst.segmentation.outside import StructureSettings
from pnst.study import Role
from pnst.workflow.structures import with_outside_structures
from scenes import Scene

SCENE = Scene(radius=9, limb=24, reach=34, spacing=(1.3, 1.5, 3.0))

READ = """#!{python}
import pathlib, sys
import nibabel, numpy
words = sys.argv[1:]
def write(file, numbers):
    image = nibabel.load(IMAGE)
    labels = numpy.zeros(image.shape, "int16")
    for n, number in enumerate(numbers):
        labels[4 + 5 * n : 8 + 5 * n, 10:20, 5:9] = number
    pathlib.Path(file).parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(labels, image.affine), file)
"""
STANDINS = {
    "totalspineseg": ("totalspineseg", "IMAGE, out = words\nwrite(f'{out}/step2_output/image.nii.gz', (1, 2, 43, 94))"),
    "spineps": (
        "spineps",
        "assert words[0] == 'sample'\nIMAGE = words[words.index('-i') + 1]\n"
        "home = pathlib.Path(IMAGE).parent / 'derivatives_seg'\n"
        "write(home / 'sub-1_mod-T2w_seg-spine_msk.nii.gz', (60, 61, 49, 100))\n"
        "write(home / 'sub-1_mod-T2w_seg-vert_msk.nii.gz', (22, 23))",
    ),
    "totalsegmentator": (
        "TotalSegmentator",
        "IMAGE, out, task = (words[words.index(w) + 1] for w in ('-i', '-o', '--task'))\nassert '--ml' in words\n"
        "write(out, (21, 46, 40, 5) if task == 'total_mr' else (1, 2))",
    ),
    "sct": (
        "sct_deepseg",
        "task, IMAGE, out = words[0], words[words.index('-i') + 1], words[words.index('-o') + 1]\n"
        "assert task in ('spinalcord', 'canal')\nwrite(out, (1,) if task == 'spinalcord' else (1, 1))",
    ),
}
FOUND = {
    "totalspineseg": {"canal", "cord", "vertebra_L3", "vertebrae"},
    "spineps": {"canal", "cord", "vertebra_L3", "vertebra_L4", "vertebrae"},
    "totalsegmentator": {"cord", "muscle", "vertebra_L5", "vertebra_S1", "vertebrae"},
    "sct": {"canal", "cord"},
}


@pytest.fixture
def study():
    return SCENE.study()


@pytest.fixture
def t2_study(study):
    t2 = replace(study.series[Role.T2_FS], role=Role.T2)
    return replace(study, series={Role.T2: t2, **study.series})


@pytest.fixture
def on_path(tmp_path, monkeypatch):
    """Put a program of that name and source first on the path."""

    def put(program: str, source: str, head: str = READ) -> Path:
        file = tmp_path / "programs" / program
        file.parent.mkdir(exist_ok=True)
        file.write_text(head.replace("{python}", sys.executable) + source)
        file.chmod(0o755)
        monkeypatch.setenv("PATH", str(file.parent), prepend=":")
        return file

    return put


def found(study, tool: str, limit: float = 60.0):
    return with_outside_structures(study, tool, StructureSettings(time_limit_s=limit))


def refusal(study, tool: str, title: str, limit: float = 60.0) -> InputError:
    with pytest.raises(InputError) as caught:
        found(study, tool, limit)
    assert caught.value.what == f"{title} found no structures"
    return caught.value


@pytest.mark.parametrize("tool", TOOLS)
def test_a_programs_answer_joins_the_study(tool, t2_study, on_path, monkeypatch):
    """Every mask that the stand-in drew is read, and what no measurement reads is named."""
    on_path(*STANDINS[tool])
    after = found(t2_study, tool)
    assert set(after.masks) == FOUND[tool] & set(MASK_NAMES)
    words = " ".join(after.notes)
    assert all(name in words for name in FOUND[tool])
    assert "outside pnst, on the t2 series" in words
    assert "/" not in words.replace("outside pnst", "")


def test_masks_lie_where_the_program_drew_them(study, on_path):
    """Witness: the stand-in's box, 4 × 10 × 4 voxels twice, in the voxels of the image that it was given."""
    on_path(*STANDINS["totalsegmentator"])
    muscle = found(study, "totalsegmentator").masks["muscle"]
    grid = study.series[Role.T1].volume.grid
    assert muscle.grid.matches(grid)
    expected = np.zeros(grid.shape, bool)
    expected[9:13, 10:20, 5:9] = expected[14:18, 10:20, 5:9] = True
    assert np.array_equal(muscle.data, expected)


def test_a_mask_that_the_study_has_stays(study, on_path):
    on_path(*STANDINS["totalsegmentator"])
    drawn = found(study, "totalsegmentator").masks["muscle"]
    mine = replace(drawn, data=np.roll(drawn.data, 3, axis=1))
    after = found(replace(study, masks={"muscle": mine}), "totalsegmentator")
    assert after.masks["muscle"] is mine
    assert any("muscle" in note and "already given" in note for note in after.notes)


def test_the_folder_is_private_and_goes(study, on_path, tmp_path):
    tell = "import json, os\nfolder = pathlib.Path(words[0]).parent\n"
    tell += f"note = pathlib.Path({str(tmp_path / 'note.json')!r})\n"
    tell += "note.write_text(json.dumps([str(folder), oct(folder.stat().st_mode)[-3:], os.getcwd()]))\nsys.exit(4)"
    on_path("totalspineseg", tell)
    refusal(study, "totalspineseg", "TotalSpineSeg")
    folder, mode, where = json.loads((tmp_path / "note.json").read_text())
    assert not Path(folder).exists()
    assert (mode, Path(where).name) == ("700", Path(folder).name)


def test_a_program_that_is_not_installed(study, monkeypatch):
    monkeypatch.setenv("PATH", "")
    error = refusal(study, "totalspineseg", "TotalSpineSeg")
    assert (error.got, error.remedy) == ("no program 'totalspineseg'", "install it: pnst doctor")


def test_a_program_without_a_series_that_it_takes(study, on_path):
    on_path(*STANDINS["spineps"])
    error = refusal(study, "spineps", "SPINEPS")
    assert error.expected == "a series that it takes: t2"
    assert "t1, t1_post, t2_fs" in error.got


def test_a_program_that_fails_is_quoted_whatever_it_wrote_on(study, on_path):
    on_path("totalspineseg", "print('no GPU here'); sys.exit(3)")
    error = refusal(study, "totalspineseg", "TotalSpineSeg")
    assert error.got == "exit status 3: no GPU here"


def test_a_program_that_hangs_is_ended(study, on_path):
    on_path("totalspineseg", "import time; time.sleep(60)")
    start = time.monotonic()
    error = refusal(study, "totalspineseg", "TotalSpineSeg", limit=2.0)
    assert "within 2 s" in error.got
    assert error.remedy == "raise structures.time_limit_s"
    assert time.monotonic() - start < 20


def test_a_program_that_writes_nothing(study, on_path):
    on_path("totalspineseg", "pass")
    assert "0 files answer/step2_output" in refusal(study, "totalspineseg", "TotalSpineSeg").got


def test_a_program_of_another_version(study, on_path):
    """Numbers that the published table lacks: nothing is guessed."""
    on_path("totalspineseg", "IMAGE, out = words\nwrite(f'{out}/step2_output/image.nii.gz', (200, 201, 20))")
    error = refusal(study, "totalspineseg", "TotalSpineSeg")
    assert "labels 20, 200, 201" in error.got


def test_a_program_that_nobody_knows(study):
    with pytest.raises(SettingError, match="no such program to find structures with; got: nnunet"):
        found(study, "nnunet")


def test_the_command_line_starts_it_and_the_muscle_is_used(study, on_path, tmp_path):
    """The oedema is measured from the muscle that the stand-in drew: the notes name it, and the run ends well."""
    on_path(*STANDINS["totalsegmentator"])
    write_study(study, tmp_path / "A", lesions=[SCENE.lesion()])
    (tmp_path / "settings.toml").write_text("[measure.uncertainty]\nrepetitions = 0\n")
    options = ("--structures", "totalsegmentator", "--settings", tmp_path / "settings.toml")
    done("measure", tmp_path / "A", "--out", tmp_path / "out", *options)
    (lesion,) = content(tmp_path / "out/measurements.json")["lesions"]
    (read,) = [
        note for note in lesion["notes"] if note.startswith("label map of TotalSegmentator (totalsegmentator_mr): r")
    ]
    assert "muscle" in read.split(": read as ")[1].split(", ")
    assert "structures: by TotalSegmentator, outside pnst, on the t1 series" in lesion["notes"]


def test_the_command_line_refuses_a_failure_and_writes_nothing(study, on_path, tmp_path):
    on_path("TotalSegmentator", "sys.exit(1)")
    write_study(study, tmp_path / "A", lesions=[SCENE.lesion()])
    result = pnst("run", tmp_path / "A", "--out", tmp_path / "out", "--structures", "totalsegmentator")
    assert result.code == 2
    assert "TotalSegmentator found no structures; got: exit status 1" in result.err
    assert not (tmp_path / "out").exists()
