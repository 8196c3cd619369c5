"""Signs held against readings. Witness: tables of a few cases, counted by hand; exact intervals of n of n."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline_scripts import script_of

READINGS = pd.DataFrame(
    [
        ("A", "split_fat", "present", "axial 3", "sure", "a rim"),
        ("B", "split_fat", "absent", "axial 4", "sure", "none, | muscle"),
        ("C", "split_fat", "absent", "axial 5", "fairly", ""),
        ("D", "split_fat", "not_applicable", "axial 6", "sure", "in fat"),
        ("A", "t1_high", "absent", "axial 3", "sure", ""),
        ("B", "t1_high", "unsure", "axial 3", "unsure", ""),
        ("A", "lobulations", "3+", "axial 3", "sure", ""),
        ("B", "lobulations", "1", "axial 3", "sure", ""),
        ("A", "shape", "irregular", "axial 3", "sure", ""),
        ("B", "shape", "smooth", "axial 3", "sure", ""),
        ("A", "compartment", "intermuscular", "axial 3", "sure", ""),
        ("D", "compartment", "fat", "axial 3", "sure", ""),
        ("A", "rim_share", "40", "axial 3", "fairly", ""),
        ("B", "rim_share", "10", "axial 3", "fairly", ""),
        ("C", "rim_share", "0", "axial 3", "unsure", ""),
        ("C", "shape", "smooth", "axial 3", "sure", ""),
        ("D", "shape", "irregular", "axial 3", "sure", ""),
        ("A", "marrow_near", "yes", "axial 3", "sure", "not measured"),
        ("E", "edema", "present", "axial 3", "sure", "a case that nobody measured"),
    ],
    columns=["case", "sign", "reading", "slice", "sure", "comment"],
)
TABLE = pd.DataFrame(
    {
        "case": ["A", "B", "C", "D"],
        "split_fat.applicable": [True, True, True, False],
        "split_fat.present": [True, True, False, None],
        "split_fat.compartment": ["intermuscular", "unclear", "intramuscular", "intermuscular"],
        "split_fat.coverage_fraction": [0.30, 0.06, 0.02, 0.5],
        "margin.irregularity": [0.2, 0.05, 0.12, 0.1],
        "margin.solidity": [0.8, 0.97, 0.93, 0.9],
        "t1_high.present": [None, True, None, None],
        "margin.deep_lobulations_count": [5, 1, None, 0],
    }
)


@pytest.fixture(scope="module")
def recipe():
    return script_of("tcia_soft_tissue_sarcoma", "readings")


@pytest.fixture(params=["typed", "as text"])
def compared(recipe, request, tmp_path):
    """The table as it is, and as pandas reads it from CSV, where a column with gaps holds text."""
    table = TABLE
    if request.param == "as text":
        TABLE.to_csv(tmp_path / "t.csv", index=False)
        table = pd.read_csv(tmp_path / "t.csv")
    return recipe.compare(READINGS, table)


def word(compared, case, sign):
    row = compared[(compared["case"] == case) & (compared["sign"] == sign)].iloc[0]
    return row["measured"], row["agree"]


def test_each_reading_stands_beside_the_measured_word(compared):
    assert word(compared, "A", "split_fat") == ("present", True)
    assert word(compared, "B", "split_fat") == ("present", False)
    assert word(compared, "D", "split_fat") == ("not_applicable", True)
    assert word(compared, "A", "lobulations") == ("3+", True)
    assert word(compared, "A", "shape") == ("lobulated", True)
    assert word(compared, "B", "shape") == ("lobulated", False)
    assert word(compared, "D", "compartment") == ("intermuscular", False)


def test_what_is_undetermined_neither_agrees_nor_differs(compared):
    for case, sign in (("A", "t1_high"), ("E", "edema")):
        measured, agree = word(compared, case, sign)
        assert pd.isna(measured)
        assert agree is None or pd.isna(agree)
    assert "marrow_near" not in set(compared["sign"])


def test_agreement_is_counted_with_exact_intervals(recipe, compared):
    rows = recipe.agreement(compared).set_index(["sign", "readings"])
    sure = rows.loc[("split_fat", "sure")]
    assert (sure["read"], sure["agreement_count"], sure["agreement_total"]) == (3, 2, 3)
    assert (sure["sensitivity_count"], sure["sensitivity_total"]) == (1, 1)
    assert (sure["specificity_count"], sure["specificity_total"]) == (1, 2)  # D, not applicable, is no yes
    assert sure["sensitivity_low"] == pytest.approx(0.025)  # of 1 of 1: (α/2)^(1/n)
    assert sure["sensitivity_high"] == 1
    every = rows.loc[("split_fat", "all")]
    assert (every["read"], every["agreement_count"]) == (4, 3)
    undetermined = rows.loc[("t1_high", "sure")]
    assert (undetermined["read"], undetermined["undetermined"], undetermined["agreement_total"]) == (1, 1, 0)
    assert rows.loc[("t1_high", "all")]["read"] == 1  # a reading that says "unsure" says nothing


def test_numbers_are_held_against_numbers(recipe):
    """Of the four pairs of a smooth and another lesion irregularity puts three in order, solidity all."""
    rim, irregularity, solidity = recipe.share_lines(READINGS, TABLE)
    assert "3 cases: measured less read, median -4 points (from -10 to +2); rank correlation 1.00" in rim
    assert "an area of 0.75 (" in irregularity
    assert "an area of 1.00 ()" in solidity


def test_only_sure_readings_that_are_contradicted_are_disagreements(recipe, compared):
    found = recipe.disagreements(compared)
    assert list(zip(found["case"], found["sign"], strict=True)) == [
        ("D", "compartment"),
        ("B", "split_fat"),
        ("B", "shape"),
        ("D", "shape"),
    ]


def test_the_page_names_what_differs_and_breaks_no_table(recipe, compared):
    page = recipe.markdown(READINGS, TABLE, compared)
    assert "| B | split fat | absent | present | axial 4 | none, / muscle |" in page
    widths = {line.count("|") for line in page.splitlines() if line.startswith("|")}
    assert widths == {7}


@pytest.mark.parametrize(
    ("words", "expected"), [("axial 17", [14, 17, 20]), ("sagittal 3", [13, 16, 19]), ("axial k=2", [10, 10, 10])]
)
def test_the_slices_of_a_picture_lie_in_the_lesion(recipe, words, expected):
    slices = script_of("tcia_soft_tissue_sarcoma", "disagreement_picture").slices

    assert slices(words, slice(10, 22)) == expected


def test_a_missing_table_is_said(recipe, tmp_path, capsys):
    assert recipe.main([str(tmp_path), "--table", str(tmp_path / "none.csv"), "--out", str(tmp_path)]) == 2
    assert "none.csv" in capsys.readouterr().err
