"""Witness: dciodvfy (David Clunie's dicom3tools), which checks each object against its IOD."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest

from pnst.image import Mask
from pnst.io.write import write_study
from pnst.phantom import GridSpec, malignant, simulate
from pnst.study import Role


def errors(program: str, file: Path) -> list[str]:
    """The validator's errors; it must have known the object's IOD."""
    run = subprocess.run([program, str(file)], capture_output=True, text=True, check=False)
    lines = (run.stdout + run.stderr).splitlines()
    assert {"MRImage", "Segmentation"} & set(lines), lines
    return [line for line in lines if line.startswith("Error")]


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A simulated study of every role, with its lesion and a mask, as DICOM."""
    small = GridSpec(spacing_mm=(2.1, 2.3, 6.0), extent_mm=(84.0, 69.0, 54.0), turn_deg=(3.0, -5.0, 8.0))
    spec = replace(malignant(), roles=tuple(Role), grids=dict.fromkeys(Role, small), whole_numbers=False)
    simulated = simulate(spec, seed=3)
    mask = Mask(~simulated.lesion.mask.data, simulated.lesion.mask.grid)
    folder = tmp_path_factory.mktemp("dciodvfy") / "study"
    write_study(replace(simulated.study, masks={"muscle": mask}), folder, "dicom", [simulated.lesion])
    return folder


@pytest.mark.parametrize("role", Role)
def test_the_images_of_a_role_are_valid(dciodvfy, written, role):
    """First and last slice, of the first and last b-value."""
    files = sorted((written / role).iterdir())
    assert len(files) >= 9
    for file in (files[0], files[-1]):
        assert errors(dciodvfy, file) == []


@pytest.mark.parametrize("name", ["lesions/1.dcm", "masks/muscle.dcm"])
def test_a_seg_is_valid(dciodvfy, written, name):
    assert errors(dciodvfy, written / name) == []


def test_the_validator_says_no(dciodvfy, written, tmp_path):
    dataset = pydicom.dcmread(written / "t1/0001.dcm")
    del dataset.ImageOrientationPatient
    dataset.save_as(tmp_path / "spoilt.dcm")
    assert any("ImageOrientationPatient" in line for line in errors(dciodvfy, tmp_path / "spoilt.dcm"))
