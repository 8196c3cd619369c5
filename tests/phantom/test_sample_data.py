"""Witnesses: the sample studies read back, and what makes them."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pnst.io.masks.read import read_lesion
from pnst.io.study import read_study
from pnst.study import Role

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
LESIONS = {"benign_nifti": "lesion.nii.gz", "malignant_dicom": "lesions/1.dcm"}


@pytest.mark.parametrize("name", LESIONS)
def test_samples_read_back_with_four_series_and_a_lesion_of_the_true_volume(name: str) -> None:
    study = read_study(SAMPLES / name)
    assert set(study.series) == {Role.T1, Role.T1_POST, Role.T2_FS, Role.DWI}
    assert study.series[Role.DWI].b_values == (0, 50, 400, 800)
    truth = content(SAMPLES / name / "truth.toml")
    lesion = read_lesion(SAMPLES / name / LESIONS[name], study)
    assert lesion.mask.volume_mm3 / 1000 == pytest.approx(truth["size"]["volume_ml"], rel=0.02)
    assert "no clinical evidence" in truth["notice"]


def test_samples_stay_small() -> None:
    assert sum(file.stat().st_size for file in SAMPLES.rglob("*") if file.is_file()) < 8e6


def content(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def agree(one: Any, other: Any) -> bool:
    """The same tables of the same values; numbers but for their last digit."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(agree(value, other[key]) for key, value in one.items())
    if isinstance(one, float) and isinstance(other, float):
        return bool(one == pytest.approx(other, rel=1e-5))
    return bool(one == other)


def test_another_answer_does_not_agree() -> None:
    truth = content(SAMPLES / "benign_nifti" / "truth.toml")
    assert agree(truth, truth)
    for value in (truth["size"]["volume_ml"] * 1.0001, "none"):
        assert not agree(truth, truth | {"size": truth["size"] | {"volume_ml": value}})
    assert not agree(truth, {name: family for name, family in truth.items() if name != "size"})


@pytest.mark.slow
def test_making_the_samples_again_gives_the_same_study(tmp_path: Path) -> None:
    module = runpy.run_path(str(SAMPLES / "make.py"))
    for turn in ("one", "two"):
        module["make"](tmp_path / turn)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file())
    assert files == sorted(
        p.relative_to(SAMPLES) for name in LESIONS for p in (SAMPLES / name).rglob("*") if p.is_file()
    )
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file
    for name in LESIONS:  # another processor may round a voxel, or a value's last digit, the other way
        for file in ("description.toml", "truth.toml"):
            assert agree(*(content(root / name / file) for root in (SAMPLES, tmp_path / "one"))), (name, file)
        committed, made = read_study(SAMPLES / name), read_study(tmp_path / "one" / name)
        for role, series in committed.series.items():
            apart = np.abs(series.volume.data - made.series[role].volume.data)
            assert apart.max() <= 1
            assert (apart > 0).mean() < 1e-3
