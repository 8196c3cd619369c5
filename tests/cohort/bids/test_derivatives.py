"""Names, tables and the dataset's own words. Witness: the specification's forms, written out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from pnst.cohort.bids import derivatives
from pnst.errors import InputError


def test_names_of_images_follow_the_specification(tmp_path):
    for name in ("lesion", "lesion-2", "adc", "adc-2", "regions/fat_rim", "regions-2/edema"):
        (tmp_path / f"{name}.nii.gz").parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.nii.gz").touch()
    names = {file.relative_to(tmp_path).as_posix(): name for file, name, _ in derivatives.named_results("S", tmp_path)}
    assert names == {
        "lesion.nii.gz": "anat/S_label-lesion_desc-pnst_mask",
        "lesion-2.nii.gz": "anat/S_label-lesion_desc-pnst2_mask",
        "adc.nii.gz": "dwi/S_desc-pnst_ADC",
        "adc-2.nii.gz": "dwi/S_desc-pnst2_ADC",
        "regions/fat_rim.nii.gz": "anat/S_label-fatrim_desc-pnst_mask",
        "regions-2/edema.nii.gz": "anat/S_label-edema_desc-pnst2_mask",
    }
    sidecars = {name: sidecar for _, name, sidecar in derivatives.named_results("S", tmp_path)}
    assert sidecars["anat/S_label-lesion_desc-pnst2_mask"] == {"Type": "Lesion", "Description": "lesion 2"}
    assert sidecars["anat/S_label-fatrim_desc-pnst_mask"] == {"Type": "ROI", "Description": "fat rim of lesion 1"}
    assert sidecars["dwi/S_desc-pnst_ADC"]["Units"] == "um^2/ms"


def test_a_table_comes_back_as_it_was_written(tmp_path):
    rows = [{"a": 1.5, "b": "=x\ty\nz", "c": True}, {"a": None, "b": "plain"}]
    derivatives.write_tsv(tmp_path / "t.tsv", ["a", "b", "c"], rows)
    assert (tmp_path / "t.tsv").read_text() == "a\tb\tc\n1.5\t'=x y z\ttrue\nn/a\tplain\tn/a\n"
    assert derivatives.read_tsv(tmp_path / "t.tsv") == [
        {"a": "1.5", "b": "=x y z", "c": "true"},
        {"a": None, "b": "plain", "c": None},
    ]


def test_a_table_without_rows_is_read(tmp_path):
    derivatives.write_table(tmp_path, "group", [])
    file = tmp_path / "group_desc-pnst_measurements.tsv"
    assert derivatives.read_tsv(file) == []
    assert list(pd.read_csv(file, sep="\t")) == ["participant_id", "label"]


def test_a_sidecar_describes_every_column(tmp_path):
    derivatives.write_table(tmp_path, "sub-1", [{"participant_id": "sub-1", "size.volume_ml": 2.0}])
    sidecar = json.loads((tmp_path / "sub-1_desc-pnst_measurements.json").read_text())
    assert list(sidecar) == ["participant_id", "size.volume_ml"]
    assert sidecar["size.volume_ml"]["Units"] == "mL"


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    (tmp_path / "data" / "sub-1").mkdir(parents=True)
    (tmp_path / "data" / "dataset_description.json").write_text('{"Name": "x", "DatasetDOI": "doi:10.1/x"}')
    return tmp_path / "data"


def test_the_dataset_says_what_made_it_and_from_what(dataset, tmp_path, monkeypatch):
    monkeypatch.setenv("PNST_CONTAINER", "docker pnst:0.1.0")
    derivatives.begin(tmp_path / "out", dataset)
    text = (tmp_path / "out" / "dataset_description.json").read_text()
    description = json.loads(text)
    assert (description["DatasetType"], description["BIDSVersion"]) == ("derivative", "1.11.0")
    (made_by,) = description["GeneratedBy"]
    assert (made_by["Name"], made_by["Container"]) == ("pnst-bids", {"Type": "docker", "Tag": "pnst:0.1.0"})
    assert description["SourceDatasets"] == [{"DOI": "doi:10.1/x"}]
    assert str(tmp_path) not in text
    assert ".pnst/" in (tmp_path / "out" / ".bidsignore").read_text().splitlines()


@pytest.mark.parametrize("broken", ["[]", "{", '{"DatasetDOI": 3}', None])
def test_a_dataset_without_a_doi_is_not_named(dataset, tmp_path, broken):
    file = dataset / "dataset_description.json"
    if broken is None:
        file.unlink()
    else:
        file.write_text(broken)
    derivatives.begin(tmp_path / "out", dataset)
    assert "SourceDatasets" not in json.loads((tmp_path / "out" / "dataset_description.json").read_text())


def test_an_earlier_run_and_other_files_are_no_obstacle(dataset, tmp_path):
    (tmp_path / "out" / "logs").mkdir(parents=True)
    derivatives.begin(tmp_path / "out", dataset)
    file = tmp_path / "out" / "dataset_description.json"
    stamp = file.stat().st_mtime_ns
    (tmp_path / "out" / "sub-1").mkdir()
    derivatives.begin(tmp_path / "out", dataset)
    assert file.stat().st_mtime_ns == stamp


def test_a_place_that_is_someone_elses_is_refused(dataset, tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "raw" / "sub-9").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "dataset_description.json").write_text('{"GeneratedBy": [{"Name": "fMRIPrep"}]}')
    (tmp_path / "link").symlink_to(dataset)
    for place, got in {
        dataset: "a place in the dataset",
        dataset / "derivatives" / "pnst": "a place in the dataset",
        tmp_path / "link" / "out": "a place in the dataset",
        tmp_path / "file": "a file",
        tmp_path / "file" / "below": "a file",
        tmp_path / "raw": "another dataset",
        tmp_path / "other": "another dataset",
    }.items():
        with pytest.raises(InputError, match="cannot write derivatives") as refused:
            derivatives.begin(place, dataset)
        assert got in refused.value.got
    assert not (dataset / "derivatives").exists()
