"""From columns to what the model observes: thresholds, groups, readers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from pnst.classification.evidence_model.observation import PLAUSIBLE_ADC, level_weights, observe, sign_weight
from pnst.classification.lesion_table import LesionTable
from pnst.errors import SettingError
from pnst.evidence.published import predictors


def weights(columns: dict[str, object]) -> dict[str, float | list[float]]:
    """Predictor → what enters the likelihood of one lesion: the weights of a sign's levels, or a log."""
    return {r.predictor.name: r.entry[0].tolist() for r in observe(LesionTable.from_mapping(columns))}


def entry(columns: dict[str, object]) -> dict[str, float]:
    """The same, of a sign the weight of its uppermost level."""
    return {name: x[-1] if isinstance(x, list) else x for name, x in weights(columns).items()}


def missing(table: pd.DataFrame) -> dict[str, list[bool]]:
    """Predictor → where it does not enter."""
    return {r.predictor.name: (~r.enters).tolist() for r in observe(LesionTable.from_frame(table))}


def weight(name: str, *values: float, half_width: float = 0.0) -> list[float]:
    predictor = next(p for p in predictors() if p.name == name)
    return sign_weight(predictor, np.array(values), np.full(len(values), half_width)).tolist()


class TestSoftSigns:
    def test_margin(self):
        assert weight("margin_ill_defined", 0.1, 0.15, 0.2, 0.25, 0.9) == pytest.approx([0, 0, 0.5, 1, 1])

    @pytest.mark.parametrize(
        ("extent", "expected"),
        [
            (0, [1, 0, 0]),
            (3, [1, 0, 0]),
            (5.5, [0.5, 0.5, 0]),
            (10, [0, 1, 0]),
            (13, [0, 1, 0]),
            (18, [0, 0.5, 0.5]),
            (23, [0, 0, 1]),
            (60, [0, 0, 1]),
        ],
    )
    def test_oedema_is_none_visible_or_over_18_mm(self, extent, expected):
        """Soft from 3 to 8 mm and from 13 to 23 mm."""
        assert weights({"edema.max_extent_mm": float(extent)}) == {"edema_present": pytest.approx(expected)}

    def test_more_oedema_never_weighs_less(self):
        """Every upper set of levels rises, with and without the measurement's own interval."""
        (predictor,) = (p for p in predictors() if p.kind == "ordinal")
        extent = np.linspace(0, 40, 401)
        for half_width in (0.0, 2.0, 12.0):
            levels = level_weights(predictor, extent, np.full(401, half_width))
            assert levels.sum(axis=1) == pytest.approx(1, abs=1e-12)
            assert levels.min() >= -1e-12
            assert np.diff(levels[:, 2]).min() >= -1e-12
            assert np.diff(levels[:, 0]).max() <= 1e-12

    def test_split_fat_rises_as_coverage_falls(self):
        assert weight("split_fat_absent", 0.9, 0.65, 0.5, 0.35, 0) == pytest.approx([0, 0, 0.5, 1, 1])

    def test_a_count_is_a_step(self):
        assert weight("contour_lobulation", 0, 1, 2, 3) == [0, 0, 1, 1]

    def test_the_measurements_own_interval_smooths_further(self):
        """Witness: the mean of the ramp over 200,000 normal values of that 95 % interval."""
        rng = np.random.default_rng(0)
        for value in (0.12, 0.16, 0.2, 0.3):
            simulated = np.mean(weight("margin_ill_defined", *rng.normal(value, 0.06 / 1.96, 200_000)))
            assert weight("margin_ill_defined", value, half_width=0.06) == pytest.approx([simulated], abs=0.002)

    def test_an_interval_makes_a_step_a_slope(self):
        """Closed form: a count of 2 stands for 1.5 to 2.5, and its 95 % interval is 0 to 4."""
        assert weight("contour_lobulation", 1.5, half_width=2) == pytest.approx([0.5])
        assert weight("contour_lobulation", 2, half_width=2) == pytest.approx([ndtr(0.5 * 1.96 / 2)], abs=1e-4)

    def test_an_undetermined_sign_is_a_missing_one(self):
        assert "t1_high_signal_area" in entry({"t1_high.present": True, "t1_high.fraction": 0.1})
        for undetermined in ({"t1_high.present": None}, {"margin.deep_lobulations_count": None}):
            assert entry(undetermined | {"t1_high.fraction": 0.1, "edema.max_extent_mm": 30.0}) == {"edema_present": 1}

    @pytest.mark.parametrize("column", ["split_fat.present", "t1_high.present", "target.present", "cyst.present"])
    def test_a_sign_that_is_null_is_no_evidence(self, column):
        assert entry({column: None}) == {}
        assert list(entry({column: True})) != []

    def test_missing_stays_missing(self):
        assert np.isnan(weight("margin_ill_defined", np.nan)[0])
        assert weights({"edema.max_extent_mm": None}) == {}

    def test_the_interval_is_read_from_its_column(self):
        name = "margin.ill_defined_fraction"
        sharp, soft = entry({name: 0.25}), entry({name: 0.25, f"{name}_interval": [0.15, 0.35]})
        assert sharp["margin_ill_defined"] == 1
        assert 0.5 < soft["margin_ill_defined"] < 1


class TestGroups:
    def test_mean_adc_beats_dark_and_minimum(self):
        columns = {"adc.min_um2_per_ms": 0.7, "adc.dark_um2_per_ms": 1.0, "adc.mean_um2_per_ms": 1.4}
        assert entry(columns) == {"adc_mean": pytest.approx(np.log(1.4))}
        del columns["adc.mean_um2_per_ms"]
        assert list(entry(columns)) == ["adc_dark"]
        assert list(entry({**columns, "adc.dark_um2_per_ms": None})) == ["adc_min"]

    def test_a_table_chooses_row_by_row(self):
        table = pd.DataFrame({"adc.mean_um2_per_ms": [1.4, None], "adc.min_um2_per_ms": [0.7, 0.8]})
        assert missing(table) == {"adc_mean": [False, True], "adc_min": [True, False]}

    def test_diameter_is_in_the_sources_unit(self):
        assert entry({"size.longest_diameter_mm": 63.0}) == {"longest_diameter": pytest.approx(np.log(6.3))}

    def test_a_target_speaks_for_benign(self):
        assert entry({"target.present": True}) == {"target_sign_absent": 0}
        assert entry({"target.present": False}) == {"target_sign_absent": 1}

    def test_nothing_gives_nothing(self):
        assert entry({}) == entry({"size.longest_diameter_mm": None, "reader.invasion": float("nan")}) == {}

    def test_columns_of_no_predictor_do_not_enter(self):
        assert entry({"size.volume_ml": 30.0, "margin.sphericity": 0.8, "adc.region": "whole lesion"}) == {}


class TestReaders:
    @pytest.mark.parametrize(
        ("sign", "column", "value", "predictor", "malignant_word"),
        [
            ("margin.ill_defined", "margin.ill_defined_fraction", 0.21, "margin_ill_defined", True),
            ("split_fat.present", "split_fat.coverage_fraction", 0.45, "split_fat_absent", False),
        ],
    )
    def test_a_readers_word_replaces_the_column_unsoftened(self, sign, column, value, predictor, malignant_word):
        assert 0 < entry({column: value, sign: malignant_word})[predictor] < 1  # the measured sign does not
        assert entry({column: value, f"override.{sign}": malignant_word})[predictor] == 1
        assert entry({column: value, f"override.{sign}": not malignant_word})[predictor] == 0
        assert entry({f"override.{sign}": malignant_word})[predictor] == 1  # also where the column is absent
        assert entry({sign: malignant_word})[predictor] == 1  # a reader's own table has no columns

    @pytest.mark.parametrize("columns", [{}, {"edema.max_extent_mm": 1.0}, {"edema.max_extent_mm": 40.0}])
    def test_a_readers_oedema_is_visible_or_large(self, columns):
        assert weights(columns | {"override.edema.present": True}) == {"edema_present": [0, 1, 1]}
        assert weights(columns | {"override.edema.present": False}) == {"edema_present": [1, 0, 0]}

    def test_a_readers_number_replaces_the_measured_one(self):
        columns = {"size.longest_diameter_mm": 30.0, "override.size.longest_diameter_mm": 60.0}
        assert entry(columns)["longest_diameter"] == pytest.approx(np.log(6))

    def test_an_empty_override_overrides_nothing(self):
        columns = {"edema.max_extent_mm": 30.0, "override.edema.present": None}
        assert entry(columns)["edema_present"] == 1

    def test_who_said_it_is_kept(self):
        columns = {"override.edema.present": True, "margin.ill_defined": True, "reader.invasion": True}
        by_reader = {r.predictor.name: bool(r.by_reader[0]) for r in observe(LesionTable.from_mapping(columns))}
        assert by_reader == {"edema_present": True, "margin_ill_defined": False, "invasion": False}

    def test_a_readers_interval_is_not_the_measurements(self):
        name = "margin.ill_defined_fraction"
        columns = {name: 0.1, f"{name}_interval": [0.0, 0.2], f"override.{name}": 0.2}
        assert entry(columns)["margin_ill_defined"] == pytest.approx(0.5)


class TestReadersFirst:
    """In each group of several predictors, the reader's word on any of them beats what was measured of others."""

    @pytest.mark.parametrize(
        ("measured", "word", "predictor"),
        [
            ({"margin.deep_lobulations_count": 0}, {"reader.irregular_shape": True}, "irregular_shape"),
            (
                {"enhancement.peripheral": False},
                {"reader.inhomogeneous_enhancement": True},
                "inhomogeneous_enhancement",
            ),
            ({"adc.mean_um2_per_ms": 1.9}, {"adc.dark_um2_per_ms": 1.0}, "adc_dark"),
            ({"adc.mean_um2_per_ms": 1.9, "adc.dark_um2_per_ms": 1.5}, {"adc.min_um2_per_ms": 0.8}, "adc_min"),
            ({"adc.dark_um2_per_ms": 1.5}, {"adc.min_um2_per_ms": 0.8}, "adc_min"),
        ],
    )
    def test_it_enters_in_place_of_what_was_measured(self, measured, word, predictor):
        assert predictor not in entry(measured)
        overrides = {f"override.{column}": value for column, value in word.items()}
        assert entry(measured | overrides) == entry(overrides) == entry(word)
        assert list(entry(overrides)) == [predictor]

    def test_every_group_of_several_is_tried_above(self):
        """Witness: `predictors.csv`."""
        groups = [p.group for p in predictors()]
        assert {g for g in groups if groups.count(g) > 1} == {"contour", "enhancement", "diffusion"}

    def test_of_two_words_the_lower_rank_enters(self):
        columns = {"override.adc.mean_um2_per_ms": 1.4, "override.adc.min_um2_per_ms": 0.8, "adc.dark_um2_per_ms": 1.0}
        assert entry(columns) == {"adc_mean": pytest.approx(np.log(1.4))}

    def test_a_sign_that_only_readers_give_needs_no_prefix(self):
        columns = {"margin.deep_lobulations_count": 0, "reader.irregular_shape": True}
        assert entry(columns) == {"irregular_shape": 1}

    def test_a_table_chooses_row_by_row(self):
        table = pd.DataFrame({"adc.mean_um2_per_ms": [1.4, 1.4], "override.adc.min_um2_per_ms": [None, 0.8]})
        assert missing(table) == {"adc_mean": [False, True], "adc_min": [True, False]}

    def test_a_reader_may_take_back_a_sign_by_its_number(self):
        """The measured sign that stands beside an overridden number no longer speaks."""
        assert entry({"cyst.present": True, "override.cyst.fraction": 0.0}) == {}
        assert entry({"edema.present": True, "override.edema.max_extent_mm": 0.0}) == {"edema_present": 0}


class TestPlexiform:
    LESION = {"size.longest_diameter_mm": 200.0, "margin.deep_lobulations_count": 6, "reader.irregular_shape": None}  # noqa: RUF012

    def test_a_readers_word_takes_size_and_contour_out(self):
        assert set(entry(self.LESION)) == {"longest_diameter", "contour_lobulation"}
        assert set(entry({**self.LESION, "reader.plexiform": False})) == {"longest_diameter", "contour_lobulation"}
        for form in ("reader.plexiform", "override.reader.plexiform"):
            assert entry({**self.LESION, "target.present": True, form: True}) == {"target_sign_absent": 0}

    def test_in_a_table_of_that_row_alone(self):
        table = pd.DataFrame({"size.longest_diameter_mm": [50.0] * 3, "reader.plexiform": [True, False, None]})
        assert missing(table) == {"longest_diameter": [True, False, False]}

    def test_the_shape_that_a_reader_calls_irregular_goes_too(self):
        assert entry({"reader.irregular_shape": True, "reader.plexiform": True}) == {}


class TestPlausibleAdc:
    @pytest.mark.parametrize("name", ["mean", "dark", "min"])
    @pytest.mark.parametrize(("beyond", "within"), [(0.199, 0.201), (3.501, 3.499)])
    def test_outside_it_is_no_evidence(self, name, beyond, within):
        """Its ends are 0.2 and 3.5."""
        column = f"adc.{name}_um2_per_ms"
        assert PLAUSIBLE_ADC == (0.2, 3.5)
        assert entry({column: beyond}) == {}
        assert entry({column: within}) == {f"adc_{name}": pytest.approx(np.log(within))}

    def test_an_implausible_mean_leaves_the_word_to_the_next_rank(self):
        assert list(entry({"adc.mean_um2_per_ms": 0.1, "adc.min_um2_per_ms": 0.8})) == ["adc_min"]


class TestSplitFat:
    COVERAGE = {"split_fat.coverage_fraction": 0.1}  # noqa: RUF012

    @pytest.mark.parametrize(("applicable", "enters"), [(True, True), (False, False), (None, False)])
    def test_it_enters_only_where_it_applies(self, applicable, enters):
        assert ("split_fat_absent" in entry({**self.COVERAGE, "split_fat.applicable": applicable})) == enters

    def test_a_mapping_without_the_key_counts_as_applicable(self):
        assert entry(self.COVERAGE) == {"split_fat_absent": 1}

    def test_an_empty_cell_of_a_table_is_null(self):
        table = pd.DataFrame({"split_fat.coverage_fraction": [0.1] * 3, "split_fat.applicable": [True, False, None]})
        (observation,) = observe(LesionTable.from_frame(table))
        assert observation.enters.tolist() == [True, False, False]

    def test_a_row_with_nothing_measured_is_taken_at_its_word(self):
        """Agreement with the same row alone, whatever the other rows of the table have."""
        rows = [
            {"split_fat.coverage_fraction": 0.1, "split_fat.applicable": True},
            {"split_fat.present": True, "split_fat.applicable": None},
            {"split_fat.present": True, "split_fat.applicable": False},
            {"split_fat.present": True, "split_fat.applicable": None, "split_fat.compartment": "unclear"},
        ]
        (observation,) = observe(LesionTable.from_frame(pd.DataFrame(rows)))
        np.testing.assert_array_equal(observation.entry[:, 1], [1, 0, np.nan, np.nan])
        assert entry(rows[1]) == entry({"split_fat.present": True}) == {"split_fat_absent": 0}

    @pytest.mark.parametrize("applicable", [False, None])
    def test_a_readers_word_makes_it_applicable(self, applicable):
        columns = {**self.COVERAGE, "split_fat.applicable": applicable, "override.split_fat.present": True}
        assert entry(columns) == {"split_fat_absent": 0}

    def test_a_reader_may_say_that_it_applies(self):
        columns = {**self.COVERAGE, "split_fat.applicable": None, "override.split_fat.applicable": True}
        assert entry(columns) == {"split_fat_absent": 1}


def test_a_column_twice_is_refused():
    table = pd.DataFrame([[1.0, 2.0]], columns=["adc.mean_um2_per_ms"] * 2)
    with pytest.raises(SettingError, match="twice"):
        LesionTable.from_frame(table)
