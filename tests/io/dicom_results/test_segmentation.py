"""`lesion_seg.dcm`. Witness: highdicom's own reading, by affine; and the lesions as they were drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import highdicom as hd
import nibabel as nib
import numpy as np
import pydicom
import pytest

from dicom_run import SCENE
from pnst.image import Grid, Mask, Volume
from pnst.io.dicom_results.instance import encoded
from pnst.io.dicom_results.lesion_grid import place_lesions
from pnst.io.dicom_results.segmentation import lesion_segmentation, tracking_uid
from pnst.io.dicom_results.source import read_source
from pnst.io.lps import LPS_TO_RAS
from pnst.io.masks.read import read_lesions
from pnst.io.study import read_study
from pnst.segmentation.segmented_lesion import SegmentedLesion
from pnst.study import Lesion, Role


@pytest.fixture(scope="module")
def read(dicom_run):
    """The study as it is read, and what its files say."""
    study = read_study(dicom_run.study)
    return study, read_source(dicom_run.study, study, {})


def as_highdicom_reads(file: Path, segment: int, grid: Grid) -> np.ndarray:
    """A segment on a grid, each of highdicom's voxels put where its affine says, whatever order it has them in."""
    volume = hd.seg.segread(file).get_volume(segment_numbers=[segment], combine_segments=False)
    array = np.asarray(volume.array)[..., 0]
    index = np.argwhere(array)
    lps = index @ volume.affine[:3, :3].T + volume.affine[:3, 3]
    places = grid.to_index(lps @ LPS_TO_RAS[:3, :3])
    assert np.abs(places - np.rint(places)).max() < 1e-3
    inside = np.zeros(grid.shape, dtype=bool)
    inside[tuple(np.rint(places).astype(int).T)] = True
    return inside


@pytest.mark.parametrize("number", [1, 2])
def test_the_voxels_come_back_on_the_tilted_grid(dicom_run, read, number):
    grid = read[0].series[Role.T1].volume.grid
    assert len({round(s, 3) for s in grid.spacing}) == 3
    drawn = np.asarray(nib.load(dicom_run.labels).dataobj) == number
    assert drawn.any()
    theirs = as_highdicom_reads(dicom_run.out / "lesion_seg.dcm", number, grid)
    mine = Mask(drawn, SCENE.lesion().mask.grid)
    assert np.array_equal(grid.to_canonical(theirs), mine.canonical().data)
    ours = read_lesions(dicom_run.out / "lesion_seg.dcm", read[0])[number - 1]
    assert np.array_equal(ours.mask_on(grid).data, theirs)


def test_a_segment_says_what_it_is_and_where_it_comes_from(dicom_run):
    dataset = pydicom.dcmread(dicom_run.out / "lesion_seg.dcm")
    assert [s.SegmentLabel for s in dataset.SegmentSequence] == ["1", "2"]
    for segment in dataset.SegmentSequence:
        assert segment.SegmentedPropertyTypeCodeSequence[0].CodeValue == "108369006"
        assert segment.SegmentedPropertyCategoryCodeSequence[0].CodeValue == "49755003"
        assert segment.TrackingID == segment.SegmentLabel
        assert segment.SegmentDescription.endswith("drawn on the t1 series")
        assert (segment.SegmentAlgorithmType, segment.SegmentAlgorithmName) == ("SEMIAUTOMATIC", "not known to pnst")
        assert "SegmentationAlgorithmIdentificationSequence" not in segment
    assert len({segment.TrackingUID for segment in dataset.SegmentSequence}) == 2


def test_each_frame_names_the_image_of_its_slice(dicom_run):
    """Witness: the position in the source's own header."""
    dataset = pydicom.dcmread(dicom_run.out / "lesion_seg.dcm")
    position_of = {}
    for file in (dicom_run.study / "t1").iterdir():
        header = pydicom.dcmread(file)
        position_of[str(header.SOPInstanceUID)] = np.array(header.ImagePositionPatient, dtype=float)
    for group in dataset.PerFrameFunctionalGroupsSequence:
        (image,) = group.DerivationImageSequence[0].SourceImageSequence
        own = np.array(group.PlanePositionSequence[0].ImagePositionPatient, dtype=float)
        assert np.allclose(position_of[image.ReferencedSOPInstanceUID], own, atol=1e-3)
    (series,) = dataset.ReferencedSeriesSequence
    assert {i.ReferencedSOPInstanceUID for i in series.ReferencedInstanceSequence} == position_of.keys()


def written(lesion: Lesion, source) -> pydicom.Dataset:
    return lesion_segmentation([lesion], place_lesions([lesion], source), source)


def test_who_drew_it_is_told_as_far_as_it_is_known(read):
    drawn, source = SCENE.lesion(), read[1]
    methods = {}
    for method in (None, "manual", "semiautomatic", "automatic"):
        (segment,) = written(replace(drawn, drawing_method=method), source).SegmentSequence
        methods[method] = (segment.SegmentAlgorithmType, segment.get("SegmentAlgorithmName"))
    unknown = "not known to pnst"
    assert methods == {
        None: ("SEMIAUTOMATIC", unknown),
        "manual": ("MANUAL", None),
        "semiautomatic": ("SEMIAUTOMATIC", unknown),
        "automatic": ("AUTOMATIC", unknown),
    }


def test_what_pnst_segmented_names_pnst(read):
    mask = SCENE.lesion().mask
    lesion = SegmentedLesion(
        label="lesion",
        mask=mask,
        made_by="segmented from a line",
        probability=Volume(mask.data.astype(np.float32), mask.grid),
        predicted_dice=0.8,
        unsure=mask,
    )
    (segment,) = written(lesion, read[1]).SegmentSequence
    (program,) = segment.SegmentationAlgorithmIdentificationSequence
    assert (segment.SegmentAlgorithmType, segment.SegmentAlgorithmName, program.AlgorithmName) == (
        "SEMIAUTOMATIC",
        "pnst",
        "pnst",
    )
    assert program.AlgorithmVersion


def test_a_lesion_on_other_voxels_is_carried_and_says_so(read, tmp_path):
    study, source = read
    grid = SCENE.grid((1.1, 1.3, 2.1))
    inside = np.linalg.norm(SCENE.points(grid), axis=-1) < SCENE.radius
    lesion = Lesion("ball", Mask(inside, grid), "formula")
    dataset = written(lesion, source)
    assert dataset.SegmentSequence[0].SegmentDescription.endswith("series from other voxels")
    (tmp_path / "seg.dcm").write_bytes(encoded(dataset))
    (back,) = read_lesions(tmp_path / "seg.dcm", study)
    assert back.mask.volume_mm3 == pytest.approx(lesion.mask.volume_mm3, rel=0.03)


def test_overlapping_lesions_stay_whole(read, tmp_path):
    """A segment is not cut where another one lies on it."""
    mask = SCENE.lesion().mask
    part = np.zeros_like(mask.data)
    box = mask.box()
    part[box[0].start : box[0].start + 4, box[1], box[2]] = True
    lesions = [Lesion("a", mask, "formula"), Lesion("b", Mask(part, mask.grid), "formula")]
    placed = place_lesions(lesions, read[1])
    (tmp_path / "seg.dcm").write_bytes(encoded(lesion_segmentation(lesions, placed, read[1])))
    grid = read[0].series[Role.T1].volume.grid
    for number, lesion in enumerate(lesions, start=1):
        theirs = as_highdicom_reads(tmp_path / "seg.dcm", number, grid)
        assert np.array_equal(grid.to_canonical(theirs), lesion.mask.canonical().data)


def test_the_tracking_uid_is_the_outlines_own():
    lesion = SCENE.lesion()
    smaller = Mask(lesion.mask.data & (np.indices(lesion.mask.data.shape)[0] % 2 == 0), lesion.mask.grid)
    uids = [
        tracking_uid(lesion, "1.2"),
        tracking_uid(lesion, "1.3"),
        tracking_uid(replace(lesion, label="other"), "1.2"),
        tracking_uid(replace(lesion, mask=smaller), "1.2"),
    ]
    assert len(set(uids)) == 4
    assert tracking_uid(SCENE.lesion(), "1.2") == uids[0]
