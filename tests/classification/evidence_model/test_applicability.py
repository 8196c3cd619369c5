"""When an assessment abstains and what it warns of, each said yes and said no."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pnst.classification.assess import assess
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.settings import AssessSettings
from pnst.errors import SettingError

ADC = {"adc.mean_um2_per_ms": 1.6}


def far_end(predictor: str, sign: int) -> float:
    """The value 3 pooled log-SD beyond both class medians, in the sources' unit."""
    malignant, benign, sd = evidence_model(400, 1).likelihood.parameters[predictor].pooled
    outer = max(malignant, benign) if sign > 0 else min(malignant, benign)
    return float(np.exp(outer + sign * 3 * sd))


class TestAbstention:
    @pytest.mark.parametrize("columns", [{}, {"size.longest_diameter_mm": 60.0}, {"size.volume_ml": 30.0}])
    def test_nothing_but_size(self, columns):
        assert assess(columns).abstained == "nothing but the size was measured"

    def test_anything_else_is_enough(self):
        assert assess({"reader.invasion": False}).abstained is None

    @pytest.mark.parametrize(
        ("column", "predictor", "factor"),
        [
            ("adc.mean_um2_per_ms", "adc_mean", 1.0),
            ("adc.dark_um2_per_ms", "adc_dark", 1.0),
            ("adc.min_um2_per_ms", "adc_min", 1.0),
            ("size.longest_diameter_mm", "longest_diameter", 10.0),
        ],
    )
    @pytest.mark.parametrize("sign", [1, -1])
    def test_far_from_both_classes(self, column, predictor, factor, sign):
        end = far_end(predictor, sign) * factor
        other = {"reader.invasion": False}
        assert assess({**other, column: end * (1 - 0.001 * sign)}).abstained is None
        beyond = assess({**other, column: end * (1 + 0.001 * sign)})
        assert "more than 3 log-SD" in beyond.abstained
        assert 0 < beyond.probability < 1  # the numbers are there either way

    def test_a_wrong_unit_is_caught(self):
        assert "check its unit" in assess({"adc.mean_um2_per_ms": 16.0}).abstained
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
        assert assess({"reader.nerve_not_contiguous": True}, patient={"nf1": False}).warnings == ()

    def test_an_unknown_nf1_is_said_where_every_source_is_of_nf1(self):
        assert any("whether this one has was not given" in w for w in assess(ADC).warnings)
        assert assess({"edema.max_extent_mm": 30.0}).warnings == ()

    def test_the_spine(self):
        columns = {"edema.max_extent_mm": 30.0}
        assert any("intradural" in w for w in assess(columns, patient={"location": "spine"}).warnings)
        assert assess(columns, patient={"location": "limb"}).warnings == ()

    def test_a_censored_oedema(self):
        columns = {"edema.max_extent_mm": 10.0, "edema.censored": True}
        assert any("least value" in w for w in assess(columns).warnings)
        assert assess({**columns, "edema.censored": False}).warnings == ()
        assert assess({**columns, "override.edema.present": False}).warnings == ()
