"""Invariant: a damaged mask or image ends in a reading or a `PnstError`: no other exception, hang or glut of memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mask_files import circles, save_nrrd, save_rtstruct, seg_source
from pnst.errors import PnstError
from pnst.image import Grid, Mask, Volume
from pnst.io.dicom_write.seg import segmentation
from pnst.io.masks.read import read_lesions
from pnst.io.nifti.read import read_geometry, read_volume, write_volume
from pnst.study import Study

ROUNDS = [40, pytest.param(400, marks=pytest.mark.slow)]
"""Mutants of each format: together with those of DICOM series more than 200 in every run, 2,000 in the long one."""


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """One to six bytes changed (in the first 1000 most often), or the end cut off, or both."""
    spoilt = bytearray(content)
    for _ in range(rng.integers(1, 7)):
        limit = min(len(spoilt), 1000) if rng.random() < 0.8 else len(spoilt)
        spoilt[rng.integers(limit)] = rng.choice([0, 1, 127, 128, 255, int(rng.integers(256))])
    return bytes(spoilt[: rng.integers(1, len(spoilt))] if rng.random() < 0.3 else spoilt)


@pytest.fixture
def mask(oblique) -> Mask:
    data = np.zeros(oblique().shape, bool)
    data[4:9, 3:11, 2:6] = True
    return Mask(data, oblique())


def save(kind: str, folder: Path, mask: Mask) -> Path:
    """The mask in one of the formats, under that format's name."""
    if kind == "rtstruct":
        return save_rtstruct(folder, {"a": circles(mask.grid, 3.0, (3, 4, 5))})
    file = folder / f"mask.{kind}"
    if kind == "nrrd":
        save_nrrd(file, mask, "a")
    elif kind == "seg":
        segmentation(mask, "a", "a test", [seg_source()], 3).save_as(file, enforce_file_format=True)
    else:
        write_volume(file, mask)
    return file


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("kind", ["nii", "nii.gz", "nrrd", "seg", "rtstruct"])
def test_damaged_masks_end_in_lesions_or_a_refusal(mask, kind, rounds, study_of, oblique, tmp_path, bounded):
    study: Study = study_of(t1=oblique())
    file = save(kind, tmp_path, mask)
    content = file.read_bytes()
    assert len(read_lesions(file, study)) == 1
    rng = np.random.default_rng(sum(kind.encode()) + rounds)
    refused = 0
    for _ in range(rounds):
        file.write_bytes(damaged(content, rng))
        try:
            with bounded():
                read_lesions(file, study)
        except PnstError:
            refused += 1
    assert refused > 0


@pytest.mark.parametrize("rounds", ROUNDS)
def test_damaged_images_end_in_voxels_or_a_refusal(oblique, tmp_path, rounds, bounded):
    grid: Grid = oblique()
    data = np.random.default_rng(13).normal(size=grid.shape).astype(np.float32)
    write_volume(tmp_path / "a.nii", Volume(data, grid))
    content = (tmp_path / "a.nii").read_bytes()
    rng = np.random.default_rng(14 + rounds)
    refused = 0
    for _ in range(rounds):
        (tmp_path / "a.nii").write_bytes(damaged(content[:348], rng) + content[348:])
        for read in (read_volume, read_geometry):
            try:
                with bounded():
                    read(tmp_path / "a.nii")
            except PnstError:
                refused += 1
    assert 0 < refused < 2 * rounds
