"""The marks of a simulation, in every style, and none on a patient's images."""

from __future__ import annotations

from dataclasses import replace

import pydicom

from dicom_styles import each_style
from pnst.io.dicom_write.style import DicomStyle
from pnst.io.simulation_mark import PHANTOM
from pnst.io.study import read_study
from pnst.io.write import write_study
from pnst.phantom.spec import MAKER
from pnst.study import Role, Source, Study


@each_style
def test_a_simulation_is_never_taken_for_a_patient(scanned, written, tmp_path, style):
    for file in written(style).rglob("*.dcm"):
        dataset = pydicom.dcmread(file, stop_before_pixels=True)
        assert str(dataset.PatientName).startswith("SIMULATED^")
        if dataset.Modality == "MR":
            assert (dataset.QualityControlImage, dataset.StationName) == ("YES", "PNST PHANTOM")
            assert dataset.ManufacturerModelName == "pnst phantom"
            assert "no patient" in dataset.ImageComments
    t1 = scanned.series[Role.T1]
    real = replace(t1, source=Source("nifti", "0"), acquisition=replace(t1.acquisition, manufacturer="SIEMENS"))
    write_study(Study("x", {Role.T1: real}), tmp_path / "real", "dicom", dicom=style)
    dataset = pydicom.dcmread(tmp_path / "real/t1/0001.dcm", stop_before_pixels=True)
    assert "SIMULATED" not in str(dataset.PatientName)
    assert "QualityControlImage" not in dataset


def test_a_simulation_stays_one_from_format_to_format(scanned, written, tmp_path):
    """Also where the vendor's name took the place of the phantom's."""
    assert PHANTOM == MAKER
    study = read_study(written(DicomStyle("siemens")))
    for number, kind in enumerate(("nifti", "bids", "dicom")):
        assert {series.source.format for series in study.series.values()} == {"simulated"}
        write_study(study, tmp_path / f"{number}", kind)
        study = read_study(tmp_path / f"{number}")
    dataset = pydicom.dcmread(tmp_path / "2/t1/0001.dcm", stop_before_pixels=True)
    assert (dataset.Manufacturer, dataset.QualityControlImage) == ("SIEMENS", "YES")
