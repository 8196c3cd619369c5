"""The pipeline from a bare folder. Witness: small studies under the collection's names; slow: the real ones."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from pipeline_scripts import script_of
from small_cohort import write_cohort


@pytest.fixture(scope="module")
def pipeline():
    return script_of("ibsi_sarcoma_t1", "run")


def test_from_a_folder_of_their_names_to_one_table(pipeline, tmp_path, monkeypatch):
    write_cohort(tmp_path, {"STS_002": 8.0, "STS_003": 10.0})
    for name in ("STS_002", "STS_003"):
        folder = tmp_path / "data" / name
        (folder / "lesion.nii.gz").rename(folder / "MR_T1_mask.nii.gz")
        (folder / "t1.nii.gz").rename(folder / "MR_T1_image.nii.gz")
    monkeypatch.setattr(pipeline, "CONFIG", tmp_path / "fast.toml")
    assert pipeline.main([str(tmp_path / "data"), "--out", str(tmp_path / "out")]) == 0
    table = pd.read_csv(tmp_path / "out" / "results" / "lesions.csv")
    assert table["case"].tolist() == ["STS_002", "STS_003"]
    shutil.rmtree(tmp_path / "data" / "STS_003")
    assert pipeline.main([str(tmp_path / "data"), "--out", str(tmp_path / "out")]) == 1


def test_a_folder_with_nothing_is_status_2(pipeline, tmp_path):
    (tmp_path / "empty").mkdir()
    assert pipeline.main([str(tmp_path / "empty"), "--out", str(tmp_path / "out")]) == 2
