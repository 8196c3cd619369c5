"""Scribbles. Witness: the voxels that were painted, and label maps with other labels."""

from __future__ import annotations

import numpy as np
import pytest

from mask_files import save_nrrd
from pnst.errors import GeometryError, InputError
from pnst.image import Grid, Mask, Volume
from pnst.io.nifti.read import write_volume
from pnst.io.prompts.scribbles import read_scribbles


def save(file, grid, *strokes):
    labels = np.zeros(grid.shape, dtype=np.float32)
    for label, place in strokes:
        labels[place] = label
    write_volume(file, Volume(labels, grid))
    return file


IN, OUT = np.s_[10:14, 12, 4], np.s_[2, 3:9, 1:6:2]
"""The second on every other slice: what lies between was not painted."""


def test_every_painted_voxel_and_no_other(tmp_path, study, grid):
    prompt, _ = read_scribbles(save(tmp_path / "s.nii.gz", grid, (1, IN), (2, OUT)), study)
    inside, outside = np.zeros(grid.shape, dtype=bool), np.zeros(grid.shape, dtype=bool)
    inside[IN], outside[OUT] = True, True
    assert np.array_equal(prompt.lesion.data, inside)
    assert np.array_equal(prompt.other.data, outside)


def test_strokes_on_the_lesion_alone(tmp_path, study, grid):
    prompt, _ = read_scribbles(save(tmp_path / "s.nii.gz", grid, (1, IN)), study)
    assert prompt.other is None


def test_strokes_beside_it_alone(tmp_path, study, grid):
    prompt, _ = read_scribbles(save(tmp_path / "s.nii.gz", grid, (2, OUT)), study)
    assert (prompt.lesion.count, prompt.other.count) == (0, 18)


def test_a_nrrd(tmp_path, study, grid):
    data = np.zeros(grid.shape, dtype=bool)
    data[IN] = True
    save_nrrd(tmp_path / "s.nrrd", Mask(data, grid), "Segment_1")
    assert read_scribbles(tmp_path / "s.nrrd", study)[0].lesion.count == 4


def test_a_cropped_map_lies_on_the_image(tmp_path, study, grid):
    part = grid.crop((slice(8, 20), slice(9, 20), slice(2, 7)))
    prompt, _ = read_scribbles(save(tmp_path / "s.nii.gz", part, (1, np.s_[2:6, 3, 2])), study)
    assert prompt.lesion.grid.matches(grid)
    assert prompt.lesion.data[IN].all()


@pytest.mark.parametrize("label", [3, 255])
def test_other_labels(tmp_path, study, grid, label):
    with pytest.raises(InputError, match=f"the label {label}"):
        read_scribbles(save(tmp_path / "s.nii.gz", grid, (1, IN), (label, OUT)), study)


def test_a_probability_map(tmp_path, study, grid):
    with pytest.raises(InputError, match="probability map"):
        read_scribbles(save(tmp_path / "s.nii.gz", grid, (0.75, IN), (0.25, OUT)), study)


def test_nothing_painted(tmp_path, study, grid):
    with pytest.raises(InputError, match="no painted voxel"):
        read_scribbles(save(tmp_path / "s.nii.gz", grid), study)


def test_strokes_on_another_patient(tmp_path, study, grid):
    affine = grid.affine.copy()
    affine[0, 3] += 500
    with pytest.raises(GeometryError, match="does not overlap"):
        read_scribbles(save(tmp_path / "s.nii.gz", Grid(grid.shape, affine), (1, IN)), study)
