"""Witness: one region saved in every format gives one lesion; refusals, each beside what passes."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest

from mask_files import save_nrrd
from pnst.errors import AmbiguityError, InputError
from pnst.image import Grid, Mask, Volume
from pnst.io.masks.read import read_lesion, read_lesions, read_mask
from pnst.io.nifti.read import write_volume


@pytest.fixture
def inside(oblique):
    data = np.zeros(oblique().shape, bool)
    data[4:9, 3:11, 2:6] = np.random.default_rng(8).random((5, 8, 4)) > 0.4
    return data


def test_a_label_map_of_two_is_two_lesions(oblique, study_of, inside, tmp_path):
    grid = oblique()
    labels = np.where(inside, 3, 0).astype(np.int16)
    labels[15:18, 12:15, 7:9] = 8
    write_volume(tmp_path / "lesion.nii.gz", Volume(labels, grid))
    study = study_of(t1=grid)
    first, second = read_lesions(tmp_path / "lesion.nii.gz", study)
    assert (first.label, second.label) == ("3", "8")
    assert np.array_equal(first.mask.data, inside)
    assert second.mask.data.sum() == 18
    assert np.array_equal(read_lesion(tmp_path / "lesion.nii.gz", study, 3).mask.data, inside)
    with pytest.raises(AmbiguityError, match="3; 8"):
        read_lesion(tmp_path / "lesion.nii.gz", study)
    with pytest.raises(InputError, match="no region '1'"):
        read_lesion(tmp_path / "lesion.nii.gz", study, "1")


def test_a_probability_says_so(oblique, study_of, inside, tmp_path):
    values = np.where(inside, 0.8, 0.3).astype(np.float32)
    write_volume(tmp_path / "lesion.nii.gz", Volume(values, oblique()))
    lesion = read_lesion(tmp_path / "lesion.nii.gz", study_of(t1=oblique()))
    assert np.array_equal(lesion.mask.data, inside)
    assert "thresholded at 0.5" in lesion.notes[0]


def test_a_slicer_segmentation_has_its_names(oblique, study_of, inside, tmp_path):
    grid = oblique()
    save_nrrd(tmp_path / "a.seg.nrrd", Mask(inside, grid), "GTV Mass")
    lesion = read_lesion(tmp_path / "a.seg.nrrd", study_of(t1=grid), "GTV Mass")
    assert np.array_equal(lesion.mask.data, inside)
    assert lesion.notes == ("lesion 'GTV Mass': same grid as t1",)


def test_a_mask_is_read_plainly_and_placed(oblique, study_of, inside, tmp_path):
    write_volume(tmp_path / "muscle.nii.gz", Mask(inside, oblique()))
    assert np.array_equal(read_mask(tmp_path / "muscle.nii.gz", study_of(t1=oblique())).data, inside)
    with pytest.raises(Exception, match="does not overlap"):
        read_mask(tmp_path / "muscle.nii.gz", study_of(t1=oblique(origin=(900.0, 0.0, 0.0))))


def test_what_holds_no_region_is_refused(oblique, study_of, tmp_path):
    study = study_of(t1=oblique())
    write_volume(tmp_path / "empty.nii.gz", Mask(np.zeros(oblique().shape, bool), oblique()))
    (tmp_path / "a.txt").write_text("no mask")
    (tmp_path / "nothing.nii").write_bytes(b"")
    nib.save(nib.Nifti1Image(np.ones((5, 6, 7, 2), np.int16), oblique().affine), tmp_path / "4d.nii")
    for name, message in (
        ("empty.nii.gz", "is empty"),
        ("a.txt", "another kind"),
        ("nothing.nii", "another kind"),
        ("absent.nii", "no such file"),
        ("4d.nii", "4 axes"),
    ):
        with pytest.raises(InputError, match=message):
            read_lesion(tmp_path / name, study)
        with pytest.raises(InputError, match=message):
            read_lesions(tmp_path / name, study)
    with pytest.raises(InputError, match="no readable file"):
        read_lesion(tmp_path, study)


def test_a_dicom_image_is_no_mask(shared_data, study_of, oblique):
    file = shared_data / "dicom_seg_sr/highdicom/ct_image.dcm"
    with pytest.raises(InputError, match="neither a segmentation"):
        read_lesion(file, study_of(t1=oblique()))


def test_fourteen_muscles_are_fourteen_regions(shared_data, study_of):
    """Witness: nibabel's counts of each label of a real label map."""
    image = nib.load(shared_data / "leg_dwi_t2_dixon/labels.nii.gz")
    values = np.asarray(image.dataobj)
    study = study_of(water=Grid(image.shape, image.affine))
    voxel_counts = {
        int(lesion.label): int(lesion.mask.data.sum()) for lesion in read_lesions(image.get_filename(), study)
    }
    assert voxel_counts == {int(n): int((values == n).sum()) for n in np.unique(values) if n}


def stored_ways(mask: Mask) -> dict[str, Mask]:
    """One region stored as segmentation programs do: flipped, permuted, cropped to its box, 1e-4 mm off."""
    grid, data = mask.grid, mask.data
    flipped, permuted, moved = grid.affine.copy(), grid.affine.copy(), grid.affine.copy()
    flipped[:3, 3] = grid.to_world((grid.shape[0] - 1, 0, grid.shape[2] - 1))
    flipped[:3, [0, 2]] *= -1
    permuted[:3, :3] = permuted[:3, [2, 0, 1]]
    moved[:3, 3] += 1e-4
    box = mask.box()
    assert box is not None
    return {
        "as drawn": mask,
        "flipped": Mask(np.flip(data, axis=(0, 2)), Grid(grid.shape, flipped)),
        "permuted": Mask(data.transpose(2, 0, 1), Grid(data.transpose(2, 0, 1).shape, permuted)),
        "cropped": mask.crop(box),
        "off by 1e-4 mm": Mask(data, Grid(grid.shape, moved)),
    }


def test_however_a_mask_is_stored_it_is_the_same_lesion_on_every_series(oblique, study_of, tmp_path):
    """Invariant: the same voxels on the series drawn on, and on another one."""
    grid, other = oblique(), oblique((31, 29, 13), (0.6, 0.8, 3.5), turns=(0.25, -0.28, 0.41))
    index = np.indices(grid.shape).transpose(1, 2, 3, 0)
    mask = Mask((((index - (11, 9, 5)) / (7.3, 6.1, 3.2)) ** 2).sum(axis=-1) <= 1, grid)
    study = study_of(t1=grid, t2_fs=other)
    elsewhere = None
    for name, stored in stored_ways(mask).items():
        write_volume(tmp_path / "lesion.nii.gz", stored)
        lesion = read_lesion(tmp_path / "lesion.nii.gz", study)
        assert np.array_equal(lesion.mask_on(grid).data, mask.data), name
        carried = lesion.mask_on(other).data
        assert carried.any()
        elsewhere = carried if elsewhere is None else elsewhere
        assert np.count_nonzero(carried ^ elsewhere) <= 2, name  # NIfTI's float32 affine moves points by 1e-6 mm


def test_a_finer_mask_has_the_same_volume_on_the_series(oblique, study_of, tmp_path):
    """Closed form: an ellipsoid drawn at a third of the voxel length in plane, on both grids to 2 %."""
    grid = oblique((41, 43, 15), (0.9, 0.7, 3.0))
    fine = oblique((123, 129, 15), (0.3, 0.7 / 3, 3.0))
    index = np.indices(fine.shape).transpose(1, 2, 3, 0)
    mask = Mask((((index - (61, 64, 7)) / (45, 48, 4.7)) ** 2).sum(axis=-1) <= 1, fine)
    write_volume(tmp_path / "lesion.nii.gz", mask)
    lesion = read_lesion(tmp_path / "lesion.nii.gz", study_of(t1=grid))
    assert "carried from voxels of 0.3 × 0.233 × 3 mm onto t1" in lesion.notes[0]
    truth = 4 / 3 * np.pi * 45 * 0.3 * 48 * 0.7 / 3 * 4.7 * 3.0
    assert lesion.mask_on(grid).volume_mm3 == pytest.approx(truth, rel=0.02)
