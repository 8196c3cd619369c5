"""How far apart the frames of a SEG are. Witness: blocks of known voxels on a known series."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
from pydicom.dataset import Dataset

from mask_files import seg_source
from pnst.errors import GeometryError, InputError
from pnst.image import Grid, Mask
from pnst.io.dicom_write.seg import segmentation
from pnst.io.digest import uid_digest
from pnst.io.masks.read import read_lesion, read_lesions
from pnst.study import Role

BLOCK = (slice(4, 14), slice(3, 11))
SPACING = (0.7, 0.9, 4.0)
SLICE_MM3 = 10 * 8 * 0.7 * 0.9 * 4.0


@pytest.fixture
def grid(oblique) -> Grid:
    return oblique((23, 19, 21), SPACING)


def sparse_seg(grid: Grid, slices, thickness=None, spacing=None) -> Dataset:
    """One segment of a block on some slices; only their frames are kept, with what is written of their distance."""
    inside = np.zeros(grid.shape, bool)
    for k in slices:
        inside[(*BLOCK, k)] = True
    seg = copy.deepcopy(segmentation(Mask(inside, grid), "tumour", "a test", [seg_source()], 7))
    frames = list(seg.PerFrameFunctionalGroupsSequence)
    rows, columns = seg.Rows, seg.Columns
    bits = np.unpackbits(np.frombuffer(seg.PixelData, np.uint8), bitorder="little")[: len(frames) * rows * columns]
    planes = bits.reshape(len(frames), -1)
    kept = [n for n in range(len(frames)) if planes[n].any()]
    seg.PerFrameFunctionalGroupsSequence = [frames[n] for n in kept]
    seg.NumberOfFrames = len(kept)
    packed = np.packbits(planes[kept].ravel(), bitorder="little").tobytes()
    seg.PixelData = packed + b"\0" * (len(packed) % 2)
    for groups in (seg.SharedFunctionalGroupsSequence[0], *seg.PerFrameFunctionalGroupsSequence):
        if "PixelMeasuresSequence" in groups:
            measures = groups.PixelMeasuresSequence[0]
            for name, value in (("SliceThickness", thickness), ("SpacingBetweenSlices", spacing)):
                if name in measures:
                    del measures[name]
                if value is not None:
                    setattr(measures, name, value)
    return seg


def named(study, uid="2.25.2"):
    """The study whose T1 has the UID that the segmentation refers to."""
    t1 = study.series[Role.T1]
    return replace(study, series={Role.T1: replace(t1, source=replace(t1.source, series_digest=uid_digest(uid)))})


def referring(seg: Dataset, uid="2.25.2") -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID = uid
    seg.ReferencedSeriesSequence = [item]
    return seg


def volume(seg, study, folder) -> float:
    seg.save_as(folder / "s.dcm", enforce_file_format=True)
    return read_lesion(folder / "s.dcm", study).mask.volume_mm3


@pytest.mark.parametrize("slices", [(3, 11), (5,), (3, 5), (2, 3, 11)])
def test_the_planes_of_the_named_series_come_first(slices, grid, study_of, tmp_path):
    """Each frame is one slice of the series, whatever the file writes of its thickness."""
    study = named(study_of(t1=grid))
    for thickness, spacing in ((None, None), (9.9, None), (4.0, 4.0)):
        seg = referring(sparse_seg(grid, slices, thickness, spacing))
        assert volume(seg, study, tmp_path) == pytest.approx(len(slices) * SLICE_MM3, rel=1e-3)


def test_frames_pixel_on_pixel_with_a_series_lie_on_its_planes(grid, study_of, tmp_path):
    """A study from NIfTI names no series: the voxels themselves show it."""
    assert volume(sparse_seg(grid, (3, 11)), study_of(t1=grid), tmp_path) == pytest.approx(2 * SLICE_MM3, rel=1e-3)


def elsewhere(grid: Grid) -> Grid:
    """Planes between those of the frames, and other pixels."""
    affine = grid.affine @ np.diag([1.3, 1.1, 1.2, 1.0])
    affine[:3, 3] -= 0.3 * grid.affine[:3, 2]
    return Grid(grid.shape, affine)


@pytest.mark.parametrize(("thickness", "spacing"), [(4.0, None), (None, 4.0), (3.6, 4.0), (4.0, 4.0)])
def test_without_a_series_the_written_distance_tells(thickness, spacing, grid, study_of, tmp_path):
    seg = sparse_seg(grid, (3, 11), thickness, spacing)
    assert volume(seg, study_of(t1=elsewhere(grid)), tmp_path) == pytest.approx(2 * SLICE_MM3, rel=1e-3)


def test_neighbouring_frames_may_be_further_apart_than_they_are_thick(grid, study_of, tmp_path):
    """A gap between slices of 3.6 mm that lie 4 mm apart."""
    seg = sparse_seg(grid, (3, 4, 5), 3.6)
    assert volume(seg, study_of(t1=elsewhere(grid)), tmp_path) == pytest.approx(3 * SLICE_MM3, rel=1e-3)


@pytest.mark.parametrize("slices", [(3, 11), (3, 4, 5)])
def test_without_a_series_and_a_distance_it_is_refused(slices, grid, study_of, tmp_path):
    with pytest.raises(GeometryError, match="without a thickness"):
        volume(sparse_seg(grid, slices), study_of(t1=elsewhere(grid)), tmp_path)
    with pytest.raises(GeometryError, match="evenly spaced"):
        volume(sparse_seg(grid, (3, 11), 3.1), study_of(t1=elsewhere(grid)), tmp_path)


def test_a_segment_on_every_second_slice_is_filled(grid, study_of, tmp_path):
    """Closed form: the block of seven slices of which four are drawn."""
    seg = referring(sparse_seg(grid, (3, 5, 7, 9)))
    assert volume(seg, named(study_of(t1=grid)), tmp_path) == pytest.approx(7 * SLICE_MM3, rel=0.02)


def test_bytes_that_are_not_the_frames_are_refused(grid, study_of, tmp_path):
    study = study_of(t1=grid)
    seg = sparse_seg(grid, (3, 4, 5), 4.0)
    whole = seg.PixelData
    for changed, message in (
        ({"PixelData": whole[:-2]}, "bytes of pixels"),
        ({"PixelData": whole + b"\0\0"}, "bytes of pixels"),
        ({"Columns": seg.Columns + 1}, "bytes of pixels"),
        ({"Rows": 0}, "rows and columns"),
        ({"Rows": 65535, "Columns": 65535}, "rows and columns"),
        ({"NumberOfFrames": 2}, "2 frames of pixels for 3 described"),
        ({"BitsAllocated": 12}, "12 bits"),
    ):
        broken = copy.deepcopy(seg)
        for name, value in changed.items():
            setattr(broken, name, value)
        broken.save_as(tmp_path / "s.dcm")
        with pytest.raises(InputError, match=message):
            read_lesions(tmp_path / "s.dcm", study)


def test_frames_a_kilometre_apart_are_refused_before_anything_is_allocated(grid, study_of, tmp_path, bounded):
    seg = sparse_seg(grid, (3, 4, 5), 4.0, 4.0)
    position = seg.PerFrameFunctionalGroupsSequence[2].PlanePositionSequence[0]
    normal = grid.directions[:, 2] * (-1, -1, 1)
    far = np.asarray(position.ImagePositionPatient, float) + 4e8 * normal
    position.ImagePositionPatient = [f"{c:.10g}" for c in far]
    seg.save_as(tmp_path / "s.dcm")
    with bounded(), pytest.raises(GeometryError):
        read_lesions(tmp_path / "s.dcm", study_of(t1=grid))
