"""What a cohort's page says. Witness: tables of which the answer is plain, and scikit-learn's κ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from pnst.reporting.cohort_summary import (
    UNKNOWN,
    agreements,
    distributions,
    lesion_title,
    look_first,
    main_columns,
    missing,
    quality_flags,
)

TABLE = pd.DataFrame(
    {
        "case": list("abcd"),
        "label": ["1"] * 4,
        "diagnosis": ["MPNST", "schwannoma", None, "schwannoma"],
        "size.volume_ml": [4.0, 1.0, 2.0, np.nan],
        "size.quality": ["cut off; small", "cut off", "cut off", None],
        "skipped.adc": ["no diffusion series", "no diffusion series", None, "damaged"],
        "probability": [0.9, 0.1, np.nan, 0.2],
        "abstained": [None, None, "too little", None],
        "expert.size.volume_ml": [3.0, 1.0, np.nan, 5.0],
    }
)


def test_numbers_by_diagnosis_without_what_is_missing():
    found = {d.column: dict(d.groups) for d in distributions(TABLE)}
    assert {name: values.tolist() for name, values in found["size.volume_ml"].items()} == {
        "MPNST": [4.0],
        UNKNOWN: [2.0],
        "schwannoma": [1.0],
    }
    assert main_columns(TABLE) == ["size.volume_ml", "probability"]


def test_a_table_without_diagnoses_is_one_group():
    (distribution, _) = distributions(TABLE.drop(columns="diagnosis"))
    assert distribution.rows == [("all lesions", 3, (1.0, 1.5, 2.0, 3.0, 4.0))]


def test_rare_diagnoses_stand_together():
    many = pd.DataFrame({"diagnosis": list("aabbccddeeffgh"), "size.volume_ml": range(14)})
    assert [name for name, _ in distributions(many)[0].groups] == [*"abcdef", "other"]


def test_what_is_missing_and_why():
    assert missing(TABLE) == [("Diffusion", 3, [("no diffusion series", 2), ("damaged", 1)])]


def test_doubts_are_counted_and_those_of_most_lesions_pick_none_out():
    assert [(text, n) for _, text, n in quality_flags(TABLE)] == [("cut off", 3), ("small", 1)]
    assert look_first(TABLE) == [("a", "1", "Size: small"), ("c", "1", "no probability: too little")]


def test_agreement_of_numbers():  # closed form: differences +1 and 0
    (agreement,) = agreements(TABLE)
    assert (agreement.title, agreement.who, agreement.count) == ("Size: volume (ml)", "expert", 2)
    assert agreement.text == "mean difference +0.5, limits of agreement -0.886 to +1.89"


def test_agreement_of_words_is_that_of_scikit_learn():
    reader = ["intermuscular", "intramuscular", "fat", "intermuscular", "fat"]
    measured = ["intermuscular", "intermuscular", "fat", "intermuscular", "unclear"]
    columns = {"truth.split_fat.compartment": reader, "split_fat.compartment": measured}
    (agreement,) = agreements(pd.DataFrame(columns))
    assert (agreement.who, agreement.count) == ("truth", 5)
    assert agreement.text == f"60% agree, κ {cohen_kappa_score(reader, measured):.2f}"


def test_what_a_column_cannot_hold_is_compared_with_nothing():
    table = pd.DataFrame(
        {
            "expert.size.volume_ml": ["about 3", 4.0, None],
            "size.volume_ml": [3.0, 4.5, 5.0],
            "expert.edema.present": ["unknown", "no", "yes"],
            "edema.present": [True, False, None],
            "expert.comment": ["a", "b", "c"],
            "comment": ["a", "b", "c"],
        }
    )
    volume, edema = agreements(table)
    assert (volume.count, volume.text) == (1, "difference +0.5")
    assert (edema.count, edema.text) == (1, "100% agree, not defined: one answer alone")


@pytest.mark.parametrize("seed", [1, 2])
def test_agreement_of_signs(seed):
    rng = np.random.default_rng(seed)
    reader, measured = rng.random(40) < 0.4, rng.random(40) < 0.6
    table = pd.DataFrame({"split_fat.present": measured, "truth.split_fat.present": reader})
    (agreement,) = agreements(table)
    assert agreement.text.endswith(f"κ {cohen_kappa_score(reader, measured):.2f}")
    one = pd.DataFrame({"split_fat.present": [True, True], "truth.split_fat.present": [True, True]})
    assert "not defined" in agreements(one)[0].text


def test_columns_that_cannot_be_compared_are_left_out():
    assert agreements(pd.DataFrame({"expert.size.volume_ml": [1.0]})) == []
    assert agreements(pd.DataFrame({"expert.size.volume_ml": [1.0], "size.volume_ml": [np.nan]})) == []


def test_titles_have_units():
    assert lesion_title("adc.mean_um2_per_ms").endswith("(10⁻³ mm²/s)")
