"""The template over a BIDS dataset. Witness: two small simulated patients, and their table."""

from __future__ import annotations

from types import ModuleType

import pandas as pd

from bids_datasets import write_dataset
from pipeline_scripts import script_of


def script(name: str) -> ModuleType:
    return script_of("bids_template", name)


def test_simulated_patients_make_one_dataset_that_is_measured_whole(tmp_path, monkeypatch, capsys):
    """One role, cells as coarse as can be: what is tried is the way from a table to a comparison."""
    (tmp_path / "patients.csv").write_text("patient,label,like\nB1,schwannoma,benign\nM1,MPNST,malignant\n")
    (tmp_path / "scanner.toml").write_text('roles = ["t1"]\n[grids.t1]\nspacing_mm = [2.0, 1.8, 5.0]\n')
    (tmp_path / "config.toml").write_text("[measure.uncertainty]\nrepetitions = 0\n")
    dataset, out = tmp_path / "dataset", tmp_path / "out"
    assert script("simulate").main([str(dataset)], tmp_path / "patients.csv", tmp_path / "scanner.toml") == 0
    assert (
        dataset / "participants.tsv"
    ).read_text() == "participant_id\tdiagnosis\nsub-B1\tschwannoma\nsub-M1\tMPNST\n"
    assert not list(dataset.rglob("*.toml"))
    run = script("run")
    monkeypatch.setattr(run, "CONFIG", tmp_path / "config.toml")
    capsys.readouterr()
    assert run.main([str(dataset), str(out)]) == 0
    printed = capsys.readouterr().out
    assert "schwannoma" in printed
    assert "n=1" in printed
    assert (out / "group_desc-pnst_measurements.tsv").is_file()


def test_a_session_that_fails_is_status_1_and_no_dataset_status_2(tmp_path, capsys):
    run = script("run")
    dataset = write_dataset(tmp_path, {"sub-01": 8.0})
    (dataset / "derivatives" / "by_hand" / "sub-01" / "anat" / "sub-01_label-lesion_mask.nii.gz").unlink()
    assert run.main([str(dataset), str(tmp_path / "out")]) == 1
    assert "no lesion mask" in capsys.readouterr().err
    assert run.main([str(tmp_path / "out" / "sub-01"), str(tmp_path / "other")]) == 2
    assert run.main([]) == 2
    assert script("simulate").main([str(dataset)]) == 2


def test_a_comparison_counts_what_each_group_has():
    table = pd.DataFrame(
        {"diagnosis": ["a", "a", "b"], "size.volume_ml": [1.0, 3.0, None], "probability": [0.1, 0.2, 0.3]}
    )
    compared = script("run").compared(table)
    assert compared.loc["size.volume_ml", "a"] == "2 (1 to 3; n=2)"
    assert compared.loc["probability", "b"] == "0.3 (0.3 to 0.3; n=1)"
    assert pd.isna(compared.loc["size.volume_ml", "b"])
    assert list(script("run").compared(table.drop(columns="diagnosis")).columns) == ["all"]
