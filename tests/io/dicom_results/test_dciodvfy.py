"""Witness: dciodvfy (David Clunie's dicom3tools), which checks each object against its IOD."""

from __future__ import annotations

import subprocess

import pydicom
import pytest

from pnst.io.results import DICOM

IODS = {"lesion_seg.dcm": "Segmentation", "adc_map.dcm": "ParametricMap", "measurements_sr.dcm": "ComprehensiveSR"}


def lines(program: str, file: object) -> list[str]:
    run = subprocess.run([program, str(file)], capture_output=True, text=True, check=False, errors="replace")
    return (run.stdout + run.stderr).splitlines()


@pytest.mark.parametrize("name", DICOM)
def test_an_object_is_valid(dciodvfy, dicom_run, name):
    said_lines = lines(dciodvfy, dicom_run.out / name)
    assert IODS[name] in said_lines, said_lines
    assert [line for line in said_lines if line.startswith("Error")] == []


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("lesion_seg.dcm", "SegmentSequence"),
        ("adc_map.dcm", "SharedFunctionalGroupsSequence"),
        ("measurements_sr.dcm", "CompletionFlag"),
    ],
)
def test_the_validator_says_no(dciodvfy, dicom_run, tmp_path, name, missing):
    dataset = pydicom.dcmread(dicom_run.out / name)
    del dataset[missing]
    dataset.save_as(tmp_path / name)
    assert any(line.startswith("Error") for line in lines(dciodvfy, tmp_path / name))
