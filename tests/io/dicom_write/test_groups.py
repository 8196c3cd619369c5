"""Functional groups: what frames share, and each frame's own. Witness: PS3.3 C.7.6.16 and C.8.13.5, by hand."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

from pnst.io.dicom_write.groups import frame_groups, shared_groups, write_description
from pnst.io.dicom_write.header import SeriesToWrite
from pnst.io.dicom_write.identity import Identity
from pnst.io.dicom_write.style import DicomStyle
from pnst.study import Role


def to_write(study, role: Role) -> SeriesToWrite:
    style = DicomStyle(enhanced=True)
    return SeriesToWrite(study.series[role], Identity.of(study, style), 1, style)


@pytest.mark.parametrize(("inverted", "contrast"), [(True, "STIR"), (False, "T2")])
def test_fat_suppression_by_inversion_is_stir(inverted, contrast):
    frame, image = Dataset(), Dataset()
    write_description(frame, Role.T2_FS, inverted)
    write_description(image, Role.T2_FS, inverted, top=True)
    assert frame.FrameType == image.ImageType == ["DERIVED", "PRIMARY", contrast, "NONE"]
    assert frame.AcquisitionContrast == contrast
    assert "ImageType" not in frame


def test_only_several_measurements_have_a_time_index(scanned):
    t1 = frame_groups(to_write(scanned, Role.T1), 2, 0).FrameContentSequence[0]
    assert (list(t1.DimensionIndexValues), "TemporalPositionIndex" in t1) == ([1, 3], False)
    dwi = frame_groups(to_write(scanned, Role.DWI), 2, 3)
    assert list(dwi.FrameContentSequence[0].DimensionIndexValues) == [1, 3, 4]
    assert dwi.MRDiffusionSequence[0].DiffusionBValue == scanned.series[Role.DWI].b_values[3]


def test_the_agent_s_use_is_shared_and_known(scanned):
    for role, used in ((Role.T1, "NO"), (Role.T1_POST, "YES")):
        (usage,) = shared_groups(to_write(scanned, role)).ContrastBolusUsageSequence
        assert usage.ContrastBolusAgentAdministered == used
