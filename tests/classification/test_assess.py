"""`assess` over its three inputs, its settings, its refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from classification.random_lesions import random_table
from pnst.classification.asked import ANSWER
from pnst.classification.assess import assess
from pnst.classification.evidence_model import model as evidence_model_module
from pnst.classification.settings import AssessSettings
from pnst.errors import InputError, SettingError
from pnst.evidence import question
from pnst.measurement.families.adc import Adc
from pnst.measurement.families.edema import Edema
from pnst.measurement.families.margin import Margin
from pnst.measurement.families.size import Size
from pnst.measurement.families.split_fat import SplitFat
from pnst.measurement.measurements import Measurements

MALIGNANT = {
    "size.longest_diameter_mm": 90.0,
    "margin.ill_defined_fraction": 0.5,
    "edema.max_extent_mm": 30.0,
    "split_fat.coverage_fraction": 0.0,
    "adc.mean_um2_per_ms": 1.1,
}
BENIGN = {
    "size.longest_diameter_mm": 25.0,
    "margin.ill_defined_fraction": 0.02,
    "edema.max_extent_mm": 0.0,
    "split_fat.coverage_fraction": 0.9,
    "adc.mean_um2_per_ms": 2.4,
}


def measured(overrides=None, applicable=True, diameter=60.0, split_fat=None) -> Measurements:
    """Every family that is measured now."""
    return Measurements(
        case_id="case",
        label="GTV",
        size=Size(
            longest_diameter_mm=diameter,
            axial_diameter_mm=50.0,
            axial_short_diameter_mm=40.0,
            craniocaudal_mm=55.0,
            volume_ml=60.0,
            surface_area_mm2=8000.0,
            major_axis_mm=58.0,
            minor_axis_mm=45.0,
            least_axis_mm=40.0,
        ),
        margin=Margin(
            irregularity=0.05,
            sphericity=0.9,
            solidity=0.95,
            deep_lobulations_count=1,
            ill_defined_fraction=0.22,
            ill_defined=True,
            ill_defined_threshold=0.2,
        ),
        edema=Edema(
            max_extent_mm=12.0,
            present=True,
            present_threshold=0.6,
            volume_ml=8.0,
            index=0.13,
            surface_fraction=0.3,
            censored=False,
        ),
        split_fat=split_fat
        or SplitFat(
            coverage_fraction=0.3,
            present=False if applicable else None,
            present_threshold=0.5,
            pole_coverage_fraction=0.2,
            applicable=applicable,
            compartment="intermuscular" if applicable else "fat",
        ),
        adc=Adc(
            mean_um2_per_ms=1.5,
            min_um2_per_ms=1.2,
            dark_um2_per_ms=1.3,
            median_um2_per_ms=1.5,
            p05_um2_per_ms=1.1,
            p95_um2_per_ms=2.0,
            mean_whole_um2_per_ms=1.5,
            region="whole lesion",
            map_source="vendor ADC map",
            solid_volume_ml=60.0,
        ),
        overrides=overrides or {},
    )


def test_malignant_signs_raise_the_prior_and_benign_signs_lower_it():
    high, low = assess(MALIGNANT), assess(BENIGN)
    assert low.interval[1] < question.MALIGNANT.prior < high.interval[0]
    assert low.probability < 0.05
    assert high.probability > 0.95


def test_measurements_a_mapping_and_a_table_answer_alike():
    m = measured()
    a, b = assess(m), assess(m.columns())
    table = assess(m.to_frame())
    assert a.probability == b.probability == table["probability"].iloc[0]
    assert a.interval == b.interval == (table["low"].iloc[0], table["high"].iloc[0])
    assert (a.case_id, a.label) == ("case", "GTV")
    assert assess({**MALIGNANT, "case_id": "x", "label": 3}).label == "3"


def test_overrides_travel_in_every_form():
    m = measured({"edema.present": False, "split_fat.present": True}, applicable=False)
    a, row = assess(m), assess(m.to_frame())
    assert a.probability == row["probability"].iloc[0] < assess(measured(applicable=False)).probability
    assert "split_fat_absent" in a.contributions
    assert "split_fat_absent" not in assess(measured(applicable=False)).contributions


def test_a_lesion_within_one_muscle_without_a_rim_counts_as_one_without_the_sign():
    """The same finding between muscles: applicable and not covered is the malignant sign wherever it is read."""
    bare = {"coverage_fraction": 0.0, "present": False, "present_threshold": 0.5, "pole_coverage_fraction": 0.0}
    places = ("intramuscular", "intermuscular")
    within, between = (
        assess(measured(split_fat=SplitFat(**bare, applicable=True, compartment=place))) for place in places
    )
    assert within.contributions["split_fat_absent"] > 0
    assert within.probability == between.probability > assess(measured(applicable=False)).probability


def test_an_unknown_override_is_refused():
    with pytest.raises(SettingError, match=r"edema\.present"):
        assess(measured({"edema.presence": True}))


class TestTable:
    def test_each_row_is_the_single_assessment(self):
        table = random_table(25, np.random.default_rng(0))
        table.index = [f"case {i}" for i in range(25)]
        result = assess(table, patient={"nf1": False})
        assert tuple(result.columns) == ANSWER
        assert list(result.index) == list(table.index)
        for name, row in table.iterrows():
            one = assess(row.to_dict(), patient={"nf1": False})
            assert result.loc[name, "probability"] == pytest.approx(one.probability, abs=1e-12)
            assert (result.loc[name, "low"], result.loc[name, "high"]) == pytest.approx(one.interval, abs=1e-12)
            assert result.loc[name, "odds_factor"] == pytest.approx(one.odds_factor, abs=1e-12)
            assert result.loc[name, ["question", "class"]].tolist() == ["malignant", "MPNST"]
            assert result.loc[name, "abstained"] == one.abstained
            assert result.loc[name, "warnings"] == "; ".join(one.warnings)

    def test_blocks_of_rows_are_put_together(self, monkeypatch):
        table = random_table(23, np.random.default_rng(5))
        whole = assess(table)
        monkeypatch.setattr(evidence_model_module, "_BATCH", 5)
        pd.testing.assert_frame_equal(assess(table), whole)

    def test_an_empty_table_gives_an_empty_table(self):
        assert assess(pd.DataFrame({"size.longest_diameter_mm": []})).shape == (0, len(ANSWER))

    def test_signs_of_a_csv_file_with_gaps(self):
        table = pd.DataFrame({"reader.invasion": [True, False, None], "target.present": ["True", "False", np.nan]})
        assert assess(table)["abstained"].isna().tolist() == [True, True, False]

    def test_a_bad_cell_is_refused(self):
        with pytest.raises(SettingError, match=r"adc\.mean_um2_per_ms"):
            assess(pd.DataFrame({"adc.mean_um2_per_ms": [1.1, -2.0]}))


class TestPrior:
    def test_the_argument_beats_the_settings(self):
        settings = AssessSettings(prior=0.2)
        assert assess(MALIGNANT, settings=settings).prior == 0.2
        assert assess(MALIGNANT, prior=0.1, settings=settings).prior == 0.1
        assert assess(MALIGNANT).prior == pytest.approx(0.316, abs=0.0005)

    def test_the_answer_at_small_priors_is_that_of_assessing_there(self):
        a = assess(MALIGNANT)
        for prior in (0.01, 0.05, 0.10):
            assert a.at_priors[prior] == pytest.approx(assess(MALIGNANT, prior=prior).probability, abs=1e-12)

    @pytest.mark.parametrize("prior", [0, 1, -0.1, 1.5, "0.3", True, float("nan")])
    def test_no_probability_is_refused(self, prior):
        with pytest.raises(SettingError, match="prior"):
            assess(MALIGNANT, prior=prior)


class TestDraws:
    def test_the_same_seed_the_same_answer(self):
        assert assess(MALIGNANT).probability == assess(dict(MALIGNANT)).probability

    def test_another_seed_another_answer_within_the_noise_of_the_draws(self):
        ours, theirs = assess(BENIGN), assess(BENIGN, settings=AssessSettings(seed=9))
        assert ours.probability != theirs.probability
        assert ours.probability == pytest.approx(theirs.probability, abs=0.03)

    @pytest.mark.parametrize("wrong", [{"draws": 399}, {"seed": -1}, {"prior": 0}, {"draw": 400}])
    def test_settings_are_checked(self, wrong):
        with pytest.raises(ValidationError):
            AssessSettings(**wrong)


class TestRefusals:
    def test_a_model_that_is_not_there(self):
        with pytest.raises(InputError, match=r"no model\.skops"):
            assess(MALIGNANT, model="trained")
        with pytest.raises(SettingError, match="None, the evidence model"):
            assess(MALIGNANT, model=3)

    def test_what_is_not_measurements(self):
        with pytest.raises(SettingError, match="list"):
            assess([1, 2])

    def test_an_unknown_column(self):
        with pytest.raises(SettingError, match=r"adc\.mean_um2_per_ms"):
            assess({"adc.mean": 1.1})

    def test_an_unknown_fact(self):
        with pytest.raises(SettingError, match="nf1"):
            assess(MALIGNANT, patient={"NF1": True})


class TestQuestions:
    """The place picks the question."""

    @pytest.mark.parametrize("location", [None, *question.MALIGNANT.places])
    def test_a_peripheral_or_extradural_lesion_is_malignant_or_benign(self, location):
        a = assess(MALIGNANT, patient={"location": location})
        assert (a.question, a.of_class) == ("malignant", "MPNST")
        assert a.probability == assess(MALIGNANT).probability
        assert any("location was not given" in text for text in a.warnings) == (location is None)

    def test_an_intradural_one_is_schwannoma_or_meningioma(self):
        a = assess(MALIGNANT, patient={"location": "intradural"})
        assert (a.question, a.of_class, a.prior) == ("intradural", "schwannoma", question.INTRADURAL.prior)
        assert a.answers == "schwannoma rather than meningioma"

    @pytest.mark.parametrize("location", ["intramedullary", "intracranial"])
    def test_of_the_others_no_published_row_speaks(self, location):
        """No number at all; the rules, and what was measured, stand."""
        a = assess({**MALIGNANT, "case_id": "c"}, prior=0.2, patient={"location": location})
        assert (a.question, a.of_class, a.probability, a.interval, a.prior) == (None,) * 5
        assert (a.odds_factor, a.odds_factor_interval) == (None, None)
        assert a.abstained.startswith(f"no published row speaks of {location} lesions")
        assert (a.contributions, a.alone, dict(a.at_priors)) == ({}, {}, {})
        assert a.rules
        assert a.case_id == "c"
        assert str(a).startswith("no probability: no published row")

    def test_age_changes_no_number(self):
        plain = assess(MALIGNANT)
        old = assess(MALIGNANT, patient={"age": 70})
        assert (old.probability, old.interval, old.odds_factor) == (
            plain.probability,
            plain.interval,
            plain.odds_factor,
        )


@pytest.mark.parametrize("prior", [0.001, 0.316, 0.9])
def test_with_nothing_measured_the_answer_is_the_prior(prior):
    a = assess({}, prior=prior)
    assert (a.probability, a.interval) == (pytest.approx(prior), pytest.approx((prior, prior)))
    assert (a.odds_factor, a.odds_factor_interval) == (pytest.approx(1), pytest.approx((1, 1)))
    assert a.contributions == a.alone == {}


def test_mean_and_minimum_adc_answer_as_mean_alone():
    mean = {"adc.mean_um2_per_ms": 1.3, "size.longest_diameter_mm": 70.0}
    both = assess({**mean, "adc.min_um2_per_ms": 0.5, "adc.dark_um2_per_ms": 0.9})
    assert both.probability == assess(mean).probability
    assert set(both.contributions) == {"adc_mean", "longest_diameter"}


def test_the_wasa_cutoff_reaches_its_rule():
    columns = {"size.longest_diameter_mm": 60.0, "edema.present": True, "enhancement.peripheral": False}
    columns["cyst.present"] = False
    results = [
        next(r for r in assess(columns, settings=AssessSettings(wasa_size_cutoff_mm=cutoff)).rules if "Wasa" in r.name)
        for cutoff in (None, 50.0, 70.0)
    ]
    assert [r.result for r in results] == ["cannot be evaluated", "positive", "negative"]


def test_rules_see_the_readers_word():
    rule = next(
        r for r in assess(measured({"margin.ill_defined": False})).rules if r.name == "Chhabra2011_margin_ill_defined"
    )
    assert rule.result == "negative"
