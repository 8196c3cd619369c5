"""Witness: the NRRD files from which dcmqi made its SEGs, and highdicom's own reading of its examples."""

from __future__ import annotations

import copy
import warnings
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from mask_files import seg_source
from pnst.errors import GeometryError, InputError
from pnst.image import Mask
from pnst.io.dicom_write.seg import segmentation
from pnst.io.masks.dicom_seg import seg_regions
from pnst.io.masks.nrrd import read_nrrd
from pnst.io.masks.read import read_lesion, read_lesions

TRUTHS = {
    "24x38x3/seg/label.seg": {1: ("24x38x3/nrrd/label.nrrd", 1)},
    "segmentations/liver.dcm": {1: ("segmentations/liver_seg.nrrd", 1)},
    "segmentations/partial_overlaps.dcm": {
        1: ("segmentations/partial_overlaps-1.nrrd", 1),
        2: ("segmentations/partial_overlaps-2.nrrd", 2),
        3: ("segmentations/partial_overlaps-3.nrrd", 3),
        4: ("segmentations/partial_overlaps-1.nrrd", 4),
        5: ("segmentations/partial_overlaps-1.nrrd", 5),
    },
    "segmentations/sparse-labelmap-noppv.dcm": {1: ("segmentations/sparse_labelmap_noppv_seg.nrrd", 1)},
    "segmentations/sparse-labelmap-ppv5.dcm": {1: ("segmentations/sparse_labelmap_ppv5_seg.nrrd", 1)},
}


def points(mask: Mask) -> np.ndarray:
    """Sorted RAS mm of the mask's voxels, to 0.01 mm: the same region whatever the grid's box and order."""
    centres = np.round(mask.grid.to_world(np.argwhere(mask.data)), 2) + 0.0
    return centres[np.lexsort(centres.T)]


def read(file: Path) -> Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a label-map SEG is newer than pydicom's dictionary
        return pydicom.dcmread(file)


@pytest.mark.parametrize("name", list(TRUTHS))
def test_segments_are_the_labels_they_were_made_from(shared_data, name):
    """Witness: dcmqi's NRRD sources; five overlapping segments, sparse frames, label maps with and without padding."""
    folder = shared_data / "dicom_seg_sr/dcmqi"
    regions = {region.number: region for region in seg_regions(read(folder / name))}
    assert set(regions) == set(TRUTHS[name])
    for number, (truth, label) in TRUTHS[name].items():
        nrrd = read_nrrd(folder / truth)
        assert np.array_equal(points(regions[number].draw()[0]), points(Mask(nrrd.layers[0] == label, nrrd.grid)))


@pytest.mark.parametrize(
    "name",
    [
        "highdicom/seg_image_ct_binary.dcm",
        "highdicom/seg_image_ct_binary_fractional.dcm",
        "highdicom/seg_image_ct_binary_overlap.dcm",
        "highdicom/seg_image_ct_true_fractional.dcm",
        "qin_prostate_001/seg/1-1.dcm",
    ],
)
def test_segments_are_those_that_highdicom_reads(shared_data, name):
    """Witness: highdicom's volume of each segment, thresholded at a half, put on our grid by its affine."""
    file = shared_data / "dicom_seg_sr" / name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = hd.seg.segread(file)
        for region in seg_regions(read(file)):
            volume = reference.get_volume(segment_numbers=[region.number], allow_missing_positions=True)
            k, row, column = np.nonzero(volume.array[..., 0] >= 0.5)
            lps = np.stack([k, row, column, np.ones_like(k)], axis=1) @ volume.affine.T
            ours, _ = region.draw()
            index = ours.grid.to_index(lps[:, :3] * (-1, -1, 1))
            assert np.abs(index - np.rint(index)).max() < 0.01
            expected = np.zeros(ours.grid.shape, bool)
            expected[tuple(np.rint(index).astype(int).T)] = True
            assert np.array_equal(ours.data, expected)


def test_a_fractional_segment_says_so(shared_data):
    (region,) = seg_regions(read(shared_data / "dicom_seg_sr/highdicom/seg_image_ct_true_fractional.dcm"))
    assert region.draw()[1] == ("fractional segment, thresholded at 0.5",)


def test_a_written_segment_comes_back_on_its_grid(oblique, study_of, tmp_path):
    """Invariant: what highdicom writes for us is read as the same voxels, empty slices included."""
    grid = oblique()
    inside = np.zeros(grid.shape, bool)
    inside[4:9, 3:11, 2:6] = np.random.default_rng(6).random((5, 8, 4)) > 0.4
    segmentation(Mask(inside, grid), "tumour", "drawn in a test", [seg_source()], 7).save_as(tmp_path / "a.dcm")
    lesion = read_lesion(tmp_path / "a.dcm", study_of(t1=grid), "tumour")
    assert lesion.mask.grid.matches(grid, 1e-4)
    assert np.array_equal(lesion.mask.data, inside)
    assert lesion.notes == ("lesion 'tumour': same grid as t1",)


def test_a_left_handed_grid_comes_back_in_its_place(oblique, study_of, tmp_path):
    grid = oblique(flips=(1, 1, -1))
    inside = np.random.default_rng(7).random(grid.shape) > 0.7
    segmentation(Mask(inside, grid), "tumour", "drawn in a test", [seg_source()], 7).save_as(tmp_path / "a.dcm")
    (lesion,) = read_lesions(tmp_path / "a.dcm", study_of(t1=grid))
    assert np.array_equal(lesion.mask.canonical().data, Mask(inside, grid).canonical().data)
    assert "re-oriented to t1" in lesion.notes[0]


@pytest.fixture
def seg(oblique) -> Dataset:
    grid = oblique()
    inside = np.zeros(grid.shape, bool)
    inside[4:9, 3:11, 2:6] = True
    return copy.deepcopy(segmentation(Mask(inside, grid), "tumour", "drawn in a test", [seg_source()], 7))


def test_frames_that_do_not_stack_are_refused(seg):
    frames = seg.PerFrameFunctionalGroupsSequence
    shifted = copy.deepcopy(seg)
    moved = shifted.PerFrameFunctionalGroupsSequence[3].PlanePositionSequence[0]
    moved.ImagePositionPatient = [float(c) + 1.3 for c in moved.ImagePositionPatient]
    with pytest.raises(GeometryError, match="do not stack"):
        seg_regions(shifted)[0].draw()
    del frames[3].PlanePositionSequence
    with pytest.raises(GeometryError, match="frame 4 without PlanePositionSequence"):
        seg_regions(seg)[0].draw()


def test_a_slide_and_damaged_files_are_refused(seg, tmp_path, study_of, oblique):
    study = study_of(t1=oblique())
    seg.save_as(tmp_path / "a.dcm")
    content = (tmp_path / "a.dcm").read_bytes()
    for keep in (200, 1500, len(content) - 200):
        (tmp_path / "a.dcm").write_bytes(content[:keep])
        with pytest.raises(InputError):
            read_lesion(tmp_path / "a.dcm", study)
    seg.TotalPixelMatrixRows = 4000
    with pytest.raises(InputError, match="microscopy"):
        seg_regions(seg)


@pytest.mark.parametrize(("word", "method"), [("MANUAL", "manual"), ("SEMIAUTOMATIC", "semiautomatic"), ("", None)])
def test_who_drew_a_segment_is_what_its_file_says(oblique, study_of, tmp_path, word, method):
    grid = oblique((9, 8, 5))
    inside = np.zeros(grid.shape, dtype=bool)
    inside[2:6, 2:6, 1:4] = True
    dataset = segmentation(Mask(inside, grid), "tumour", "a test", [seg_source()], 7)
    dataset.SegmentSequence[0].SegmentAlgorithmType = word
    dataset.save_as(tmp_path / "seg.dcm")
    (lesion,) = read_lesions(tmp_path / "seg.dcm", study_of(t1=grid))
    assert lesion.drawing_method == method
