"""From files under the names of MSTT-199 to a table by tissue. Witness: the simulation's own volume, and the names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline_scripts import script_of


def recipe(name: str):
    return script_of("mstt199", name)


@pytest.fixture(scope="module")
def pipeline():
    return recipe("run")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Three of the six, coarser still; one mask of several readers beside that of one."""
    folder, stand_in = tmp_path_factory.mktemp("mstt"), recipe("stand_in")
    for case in ("L01", "M01", "N02"):
        stand_in.write_case(folder, case, stand_in.CASES[case], spacing_mm=3.0)
    single = folder / "mask_isotropic_nii" / "M01_T2.nii.gz"
    single.write_bytes((folder / "mask_isotropic_nii" / "N02_T2.nii.gz").read_bytes())
    return folder


def test_images_masks_and_tissue_are_read_off_the_names(pipeline, data):
    fat, myxoid, nerve = pipeline.rows_of(data, data)
    assert (fat["tissue"], fat["lesion"]) == ("fat", "mask_isotropic_nii/L01_T1.nii.gz")
    assert (myxoid["tissue"], myxoid["lesion"]) == ("myxoid", "mask_isotropic_nii/M01_T2_J.nii.gz")
    assert (nerve["role.t1"], nerve["role.t2_fs"]) == ("N02_T1.nii.gz", "N02_T2.nii.gz")


def test_the_lesions_of_nerve_have_a_table_of_their_own(pipeline, data, tmp_path, monkeypatch, capsys):
    (tmp_path / "fast.toml").write_text("[measure.uncertainty]\nrepetitions = 0\n")
    monkeypatch.setattr(pipeline, "CONFIG", tmp_path / "fast.toml")
    assert pipeline.main([str(data), "--out", str(tmp_path / "out"), "--workers", "1"]) == 0
    table = pd.read_csv(tmp_path / "out" / "results" / "lesions.csv").set_index("case")
    radii = {"L01": 15.0, "M01": 17.0, "N02": 18.0}
    volumes = [4 / 3 * np.pi * 1.3 * radius**3 / 1000 for radius in radii.values()]
    assert table.loc[list(radii), "size.volume_ml"].tolist() == pytest.approx(volumes, rel=0.06)
    assert table.loc["N02", "edema.max_extent_mm"] > 0
    nerve = pd.read_csv(tmp_path / "out" / "nerve.csv")
    assert nerve["case"].tolist() == ["N02"]
    assert "nerve\n" in capsys.readouterr().out


def test_a_folder_of_other_names_is_status_2(pipeline, tmp_path, capsys):
    (tmp_path / "data").mkdir()
    assert pipeline.main([str(tmp_path / "data"), "--out", str(tmp_path / "out")]) == 2
    assert "no image called like N21_T1.nii.gz" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
