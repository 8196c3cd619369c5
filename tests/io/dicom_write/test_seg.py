"""A mask as a DICOM SEG. Invariants: no clock, the patient of its source, another mask another UID."""

from __future__ import annotations

import numpy as np
import pytest

from mask_files import seg_source
from pnst.image import Mask
from pnst.io.dicom_write.seg import segmentation


@pytest.fixture
def mask(oblique) -> Mask:
    grid = oblique((9, 8, 5))
    return Mask(np.indices(grid.shape).sum(axis=0) % 4 == 0, grid)


def test_the_object_has_no_clock_and_the_patient_of_its_source(mask):
    source = seg_source()
    dataset = segmentation(mask, "tumour", "a test", [source], 7)
    assert (dataset.ContentDate, dataset.ContentTime) == ("19000101", "000000")
    assert "SeriesDate" not in dataset
    assert dataset.PatientName == source.PatientName
    assert dataset.StudyInstanceUID == source.StudyInstanceUID
    source.StudyDate = "20200229"
    assert segmentation(mask, "tumour", "a test", [source], 7).ContentDate == "20200229"


def test_uids_follow_the_content(mask):
    def uid(mask, label):
        return segmentation(mask, label, "a test", [seg_source()], 7).SOPInstanceUID

    other = Mask(~mask.data, mask.grid)
    assert uid(mask, "tumour") == uid(mask, "tumour")
    assert len({uid(mask, "tumour"), uid(mask, "cord"), uid(other, "tumour")}) == 3


@pytest.mark.parametrize(("lesion", "kind"), [(True, "Neoplasm"), (False, "Tissue")])
def test_a_lesion_is_a_neoplasm_and_a_mask_a_tissue(mask, lesion, kind):
    dataset = segmentation(mask, "x" * 80, "a test", [seg_source()], 7, lesion=lesion)
    (segment,) = dataset.SegmentSequence
    assert segment.SegmentedPropertyTypeCodeSequence[0].CodeMeaning == kind
    assert segment.SegmentLabel == "x" * 64
