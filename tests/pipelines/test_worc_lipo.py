"""The recipe over splits. Witnesses: a closed form, a small table laid out as WORC's; slow: the real one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from pipeline_scripts import script_of


@pytest.fixture(scope="module")
def recipe():
    return script_of("worc_lipo", "run")


@pytest.fixture
def files(tmp_path):
    """40 lesions, two features of which one is the class and noise; two splits that name one lesion too many."""
    rng = np.random.default_rng(3)
    target = np.arange(40) % 2
    names = [f"L{n:02d}" for n in range(40)]
    pd.DataFrame({"a": target + rng.normal(0, 0.4, 40), "b": rng.random(40), "ID": names, "Target": target}).to_csv(
        tmp_path / "table.csv", index=False
    )
    parts = {"0_train": names[:30], "0_test": [*names[30:], "L99"], "1_train": names[10:], "1_test": names[:10]}
    pd.DataFrame({name: pd.Series(part) for name, part in parts.items()}).to_csv(tmp_path / "splits.csv")
    return tmp_path


def test_splits_are_run_and_summed_up(recipe, files, capsys):
    words = [files / "table.csv", "--splits", files / "splits.csv", "--out", files / "out", "--model", "logistic"]
    assert recipe.main([str(word) for word in words]) == 0
    results = pd.read_csv(files / "out" / "results.csv")
    assert results[["train", "test"]].to_numpy().tolist() == [[30, 10], [30, 10]]
    assert results["auc"].mean() > 0.7
    said = capsys.readouterr().out
    assert "the table lacks: L99" in said
    assert f"{results['auc'].mean():.3f} (" in said


def test_the_corrected_interval_is_the_closed_form(recipe):
    values = np.array([0.7, 0.8, 0.9, 0.8])
    half = student.ppf(0.975, 3) * np.sqrt((1 / 4 + 0.25) * values.var(ddof=1))
    assert recipe.corrected_interval(values, 80, 20) == pytest.approx((0.8 - half, 0.8 + half))


def test_a_file_without_splits_is_refused(recipe, files, capsys):
    assert recipe.main([str(files / "table.csv"), "--splits", str(files / "table.csv"), "--out", str(files / "o")]) == 2
    assert "no splits in 'table.csv'" in capsys.readouterr().err


def test_a_lesion_in_both_parts_is_refused(recipe, files):
    table = pd.read_csv(files / "table.csv")
    with pytest.raises(ValueError, match="in both parts"):
        recipe.run_splits(table, [(["L00", "L01"], ["L01", "L02"])], "Target", "ID", ("logistic",), lambda _: None)


def test_real_features_hold_a_signal(recipe, shared_data):
    """Three of WORC's own splits: the mean area is above .6, where shuffled labels would give one half."""
    folder = shared_data / "worc_features"
    table = recipe.read_frame(folder / "WORC-Lipo.csv.gz")
    splits = recipe.read_splits(folder / "crossvalidationsplits_Lipo.csv")
    assert len(splits) == 100
    assert recipe.absent(splits, set(table["ID"])) == ["Lipo-073"]
    found = recipe.run_splits(table, splits[:3], "Target", "ID", ("boosting",), lambda _: None)
    assert found["auc"].mean() > 0.6
