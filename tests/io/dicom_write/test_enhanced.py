"""Enhanced MR images. Witness: counts of objects and frames, and reading back."""

from __future__ import annotations

from dataclasses import replace

import pydicom
import pytest

from dicom_styles import MULTIFRAME
from pnst.io.dicom_write.style import DicomStyle
from pnst.io.study import read_study
from pnst.io.write import write_study
from pnst.study import Acquisition, Role, Source, Study


@pytest.mark.parametrize("style", MULTIFRAME, ids=lambda style: style.vendor or "standard")
def test_an_enhanced_series_is_one_object_or_one_a_measurement(written, style):
    files = list((written(style) / "dwi").iterdir())
    assert len(files) == (1 if style.vendor in (None, "philips", "canon") else 4)
    assert {int(pydicom.dcmread(file, stop_before_pixels=True).NumberOfFrames) for file in files} == {28 // len(files)}


def test_an_enhanced_adc_map_says_its_unit(written):
    dataset = pydicom.dcmread(written(DicomStyle(enhanced=True)) / "adc/0001.dcm", stop_before_pixels=True)
    (shared,) = dataset.SharedFunctionalGroupsSequence
    assert shared.RealWorldValueMappingSequence[0].MeasurementUnitsCodeSequence[0].CodeValue == "um2/s"
    assert dataset.ImageType[2:] == ["DIFFUSION", "ADC"]


def test_facts_that_are_not_known_are_not_made_up(scanned, tmp_path):
    """Of a study that was not simulated here an enhanced object says only what the study says."""
    t1 = scanned.series[Role.T1]
    known = replace(t1, source=Source("nifti", "0"), acquisition=Acquisition(echo_time_ms=10, inversion_time_ms=900))
    unknown = replace(known, acquisition=Acquisition())
    for name, series in {"known": known, "unknown": unknown}.items():
        write_study(Study("x", {Role.T1: series}), tmp_path / name, "dicom", dicom=DicomStyle(enhanced=True))
        acquisition = read_study(tmp_path / name, roles={"t1": "T1"}).series[Role.T1].acquisition
        assert acquisition == replace(series.acquisition, manufacturer="pnst")
        dataset = pydicom.dcmread(tmp_path / name / "t1/0001.dcm", stop_before_pixels=True)
        assert "MRTimingAndRelatedParametersSequence" not in dataset.SharedFunctionalGroupsSequence[0]
    assert "MRModifierSequence" not in dataset.SharedFunctionalGroupsSequence[0]
