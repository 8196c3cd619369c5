"""When an assessment abstains and what it warns of, each said yes and said no."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from classification.random_lesions import model_of
from pnst.classification.assess import assess
from pnst.classification.evidence_model.applicability import LOCATION_UNKNOWN, NO_FAT_IN_MUSCLE
from pnst.classification.settings import AssessSettings
from pnst.errors import SettingError

ADC = {"adc.mean_um2_per_ms": 1.6}
LIMB = {"location": "limb"}


def far_end(predictor: str, sign: int) -> float:
    """The value 3 pooled log-SD beyond both class medians, in the sources' unit."""
    malignant, benign, sd = model_of(2048).parameters.predictors[predictor].pooled
    outer = max(malignant, benign) if sign > 0 else min(malignant, benign)
    return float(np.exp(outer + sign * 3 * sd))


class TestAbstention:
    @pytest.mark.parametrize("columns", [{}, {"size.longest_diameter_mm": 60.0}, {"size.volume_ml": 30.0}])
    def test_nothing_but_size(self, columns):
        assert assess(columns).abstained == "nothing but the size was measured"

    def test_anything_else_is_enough(self):
        assert assess({"reader.invasion": False}).abstained is None

    @pytest.mark.parametrize("sign", [1, -1])
    def test_a_size_far_from_both_classes(self, sign):
        end = far_end("longest_diameter", sign) * 10
        other = {"reader.invasion": False}
        assert assess({**other, "size.longest_diameter_mm": end * (1 - 0.001 * sign)}).abstained is None
        beyond = assess({**other, "size.longest_diameter_mm": end * (1 + 0.001 * sign)})
        assert "more than 3 log-SD" in beyond.abstained
        assert 0 < beyond.probability < 1  # the numbers are there either way

    @pytest.mark.parametrize("value", [0.19, 3.6, 0.0016, 16.0])
    def test_an_implausible_mean_adc_is_no_evidence_and_asks_for_its_unit(self, value):
        other = {"edema.max_extent_mm": 30.0}
        a = assess({**other, "adc.mean_um2_per_ms": value})
        assert "check its unit" in a.abstained
        assert a.probability == assess(other).probability
        assert "adc_mean" not in a.contributions

    @pytest.mark.parametrize("name", ["min", "dark"])
    @pytest.mark.parametrize("value", [0.19, 3.6])
    def test_an_implausible_minimum_or_dark_adc_is_left_out_with_a_warning(self, name, value):
        """Never the lesion."""
        other = {"edema.max_extent_mm": 30.0}
        a = assess({**other, f"adc.{name}_um2_per_ms": value})
        assert a.abstained is None
        assert a.probability == assess(other).probability
        assert any(f"adc.{name}_um2_per_ms = {value:.4g} lies outside 0.2 to 3.5" in text for text in a.warnings)
        assert not any("outside 0.2" in text for text in assess({**other, f"adc.{name}_um2_per_ms": 1.0}).warnings)

    def test_an_impossible_adc_is_refused(self):
        with pytest.raises(SettingError, match="its unit"):
            assess({"adc.mean_um2_per_ms": 1600.0})

    def test_the_interval_contains_the_decision(self):
        a = assess(ADC)
        low, high = a.interval
        assert a.abstained is None
        for decision, abstains in ((low, True), ((low + high) / 2, True), (low * 0.99, False), (high * 1.01, False)):
            told = assess(ADC, settings=AssessSettings(decision_probability=min(decision, 0.999)))
            assert (told.abstained is not None) == abstains

    def test_every_reason_is_given(self):
        settings = AssessSettings(decision_probability=0.5)
        text = assess({"size.longest_diameter_mm": 600.0}, settings=settings).abstained
        assert text.count(";") >= 1
        assert text.startswith("nothing but the size")

    def test_row_by_row(self):
        table = pd.DataFrame({"size.longest_diameter_mm": [60.0, 60.0], "reader.invasion": [None, True]})
        assert assess(table)["abstained"].notna().tolist() == [True, False]


class TestWarnings:
    def test_the_whole_lesion_is_not_its_solid_part(self):
        assert any("whole lesion" in w for w in assess({**ADC, "adc.region": "whole lesion"}).warnings)
        assert not any("whole lesion" in w for w in assess({**ADC, "adc.region": "solid enhancing part"}).warnings)
        assert not any("whole lesion" in w for w in assess(ADC).warnings)

    def test_a_readers_adc_has_no_region(self):
        columns = {**ADC, "adc.region": "whole lesion", "override.adc.mean_um2_per_ms": 1.2}
        assert not any("whole lesion" in w for w in assess(columns).warnings)

    def test_every_source_that_does_not_match_is_named(self):
        (text,) = (w for w in assess(ADC, patient={"nf1": False}).warnings if "outside" in w)
        assert "Well2019, Koike" in text
        assert not any("NF1" in w for w in assess(ADC, patient={"nf1": True}).warnings)

    def test_only_sources_of_what_was_measured_are_named(self):
        assert assess({"reader.nerve_not_contiguous": True}, patient={"nf1": False, **LIMB}).warnings == ()

    def test_an_unknown_nf1_is_said_where_every_source_is_of_nf1(self):
        columns = {"t1_high.present": True}  # Matsumine2009 alone
        assert any("NF1 status not given" in w for w in assess(columns).warnings)
        assert not any("was not given" in w for w in assess(columns, patient={"nf1": True, **LIMB}).warnings)
        assert assess({"edema.max_extent_mm": 30.0}, patient=LIMB).warnings == ()

    def test_an_unknown_place_is_said(self):
        columns = {"edema.max_extent_mm": 30.0}
        assert assess(columns).warnings == (LOCATION_UNKNOWN,)
        assert assess(columns, patient=LIMB).warnings == ()

    def test_a_row_of_another_place(self):
        """The contour's one row is of spinal dumbbell tumours."""
        columns = {"margin.deep_lobulations_count": 3}
        assert any("Matsumoto2015" in w for w in assess(columns, patient=LIMB).warnings)
        assert assess(columns, patient={"location": "paraspinal"}).warnings == ()

    def test_an_age_only_warns(self):
        columns = {"target.present": True}
        old, young = (assess(columns, patient={"age": age, **LIMB}) for age in (60, 15))
        assert any("Bhargava1997" in w for w in old.warnings)
        assert not any("Bhargava1997" in w for w in young.warnings)
        assert old.probability == young.probability

    def test_a_censored_oedema(self):
        columns = {"edema.max_extent_mm": 10.0, "edema.censored": True}
        assert any("least value" in w for w in assess(columns, patient=LIMB).warnings)
        assert assess({**columns, "edema.censored": False}, patient=LIMB).warnings == ()
        assert assess({**columns, "override.edema.present": False}, patient=LIMB).warnings == ()

    @pytest.mark.parametrize(
        ("compartment", "coverage", "warned"),
        [("intramuscular", 0.1, True), ("intermuscular", 0.1, False), ("intramuscular", 0.9, False)],
    )
    def test_no_fat_inside_a_muscle_counts_all_the_same_and_is_named(self, compartment, coverage, warned):
        columns = {"split_fat.coverage_fraction": coverage, "split_fat.compartment": compartment}
        a = assess(columns, patient=LIMB)
        assert a.probability == assess({"split_fat.coverage_fraction": coverage}).probability
        assert (NO_FAT_IN_MUSCLE in a.warnings) == warned
        assert (a.contributions["split_fat_absent"] > 0) == (coverage < 0.5)
