"""Masks by name: those that a measurement reads, and one note of what is left out, in words of ours alone."""

from __future__ import annotations

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from pnst.errors import AmbiguityError, SettingError
from pnst.io.masks.file import OWN_NAMES, LabelMapFile, MaskFile
from pnst.io.masks.named import UNREAD_MASKS, checked_masks, left_out_note, mask_reason, single_masks, with_masks
from pnst.measurement.measurements import MASK_NAMES


@pytest.mark.parametrize("name", [*UNREAD_MASKS, "oedema", "Edema", "lesion", "label", ""])
def test_a_mask_that_no_measurement_reads_is_refused(name):
    with pytest.raises(SettingError, match=f"expected: {', '.join(MASK_NAMES)[:300]}") as refusal:
        checked_masks({"muscle": "m.nii.gz", name: "a.nii.gz"})
    assert refusal.value.got == name


def test_what_is_read_and_what_is_not_are_two_lists():
    assert checked_masks({name: f"{name}.nii:1" for name in MASK_NAMES}) == {
        name: MaskFile(Path(f"{name}.nii"), "1") for name in MASK_NAMES
    }
    assert not set(UNREAD_MASKS) & set(MASK_NAMES)


def test_a_label_map_is_given_as_labels_or_by_its_scheme():
    given = checked_masks({"labels": "a.nii", "sct_canal": "b.nii", "muscle": "c.nii:2"}, "totalspineseg")
    assert given == {
        "labels": LabelMapFile(Path("a.nii"), "totalspineseg"),
        "sct_canal": LabelMapFile(Path("b.nii"), "sct_canal"),
        "muscle": MaskFile(Path("c.nii"), "2"),
    }
    assert checked_masks({"labels": "a.dcm"}) == {"labels": LabelMapFile(Path("a.dcm"), OWN_NAMES)}


def test_a_scheme_that_nothing_uses_and_one_that_is_unknown_are_refused():
    with pytest.raises(SettingError, match=r"no label map; got: totalspineseg; .*--mask labels=FILE"):
        checked_masks({"muscle": "m.nii"}, "totalspineseg")
    with pytest.raises(SettingError, match=r"no such label scheme; got: tss; expected: totalspineseg, "):
        checked_masks({"labels": "m.nii"}, "tss")


def test_one_label_of_a_map_of_many_is_given_by_what_it_is():
    with pytest.raises(SettingError, match=r"one label of a label map.*got: 5; .*--mask NAME=m\.nii:5"):
        checked_masks({"labels": "m.nii:5"}, "totalspineseg")


@pytest.mark.parametrize(
    ("names", "note"),
    [
        (["cord"], "1 NIfTI file without a role was not read as a series or a mask: cord"),
        (["Doe_John"], "1 NIfTI file without a role was not read as a series or a mask"),
        (["T1", "t1", "x"], "3 NIfTI files without a role were not read as a series or a mask: t1 and 1 other"),
        (["x", "y", "csf"], "3 NIfTI files without a role were not read as a series or a mask: csf and 2 others"),
    ],
)
def test_a_note_counts_the_files_and_names_only_words_of_ours(names, note):
    assert left_out_note("NIfTI file", names) == (note,)
    assert left_out_note("NIfTI file", []) == ()


def test_two_masks_of_one_name_are_refused():
    one, two = MaskFile(Path("a/one.nii")), MaskFile(Path("b/two.nii"))
    assert single_masks([("muscle", one), ("edema", two)]) == {"muscle": one, "edema": two}
    with pytest.raises(AmbiguityError, match=r"'muscle'; got: one\.nii and two\.nii.*--mask muscle=FILE"):
        single_masks([("muscle", one), ("edema", one), ("muscle", two)])


def test_inspection_tells_the_masks_apart():
    assert "muscle: no series, but a mask that is read" in mask_reason("muscle")
    assert "a mask of the lesions" in mask_reason("lesion")
    assert all("left out" in mask_reason(name) for name in ("kidney", None))


@pytest.fixture
def half_and_half(oblique, study_of, tmp_path):
    """A study, and a TotalSegmentator map with cord, muscle and liver in it."""
    grid = oblique()
    labels = np.zeros(grid.shape, np.uint8)
    labels[2:6, 3:9, 1:4], labels[8:14, 3:9, 1:4], labels[8:14, 11:15, 5:9] = 21, 46, 5
    nib.save(nib.Nifti1Image(labels, grid.affine), tmp_path / "labels.nii.gz")
    nib.save(nib.Nifti1Image((labels == 5).astype(np.uint8), grid.affine), tmp_path / "muscle.nii.gz")
    return study_of(t2=grid), tmp_path


def test_a_file_of_one_mask_beats_a_label_map(half_and_half):
    study, folder = half_and_half
    labels = LabelMapFile(folder / "labels.nii.gz", "totalsegmentator_mr")
    alone = with_masks(study, {"labels": labels})
    assert alone.masks["muscle"].count == 6 * 6 * 3
    both = with_masks(study, {"labels": labels, "muscle": MaskFile(folder / "muscle.nii.gz")})
    assert both.masks["muscle"].count == 6 * 4 * 4
    assert "a label map's muscle left out: already given" in both.notes


def test_an_earlier_map_of_a_scheme_beats_a_later_one(half_and_half):
    study, folder = half_and_half
    first = LabelMapFile(folder / "labels.nii.gz", "totalsegmentator_mr")
    twice = with_masks(study, {"labels": first, "totalsegmentator_mr": first})
    assert sum("already given" in note and "muscle" in note for note in twice.notes) == 1
