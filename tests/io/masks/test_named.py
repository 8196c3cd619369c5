"""Masks by name: those that a measurement reads, and one note of what is left out, in words of ours alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.errors import AmbiguityError, SettingError
from pnst.io.masks.file import MaskFile
from pnst.io.masks.named import UNREAD_MASKS, checked_masks, left_out_note, mask_reason, single_masks
from pnst.measurement.measurements import MASK_NAMES


@pytest.mark.parametrize("name", [*UNREAD_MASKS, "oedema", "Edema", "lesion", ""])
def test_a_mask_that_no_measurement_reads_is_refused(name):
    with pytest.raises(SettingError, match="expected: edema, muscle;") as refusal:
        checked_masks({"muscle": "m.nii.gz", name: "a.nii.gz"})
    assert refusal.value.got == name


def test_what_is_read_and_what_is_not_are_two_lists():
    assert checked_masks({name: f"{name}.nii:1" for name in MASK_NAMES}) == {
        name: MaskFile(Path(f"{name}.nii"), "1") for name in MASK_NAMES
    }
    assert not set(UNREAD_MASKS) & set(MASK_NAMES)


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
    assert all("left out" in mask_reason(name) for name in ("cord", None))
