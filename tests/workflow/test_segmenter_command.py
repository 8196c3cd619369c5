"""A command as a segmenter. Witness: a stand-in program, which answers, fails, hangs or lies."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.image import Mask
from pnst.segmentation.outside import SegmentSettings
from pnst.segmentation.prompt import Line, Point, Scribbles
from pnst.study import Role
from pnst.workflow.segmenter_command import SegmenterCommand
from scenes import Scene

SCENE = Scene(radius=9, limb=24, reach=34, spacing=(1.3, 1.5, 3.0))
CENTRE = (40.0, -25.0, 210.0)
POINT = Point(CENTRE)
BALL = """
import json, sys
import nibabel, numpy
image_file, prompt_file, mask_file = sys.argv[1:]
image = nibabel.load(image_file)
centre = json.load(open(prompt_file))["points"][0]
index = numpy.moveaxis(numpy.indices(image.shape), 0, -1)
places = index @ image.affine[:3, :3].T + image.affine[:3, 3]
inside = numpy.linalg.norm(places - centre, axis=-1) < 9
nibabel.save(nibabel.Nifti1Image(inside.astype("uint8"), image.affine), mask_file)
"""


@pytest.fixture(scope="module")
def study():
    return SCENE.study()


def command(*words: str, limit: float = 60.0) -> SegmenterCommand:
    return SegmenterCommand(SegmentSettings(command=(sys.executable, *words), time_limit_s=limit))


def python(source: str, *words: str, limit: float = 60.0) -> SegmenterCommand:
    return command("-c", source, *(words or ("{mask}",)), limit=limit)


def refusal(segmenter, study, prompt=POINT) -> InputError:
    with pytest.raises(InputError) as caught:
        segmenter(study, prompt)
    assert caught.value.what == "the segmenter's command gave no lesion"
    return caught.value


def test_image_and_prompt_go_out_and_a_mask_comes_back(study):
    mask = python(BALL, "{t1}", "{prompt}", "{mask}")(study, POINT)
    assert mask.grid.matches(study.series[Role.T1].volume.grid)
    assert mask.volume_mm3 == pytest.approx(4 / 3 * np.pi * 9**3, rel=0.02)


def test_scribbles_go_out_as_a_label_map(study):
    grid = study.series[Role.T1].volume.grid
    data = np.zeros(grid.shape, dtype=bool)
    data[20:24, 20, 10] = True
    other = np.roll(data, 9, axis=0)
    copy = "import shutil, sys, nibabel, numpy\n"
    copy += "labels = numpy.asarray(nibabel.load(sys.argv[1]).dataobj)\n"
    copy += "assert sorted(numpy.unique(labels)) == [0, 1, 2]\n"
    copy += "image = nibabel.load(sys.argv[1])\n"
    copy += "nibabel.save(nibabel.Nifti1Image((labels == 1).astype('uint8'), image.affine), sys.argv[2])\n"
    segmenter = python(copy, "{scribbles}", "{mask}")
    assert segmenter(study, Scribbles(Mask(data, grid), Mask(other, grid))).count == 4


def test_the_folder_is_private_and_goes(study, tmp_path):
    note = tmp_path / "note.json"
    tell = "import json, os, pathlib, sys\nfolder = pathlib.Path(sys.argv[1]).parent\n"
    tell += "names = sorted(os.listdir(folder))\n"
    tell += "json.dump([str(folder), oct(folder.stat().st_mode)[-3:], names], open(sys.argv[2], 'w'))\n"
    refusal(python(tell, "{mask}", str(note), "{t1}"), study)
    folder, mode, names = json.loads(note.read_text())
    assert not Path(folder).exists()
    assert mode == "700"
    assert names == ["stderr", "t1.nii.gz"]


def test_a_command_that_fails_is_quoted(study):
    error = refusal(python("import sys; print('first\\n' * 9 + 'no GPU here', file=sys.stderr); sys.exit(3)"), study)
    assert "exit status 3" in error.got
    assert "no GPU here" in error.got


def test_a_command_that_hangs_is_ended(study):
    start = time.monotonic()
    error = refusal(python("import time; time.sleep(60)", limit=1.0), study)
    assert "within 1 s" in error.got
    assert time.monotonic() - start < 20


def test_a_program_that_is_not_there(study):
    missing = SegmenterCommand(SegmentSettings(command=("no-such-program", "{mask}")))
    assert "No such file" in refusal(missing, study).got


def test_words_are_words_and_no_shell(study, tmp_path):
    refusal(python("pass", "{mask}", f"; touch {tmp_path / 'made'}", "$(touch made)"), study)
    assert not (tmp_path / "made").exists()


def test_no_mask(study):
    assert "no mask" in refusal(python("pass"), study).got


def test_a_mask_that_is_none(study):
    assert "another kind" in refusal(python("import sys; open(sys.argv[1], 'w').write('hello')"), study).got


def test_an_empty_mask(study):
    empty = BALL.replace("< 9", "< 0")
    assert "empty" in refusal(python(empty, "{t1}", "{prompt}", "{mask}"), study).got


def test_a_series_that_the_study_lacks(study):
    assert "fat, where the study has" in refusal(python("pass", "{fat}", "{mask}"), study).got


def test_a_prompt_that_the_command_does_not_take(study):
    line = Line((31, -25, 210), (49, -25, 210))
    assert "without the scribbles" in refusal(python("pass", "{scribbles}", "{mask}"), study, line).got
    data = np.ones((3, 4, 5), dtype=bool)
    painted = Scribbles(Mask(data, study.series[Role.T1].volume.grid.crop((slice(0, 3), slice(0, 4), slice(0, 5)))))
    assert "does not name" in refusal(python("pass", "{prompt}", "{mask}"), study, painted).got
