"""What inspection tells of NIfTI files, from headers alone: the voxels may be missing and nothing changes."""

from __future__ import annotations

import json

import nibabel as nib
import numpy as np
import pytest

from pnst.image import Mask
from pnst.io.nifti.read import write_volume
from pnst.io.study import inspect, read_study
from pnst.study import Role


@pytest.fixture
def folder(oblique, tmp_path):
    """T1, DWI, ADC with a unit, and a file that has no role."""
    shape, affine = oblique().shape, oblique().affine
    for name, size in (("t1", shape), ("dwi", (*shape, 3)), ("adc", shape), ("lesion", shape)):
        values = np.resize(np.arange(900, 913, dtype=np.int16), size)
        nib.save(nib.Nifti1Image(values, affine), tmp_path / f"{name}.nii")
    (tmp_path / "dwi.bval").write_text("0 400 800\n")
    (tmp_path / "adc.json").write_text(json.dumps({"Units": "1e-6 mm2/s", "Manufacturer": "Invented"}))
    return tmp_path


def test_headers_alone_are_enough(folder, oblique):
    whole = [guess.to_dict() for guess in inspect(folder)]
    for file in folder.glob("*.nii"):
        file.write_bytes(file.read_bytes()[:352])
    guess_by_key = {guess.key: guess for guess in inspect(folder)}
    assert [guess.to_dict() for guess in guess_by_key.values()] == whole
    assert guess_by_key["dwi"].shape == (*oblique().shape, 3)
    assert guess_by_key["dwi"].b_values == (0.0, 400.0, 800.0)
    assert guess_by_key["adc"].spacing_mm == pytest.approx((0.7, 0.9, 4.0), rel=1e-6)
    assert (guess_by_key["adc"].unit, guess_by_key["adc"].manufacturer) == ("1e-6 mm2/s", "Invented")
    assert guess_by_key["lesion"].role is None
    assert not any(guess.problem for guess in guess_by_key.values())


def test_what_cannot_serve_says_why(folder):
    (folder / "dwi.bval").unlink()
    nib.save(nib.Nifti1Image(np.zeros((4, 5, 6, 2), np.int16), np.diag([2.0, 1, 3, 1])), folder / "t1.nii")
    (folder / "lesion.nii").write_bytes(b"\0" * 400)
    guess_by_key = {guess.key: guess for guess in inspect(folder)}
    assert "several volumes cannot serve as t1" in (guess_by_key["t1"].problem or "")
    assert "dwi.bval" in (guess_by_key["dwi"].problem or "")
    assert "cannot read 'lesion.nii'" in (guess_by_key["lesion"].problem or "")
    assert guess_by_key["adc"].problem is None


def test_the_notes_of_a_mask_that_the_user_gives_are_kept(folder, oblique):
    data = np.zeros(oblique().shape, bool)
    data[3:9, 4:12, 2:7] = True
    mask = Mask(data, oblique())
    write_volume(folder / "muscle_part.nii.gz", mask.crop((slice(2, 10), slice(3, 13), slice(1, 8))))
    study = read_study(folder, masks={"muscle": folder / "muscle_part.nii.gz"})
    assert np.array_equal(study.masks["muscle"].data, data)
    assert study.notes == ("muscle mask: cropped from t1, dwi, adc",)  # no file's name
    assert study.series[Role.T1].volume.grid.matches(study.masks["muscle"].grid)
