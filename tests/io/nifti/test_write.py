"""The role-named folder and its parts. Invariants: labels count from 1, the same facts give the same bytes."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.image import Mask
from pnst.io.nifti.write import label_map, write_json, write_role_folder
from pnst.study import Lesion


def lesion_in(grid, *slices: int) -> Lesion:
    inside = np.zeros(grid.shape, bool)
    inside[2:5, 3:6, list(slices)] = True
    return Lesion(f"in {slices}", Mask(inside, grid), "a test")


def test_one_lesion_is_its_mask_and_two_are_labels_from_1(oblique):
    first, second = lesion_in(oblique(), 2, 3), lesion_in(oblique(), 5)
    assert label_map([first]) is first.mask
    labels = label_map([first, second]).data
    assert np.array_equal(labels == 1, first.mask.data)
    assert np.array_equal(labels == 2, second.mask.data)


def test_lesions_that_overlap_or_lie_on_other_grids_make_no_map(oblique):
    first = lesion_in(oblique(), 2, 3)
    for other in (lesion_in(oblique(), 3, 4), lesion_in(oblique(origin=(0.0, 0.0, 0.0)), 5)):
        with pytest.raises(InputError, match="overlap or lie on different grids"):
            label_map([first, other])


def test_the_order_of_facts_does_not_matter(tmp_path):
    write_json(tmp_path / "a.json", {"EchoTime": 0.01, "Units": "um2/ms"})
    write_json(tmp_path / "b.json", {"Units": "um2/ms", "EchoTime": 0.01})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_files_are_named_by_role_and_mask(study, lesion, tmp_path):
    write_role_folder(study, tmp_path, [lesion])
    images = {file.name.removesuffix(".nii.gz") for file in tmp_path.glob("*.nii.gz")}
    assert images == {*study.series, "muscle", "lesion"}
    assert {file.name for file in tmp_path.glob("*.bv*")} == {"dwi.bval", "dwi.bvec"}
