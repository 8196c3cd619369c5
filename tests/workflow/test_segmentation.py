"""From a prompt to a lesion, whoever segments. Witness: callables with a known answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.errors import GeometryError, InputError, SettingError
from pnst.image import Grid, Mask
from pnst.io.nifti.read import write_volume
from pnst.io.prompts.prompt_file import PromptFile
from pnst.segmentation.outside import SegmentSettings
from pnst.segmentation.prompt import Box, Line, Point, Scribbles
from pnst.settings import RunSettings
from pnst.study import Lesion, Role
from pnst.workflow import CaseInputs, segment_with, segmented_rows
from pnst.workflow.segmentation import MADE_BY, left_out, read_inputs_prompt, segment_study
from scenes import Scene
from silent_network import use_silent_network

SCENE = Scene(radius=9, limb=24, reach=34, spacing=(1.3, 1.5, 3.0))
X, Y, Z = CENTRE = (40.0, -25.0, 210.0)
LINE = Line((X - 9, Y, Z), (X + 9, Y, Z))


@pytest.fixture(scope="module")
def study():
    return SCENE.study()


def ball(study, prompt) -> Mask:
    return SCENE.lesion().mask


def test_the_mask_becomes_a_lesion(study):
    lesion = segment_with(study, LINE, ball, label="7")
    assert (lesion.label, lesion.made_by) == ("7", MADE_BY)
    assert np.array_equal(lesion.mask.data, SCENE.lesion().mask.data)
    assert not any("prompt" in note for note in lesion.notes)


def test_a_mask_that_misses_its_prompt_says_so(study):
    away = (LINE, Point((X, Y, Z + 20)))
    assert "1 of the prompt's 2 positions lie outside the lesion" in segment_with(study, away, ball).notes


@pytest.mark.parametrize(
    ("prompt", "missed"),
    [
        (Point(CENTRE), 0),
        (LINE, 0),
        (Box((X - 9, Y - 9, Z - 9), (X + 9, Y + 9, Z + 9)), 0),
        (Point((X, Y, Z + 15)), 1),
        (Point((X, Y, Z + 4000)), 1),
        (Box((X + 20, Y, Z), (X + 40, Y + 9, Z + 9)), 1),
    ],
)
def test_what_of_a_prompt_is_left_out(prompt, missed):
    assert len(left_out(prompt, SCENE.lesion().mask)) == missed


def test_a_segmenter_that_gives_no_mask(study):
    with pytest.raises(InputError, match="ndarray"):
        segment_with(study, LINE, lambda study, prompt: np.ones(3))


def test_a_segmenter_that_gives_nothing(study):
    grid = study.series[Role.T1].volume.grid
    with pytest.raises(InputError, match="is empty"):
        segment_with(study, LINE, lambda study, prompt: Mask(np.zeros(grid.shape, dtype=bool), grid))


def test_a_segmenter_that_answers_elsewhere(study):
    mask = SCENE.lesion().mask
    affine = mask.grid.affine.copy()
    affine[1, 3] += 900
    with pytest.raises(GeometryError):
        segment_with(study, LINE, lambda study, prompt: Mask(mask.data, Grid(mask.grid.shape, affine)))


def test_a_callable_of_the_inputs_is_asked(study):
    lesion, prompt = segment_study(study, CaseInputs("A", prompt=LINE, segmenter=ball), RunSettings())
    assert (lesion.made_by, prompt) == (MADE_BY, LINE)


def test_the_prompt_of_a_file_is_read(study, tmp_path):
    file = tmp_path / "p.json"
    file.write_text('{"points": [[40, -25, 210]]}')
    for given in (file, str(file), PromptFile(file)):
        assert read_inputs_prompt(study, CaseInputs("A", prompt=given)).prompt == Point(CENTRE)


def test_pnst_segments_where_nothing_else_is_named(study, monkeypatch):
    use_silent_network(monkeypatch)
    lesion, _ = segment_study(study, CaseInputs("A", prompt=LINE, on="t2_fs"), RunSettings())
    assert 0 <= lesion.predicted_dice <= 1
    assert lesion.mask.data[tuple(np.rint(lesion.mask.grid.to_index(CENTRE)).astype(int))]


@pytest.mark.parametrize("unused", [{"on": "t1"}, {"previous": "m.nii.gz"}])
def test_what_an_outside_segmenter_would_not_use(study, unused):
    settings = RunSettings(segment=SegmentSettings(command=("tool", "{mask}")))
    with pytest.raises(SettingError, match="does not use"):
        segment_study(study, CaseInputs("A", prompt=LINE, **unused), settings)


def test_a_series_that_is_not_there(study):
    for name in ("fat", "T1", "nonsense"):
        with pytest.raises(SettingError, match="no such series"):
            segment_study(study, CaseInputs("A", prompt=LINE, on=name), RunSettings())


def test_only_scribbles_correct(study, tmp_path):
    write_volume(tmp_path / "m.nii.gz", SCENE.lesion().mask)
    inputs = CaseInputs("A", prompt=LINE, previous=tmp_path / "m.nii.gz")
    with pytest.raises(SettingError, match="only scribbles"):
        segment_study(study, inputs, RunSettings())


def test_scribbles_correct(study, tmp_path):
    mask = SCENE.lesion().mask
    write_volume(tmp_path / "m.nii.gz", mask)
    index = tuple(np.rint(mask.grid.to_index((X + 8, Y, Z))).astype(int))
    data = np.zeros(mask.grid.shape, dtype=bool)
    data[index] = True
    strokes = Scribbles(Mask(np.zeros_like(data), mask.grid), Mask(data, mask.grid))
    inputs = CaseInputs("A", prompt=strokes, previous=tmp_path / "m.nii.gz")
    lesion, _ = segment_study(study, inputs, RunSettings())
    assert mask.data[index]
    assert not lesion.mask.data[index]


def test_rows_hold_every_doubt():
    lesion = replace(SCENE.lesion(), notes=("a", "b", "c"))
    rows = segmented_rows(lesion)
    assert [doubt for _, _, doubt in rows] == ["a", "b", "c"]
    assert rows[1][1] == "not predicted"
    assert [row[2] for row in segmented_rows(replace(lesion, notes=()))] == ["", ""]
    assert isinstance(lesion, Lesion)
