"""Witness: closed forms on structure sets written here, and the shared masks of a real sarcoma."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from mask_files import circles, save_rtstruct, seg_source
from pnst.errors import AmbiguityError, GeometryError, InputError
from pnst.image import Grid, Mask
from pnst.io.dicom_write.seg import segmentation
from pnst.io.digest import uid_digest
from pnst.io.masks.read import read_lesion, read_lesions
from pnst.io.masks.region_file import read_regions
from pnst.io.nifti.read import read_volume
from pnst.io.study import read_study
from pnst.study import Role


@pytest.fixture
def grid(oblique) -> Grid:
    return oblique((90, 80, 9), (0.5, 0.6, 4.0))


def test_a_cylinder_by_name_by_number_and_alone(tmp_path, grid, study_of):
    """Closed form: 3 slices of π r²; rounding to 0.001 mm in the file does not show."""
    study = study_of(t1=grid)
    file = save_rtstruct(tmp_path, {"tumour": circles(grid, 15.0, (3, 4, 5)), "point": []})
    for lesion in (read_lesion(file, study, "tumour"), read_lesion(file, study, "4"), read_lesion(file, study)):
        assert lesion.label == "tumour"
        assert lesion.made_by == "RTSTRUCT contours"
        assert lesion.mask.grid.matches(grid)
        assert lesion.mask.volume_mm3 == pytest.approx(3 * 4.0 * np.pi * 225, rel=0.01)
        assert lesion.notes == ("lesion 'tumour': same grid as t1",)


def test_rois_are_listed_in_the_file_s_order_and_unknown_ones_refused(tmp_path, grid, study_of):
    study = study_of(t1=grid)
    file = save_rtstruct(tmp_path, {"z": circles(grid, 15.0, (3,)), "a": circles(grid, 9.0, (4,)), "m": []})
    assert [region.name for region in read_regions(file, study)] == ["z", "a", "m"]
    assert [lesion.label for lesion in read_lesions(file, study)] == ["z", "a"]
    with pytest.raises(InputError, match=r"z \(4\); a \(5\); m \(6\), empty"):
        read_lesion(file, study, "tumour")
    with pytest.raises(AmbiguityError, match=r"z \(4\); a \(5\)"):
        read_lesion(file, study)
    with pytest.raises(InputError, match="no closed contour"):
        read_lesion(file, study, "m")


def test_a_hole_by_xor_and_a_contour_stored_twice(tmp_path, grid, study_of):
    study = study_of(t1=grid)
    outer, inner = circles(grid, 15.0, (4,)), circles(grid, 6.0, (4,))
    ring = read_lesion(save_rtstruct(tmp_path, {"ring": outer + inner}, "CLOSEDPLANAR_XOR"), study)
    assert ring.mask.volume_mm3 == pytest.approx(4.0 * np.pi * (225 - 36), rel=0.01)
    twice = read_lesion(save_rtstruct(tmp_path, {"disc": outer + outer}), study)
    assert twice.mask.volume_mm3 == pytest.approx(4.0 * np.pi * 225, rel=0.01)
    assert twice.notes[0] == "1 of the contours repeat another one and were taken once"


def test_points_are_no_region_and_damage_is_refused(tmp_path, grid, study_of):
    study = study_of(t1=grid)
    with pytest.raises(InputError, match="is empty"):
        read_lesion(save_rtstruct(tmp_path, {"tumour": circles(grid, 15.0, (3,))}, "POINT"), study)
    file = save_rtstruct(tmp_path, {"tumour": circles(grid, 15.0, (3, 4))})
    content = file.read_bytes()
    for keep in (140, 200, 300):
        file.write_bytes(content[:keep])
        with pytest.raises(InputError):
            read_lesion(file, study)


def test_contours_of_another_patient_are_refused(tmp_path, grid, study_of, oblique):
    away = oblique((90, 80, 9), (0.5, 0.6, 4.0), origin=(400.0, 0.0, 0.0))
    file = save_rtstruct(tmp_path, {"tumour": circles(away, 15.0, (3, 4))})
    with pytest.raises(GeometryError, match="does not overlap"):
        read_lesion(file, study_of(t1=grid))


@pytest.mark.parametrize("image", ["T1", "T2"])
@pytest.mark.parametrize("name", ["Mass", "Edema"])
def test_the_sarcoma_s_contours_give_the_shared_masks(shared_data, study_of, image, name):
    """Witness: masks made with another rasteriser; Dice at least 0.98 asked, 0.999 held."""
    folder = shared_data / "sts001_raw"
    values, grid, _ = read_volume(folder / f"masks/MR_{image}_GTV_{name}.nii.gz")
    lesion = read_lesion(folder / f"dicom/MR_{image}/mask/1-1.dcm", study_of(t1=grid), f"GTV_{name}")
    assert lesion.mask.grid.matches(grid)
    common = np.count_nonzero(lesion.mask.data & (values > 0))
    assert 2 * common / (np.count_nonzero(values) + np.count_nonzero(lesion.mask.data)) > 0.999


@pytest.mark.parametrize("drawn_on", ["T1", "T2"])
@pytest.mark.parametrize("role", ["t1", "t2_fs"])
def test_the_sarcoma_s_volume_on_either_series(shared_data, study_of, drawn_on, role):
    """365 ± 15 ml whichever series the contours were drawn on and the study holds; Dice 0.98 with its own mask."""
    folder = shared_data / "sts001_raw"
    own = {"t1": "T1", "t2_fs": "T2"}[role]
    values, grid, _ = read_volume(folder / f"masks/MR_{own}_GTV_Mass.nii.gz")
    lesion = read_lesion(folder / f"dicom/MR_{drawn_on}/mask/1-1.dcm", study_of(**{role: grid}), "GTV_Mass")
    assert lesion.mask.volume_mm3 / 1000 == pytest.approx(365, abs=1)
    common = np.count_nonzero(lesion.mask.data & (values > 0))
    assert 2 * common / (np.count_nonzero(values) + np.count_nonzero(lesion.mask.data)) > 0.99


@pytest.mark.parametrize("image", ["T1", "T2"])
def test_contours_lie_on_the_series_that_they_name_not_on_the_finest_that_fits(shared_data, image):
    """Witness: the referenced series' grid, as the file says; both series have slices in every contour's plane."""
    study = read_study(shared_data / "sts001_raw/dicom")
    lesion = read_lesion(shared_data / f"sts001_raw/dicom/MR_{image}/mask/1-1.dcm", study, "GTV_Mass")
    own, other = (Role.T1, Role.T2_FS) if image == "T1" else (Role.T2_FS, Role.T1)
    assert lesion.mask.grid.matches(study.series[own].volume.grid)
    assert not lesion.mask.grid.matches(study.series[other].volume.grid)
    (note,) = lesion.notes
    assert note.startswith(f"lesion 'GTV_Mass': {'' if own is Role.T1 else 'its surface carried from'}")
    assert f"same grid as {own}" in note


def named(file, uid):
    """The structure set, saying that it was drawn on the series of that UID."""
    frame, study, series = Dataset(), Dataset(), Dataset()
    series.SeriesInstanceUID = uid
    study.RTReferencedSeriesSequence, frame.RTReferencedStudySequence = [series], [study]
    dataset = dcmread(file)
    dataset.ReferencedFrameOfReferenceSequence = [frame]
    dataset.save_as(file)
    return file


def with_uid(study, **uids):
    series = {
        role: replace(s, source=replace(s.source, series_digest=uid_digest(uids[role])))
        for role, s in study.series.items()
    }
    return replace(study, series=series)


def test_a_named_series_without_a_role_or_with_other_slices_is_said(tmp_path, grid, study_of, oblique):
    fine, between = oblique((180, 160, 9), (0.25, 0.3, 4.0)), grid.affine.copy()
    between[:3, 3] += between[:3, 2] / 2
    study = with_uid(study_of(t1=grid, t2=Grid(grid.shape, between), t2_fs=fine), t1="1.1", t2="1.2", t2_fs="1.3")
    file = save_rtstruct(tmp_path, {"tumour": circles(grid, 9.0, (3, 4, 5))})
    assert read_lesion(file, study).mask.grid.matches(fine)  # nothing named: the finest that fits
    first = read_lesion(named(file, "1.1"), study)
    assert first.mask.grid.matches(grid)
    assert len(first.notes) == 1
    assert "has no role in this study" in read_lesion(named(file, "9.9"), study).notes[0]
    assert "but on another's" in read_lesion(named(file, "1.2"), study).notes[0]
    plain = study_of(t1=grid)  # from NIfTI: no series has a UID to compare
    assert len(read_lesion(named(file, "9.9"), plain).notes) == 1


@pytest.mark.parametrize(("frame", "noted"), [("2.25.3", False), ("2.25.4", True), ("", False)])
@pytest.mark.parametrize("kind", ["rtstruct", "seg"])
def test_a_frame_of_reference_of_its_own_is_said(tmp_path, grid, study_of, kind, frame, noted):
    """Positions of two frames of reference need not mean one place; without one in the file there is nothing to say."""
    study = study_of(t1=grid)
    t1 = study.series[Role.T1]
    study = replace(study, series={Role.T1: replace(t1, source=replace(t1.source, frame_digest=uid_digest("2.25.3")))})
    if kind == "rtstruct":
        file = named(save_rtstruct(tmp_path, {"tumour": circles(grid, 9.0, (3, 4, 5))}), "1.1")
        dataset = dcmread(file)
        dataset.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID = frame
    else:
        file = tmp_path / "seg.dcm"
        inside = np.zeros(grid.shape, bool)
        inside[20:40, 30:50, 3:6] = True
        dataset = segmentation(Mask(inside, grid), "tumour", "a test", [seg_source()], 3)
        dataset.FrameOfReferenceUID = frame
    dataset.save_as(file, enforce_file_format=True)
    notes = read_lesion(file, study).notes
    assert any("is that of no image in this study" in note for note in notes) is noted


@pytest.mark.parametrize(("word", "method"), [("AUTOMATIC", "automatic"), ("", None), (None, None)])
def test_who_drew_a_contour_is_what_its_file_says(tmp_path, grid, study_of, word, method):
    file = save_rtstruct(tmp_path, {"tumour": circles(grid, 15.0, (3, 4, 5))})
    dataset = dcmread(file)
    if word is not None:
        dataset.StructureSetROISequence[0].ROIGenerationAlgorithm = word
    dataset.save_as(file)
    assert read_lesion(file, study_of(t1=grid)).drawing_method == method
