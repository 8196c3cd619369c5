"""Segments among the images: which are masks of the study. Witness: the masks as drawn, written by highdicom."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from mask_files import seg_source
from pnst.errors import AmbiguityError
from pnst.image import Mask
from pnst.io.dicom.files import read_tree
from pnst.io.dicom.segments import masks_among, segments_of
from pnst.io.dicom.tags import fields
from pnst.io.dicom_write.seg import segmentation
from pnst.io.masks.file import MaskFile
from pnst.io.study import read_study
from pnst.io.write import write_study
from pnst.study import Lesion, Study


@pytest.fixture
def tree(study: Study, lesion: Lesion, tmp_path) -> Path:
    """T1, masks of muscle and oedema, and a lesion that is called as a mask is."""
    drawn = {"muscle": study.masks["muscle"], "edema": Mask(~study.masks["muscle"].data, study.masks["muscle"].grid)}
    t1 = {role: series for role, series in study.series.items() if role == "t1"}
    write_study(Study("A", t1, drawn), tmp_path / "tree", "dicom", [replace(lesion, label="muscle")])
    return tmp_path / "tree"


def change(file: Path, **elements: str) -> None:
    ds = dcmread(file)
    for name, value in elements.items():
        setattr(ds if name in ds else ds.SegmentSequence[0], name, value)
    ds.save_as(file)


def test_a_segment_called_by_a_mask_s_name_is_that_mask_and_a_tumour_none(tree, study):
    back = read_study(tree)
    assert list(back.masks) == ["edema", "muscle"]
    assert np.array_equal(back.masks["muscle"].data, study.masks["muscle"].data)
    assert np.array_equal(back.masks["edema"].data, ~study.masks["muscle"].data)
    assert back.notes == ("edema mask: same grid as t1", "muscle mask: same grid as t1")


def test_where_it_lies_does_not_matter_and_a_copy_is_read_once(tree):
    (tree / "masks/muscle.dcm").rename(tree / "t1/zz")
    shutil.copy(tree / "t1/zz", tree / "again.dcm")
    assert set(read_study(tree).masks) == {"muscle", "edema"}


def test_other_segments_are_noted_without_their_free_words(tree):
    change(tree / "masks/muscle.dcm", SegmentLabel="Cord")
    change(tree / "masks/edema.dcm", SegmentLabel="Doe")
    study = read_study(tree)
    assert not study.masks
    assert study.notes == ("2 DICOM segments without a role were not read as a series or a mask: cord and 1 other",)


def test_a_segment_of_another_study_is_no_mask_of_this_one(tree):
    change(tree / "masks/muscle.dcm", StudyInstanceUID="2.25.9")
    study = read_study(tree)
    assert list(study.masks) == ["edema"]
    assert study.notes[0] == "1 DICOM segment without a role was not read as a series or a mask: muscle"


def test_two_segments_of_one_name_are_refused_until_one_is_chosen(tree, study):
    change(tree / "masks/edema.dcm", SegmentLabel="muscle")
    with pytest.raises(AmbiguityError, match=r"two masks are called 'muscle'; got: edema\.dcm and muscle\.dcm"):
        read_study(tree)
    chosen = read_study(tree, masks={"muscle": tree / "masks/edema.dcm"})
    assert np.array_equal(chosen.masks["muscle"].data, ~study.masks["muscle"].data)
    assert chosen.notes[0] == "1 DICOM segment without a role was not read as a series or a mask: muscle"


@pytest.mark.parametrize("label", ["", ":muscle", ":1"])
def test_a_segment_that_the_user_gives_is_not_left_out(tree, label):
    """As the mask that the user says, whatever its label."""
    study = read_study(tree, masks={"edema": f"{tree}/masks/muscle.dcm{label}"})
    assert list(study.masks) == ["edema"]
    assert study.notes == (
        "1 DICOM segment without a role was not read as a series or a mask: edema",
        "edema mask: same grid as t1",
    )


def coded(file: Path, code: str, label: str, scheme: str = "SCT") -> None:
    """Make a file's segment one that its code alone tells."""
    ds = dcmread(file)
    segment = ds.SegmentSequence[0]
    segment.SegmentLabel = label
    concept = segment.SegmentedPropertyTypeCodeSequence[0]
    concept.CodeValue, concept.CodingSchemeDesignator, concept.CodeMeaning = code, scheme, "some structure"
    ds.save_as(file)


def test_segments_are_masks_by_their_codes_and_those_of_one_mask_are_united(tree, study):
    """Witness: two muscles that are each other's complement: together, every voxel."""
    coded(tree / "masks/muscle.dcm", "181674001", "Segment 1")
    coded(tree / "masks/edema.dcm", "68455001", "Segment 2")
    back = read_study(tree)
    assert list(back.masks) == ["muscle"]
    assert back.masks["muscle"].data.all()
    assert "label map: read as muscle" in back.notes
    assert not any("not read as" in note for note in back.notes)


def test_codes_of_snomed_rt_are_known_too(tree, study):
    coded(tree / "masks/muscle.dcm", "T-D1217", "left", "SRT")  # of no structure of ours
    coded(tree / "masks/edema.dcm", "M-36300", "right", "SRT")
    back = read_study(tree)
    assert list(back.masks) == ["edema"]
    assert np.array_equal(back.masks["edema"].data, ~study.masks["muscle"].data)


def test_a_mask_that_is_given_beats_a_coded_segment(tree, study):
    coded(tree / "masks/muscle.dcm", "127954009", "Segment 1")
    back = read_study(tree, masks={"muscle": tree / "masks/edema.dcm"})
    assert np.array_equal(back.masks["muscle"].data, ~study.masks["muscle"].data)
    assert back.notes[0] == "1 DICOM segment without a role was not read as a series or a mask"


def test_a_coded_file_is_read_as_the_labels_that_are_given(tree, study):
    coded(tree / "masks/muscle.dcm", "127954009", "Segment 1")
    file = shutil.move(tree / "masks/muscle.dcm", tree.parent / "elsewhere.dcm")
    back = read_study(tree, masks={"labels": file})
    assert np.array_equal(back.masks["muscle"].data, study.masks["muscle"].data)


def test_the_header_of_a_segmentation_lists_its_segments(oblique):
    grid = oblique((9, 8, 5))
    ds = segmentation(Mask(np.ones(grid.shape, bool), grid), "GTV", "a test", [seg_source()], 7)
    (segment,) = segments_of(fields(ds), Path("a.dcm"))
    assert (segment.label, segment.number, segment.study_uid, segment.tumour) == ("GTV", 1, "2.25.1", True)


def test_the_segments_of_a_tree_need_no_pixels(tree):
    for file in (tree / "masks").iterdir():
        file.write_bytes(file.read_bytes()[:-100])
    segments = read_tree(tree).segments
    assert {(segment.label, segment.tumour) for segment in segments} == {
        ("edema", False),
        ("muscle", False),
        ("muscle", True),
    }
    masks, notes = masks_among(segments, segments[0].study_uid, {})
    assert masks["edema"] == MaskFile(tree / "masks/edema.dcm", "edema")
    assert not notes
