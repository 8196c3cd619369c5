"""Which columns become features. Witnesses: tables made by hand, and `assess` itself for the evidence score."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from classification.simulated_cohorts import cohort
from pnst.classification.assess import assess
from pnst.classification.training.features import EVIDENCE, choose_features, evidence_log_odds, feature_matrix
from pnst.errors import InputError, SettingError

RESERVED = ("malignant", "patient")


def test_numbers_signs_and_places_are_features_and_text_is_none():
    table = cohort().assign(
        case_id="x",
        site=[f"hospital {n % 3}" for n in range(90)],
        **{"edema.present_threshold": 0.6, "size.volume_ml_interval": "[1, 2]", "skipped.adc": "no DWI"},
    )
    choice = choose_features(table, RESERVED)
    assert choice.names == (*table.columns[2:8], "location=limb", "location=trunk")
    assert choice.excluded["site"] == "text"
    assert set(choice.excluded) == {
        "case_id",
        "site",
        "edema.present_threshold",
        "size.volume_ml_interval",
        "skipped.adc",
    }


@pytest.mark.parametrize(
    "column",
    [
        "adc.min_uniform_um2_per_ms",
        "adc.removed_edge_ml",
        "adc.vendor_ratio",
        "adc.fit_rms_fraction",
        "adc.noise_floor_fraction",
        "margin.measured_fraction",
        "edema.censored",
        "ivim.d_dark_uniform_um2_per_ms",
    ],
)
def test_what_tells_of_the_scanner_is_no_feature_unless_wanted(column):
    table = cohort().assign(**{column: np.arange(90.0) / 100})
    assert column in choose_features(table, RESERVED).excluded
    assert choose_features(table, RESERVED, wanted=[column]).names == (column,)


def test_cells_as_numbers():
    table = pd.DataFrame({"a": [1, None, 2.5], "b": ["true", "No", ""], "location": ["limb", None, "trunk"]})
    matrix = feature_matrix(table, ["b", "a", "location=limb"])
    np.testing.assert_array_equal(matrix, [[1, 1, 1], [0, np.nan, np.nan], [np.nan, 2.5, 0]])


def test_a_readers_word_replaces_what_was_measured():
    table = pd.DataFrame({"edema.present": [True, False, None], "override.edema.present": [None, True, False]})
    assert feature_matrix(table, ["edema.present"])[:, 0].tolist() == [1, 1, 0]
    assert choose_features(table, ()).names == ("edema.present",)


def test_the_evidence_score_is_that_of_assess():
    table = cohort()
    known = table[["size.longest_diameter_mm", "edema.max_extent_mm", "adc.mean_um2_per_ms", "nf1", "location"]]
    assert evidence_log_odds(table) == pytest.approx(logit(assess(known)["probability"].to_numpy()), abs=1e-6)
    assert choose_features(table, RESERVED, ["age", EVIDENCE]).names == ("age", EVIDENCE)
    assert choose_features(table, RESERVED, ["age"], evidence=True).names == ("age", EVIDENCE)


class TestRefusals:
    @pytest.mark.parametrize(
        ("wanted", "says"),
        [
            (["adc.mean"], r"no 'adc\.mean'.*adc\.mean_um2_per_ms"),
            (["age", "malignant"], "a feature is what is to be predicted"),
            (["patient"], "how the table is split"),
            (["site"], "'site' holds what it cannot; got: 'north'"),
        ],
    )
    def test_what_is_wanted_and_cannot_be(self, wanted, says):
        with pytest.raises(InputError, match=says):
            choose_features(cohort().assign(site="north"), RESERVED, wanted)

    @pytest.mark.parametrize("cells", [3.0, None, True])
    def test_a_constant_column(self, cells):
        table = cohort().assign(same=cells)
        with pytest.raises(InputError, match=r"the same in every row.*got: same"):
            choose_features(table, RESERVED)
        choice = choose_features(table, RESERVED, leave_out_constant=True)
        assert "same" not in choice.names
        assert choice.excluded == {"same": "the same in every row"}

    def test_an_unknown_place(self):
        with pytest.raises(InputError, match=r"'location'.*'knee'"):
            choose_features(cohort().assign(location="knee"), RESERVED)

    def test_an_infinite_cell(self):
        with pytest.raises(InputError, match=r"'age'.*finite"):
            choose_features(cohort().assign(age=np.inf), RESERVED, ["age"])

    @pytest.mark.parametrize("cell", ["<5", "n.k.", np.inf, "-inf", 1e308])
    def test_one_odd_cell_among_numbers(self, cell):
        """A predictor is not set aside as text for one cell."""
        table = cohort().astype({"age": object})
        table.loc[7, "age"] = cell
        with pytest.raises(InputError, match=rf"'age' holds what it cannot; got: '{re.escape(str(cell))}'"):
            choose_features(table, RESERVED)

    def test_a_misspelt_measurement(self):
        table = cohort().rename(columns={"adc.mean_um2_per_ms": "adc.mean_um2_pro_ms"})
        with pytest.raises(SettingError, match=r"'adc\.mean_um2_pro_ms'.*adc\.mean_um2_per_ms"):
            choose_features(table, RESERVED)
        assert choose_features(table, RESERVED, ["adc.mean_um2_pro_ms"]).names == ("adc.mean_um2_pro_ms",)

    def test_nothing_to_learn_from(self):
        with pytest.raises(InputError, match="nothing to learn from"):
            choose_features(pd.DataFrame({"y": [0, 1], "name": ["a", "b"]}), ("y",))

    def test_no_evidence(self):
        with pytest.raises(InputError, match="the evidence model finds nothing"):
            choose_features(pd.DataFrame({"y": [0, 1], "x": [1.0, 2.0]}), ("y",), evidence=True)

    def test_a_column_twice(self):
        table = pd.DataFrame([[0, 1.0, 2.0], [1, 2.0, 3.0]], columns=["y", "x", "x"])
        with pytest.raises(InputError, match="a column twice"):
            choose_features(table, ("y",))


def test_answers_of_a_cohorts_table_are_no_features_and_a_column_of_ones_own_is_one():
    rng = np.random.default_rng(2)
    answers = {"question": "malignancy", "class": "malignant", "prior": 0.3}
    numbers = {name: rng.random(90) for name in ("probability", "low", "high", "odds_factor")}
    compared = {"expert.size.volume_ml": rng.random(90), "truth.size.volume_ml": rng.random(90)}
    excluded = choose_features(cohort().assign(**answers, **numbers, **compared), RESERVED).excluded
    assert {*answers, *numbers, *compared} <= set(excluded)
    own = choose_features(cohort().assign(low=numbers["low"]), RESERVED)
    assert "low" in own.names
