"""Rules that are one cutoff: below, at and above it, noise, protocol, region and population."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.evidence.cutoff_rules import COLUMN_OF, threshold
from pnst.evidence.population import Patient
from pnst.evidence.published import cutoffs
from pnst.evidence.rules import rules

CUTOFFS = [row for row in cutoffs() if (row.predictor, row.statistic) in COLUMN_OF]


@pytest.mark.parametrize("row", CUTOFFS, ids=lambda row: f"{row.study}_{row.name}")
class TestCutoffs:
    def results(self, row, **others) -> list[str]:
        rule = rules()[f"{row.study}_{row.name}"]
        cutoff = threshold(row)
        values = np.nextafter(cutoff, -np.inf), cutoff, np.nextafter(cutoff, np.inf)
        return [rule({rule.inputs[0]: float(value), **others}).result for value in values]

    def test_below_at_and_above(self, row):
        expected = {
            "<": ["positive", "negative", "negative"],
            "<=": ["positive", "positive", "negative"],
            ">": ["negative", "negative", "positive"],
        }
        assert self.results(row) == expected[row.operator]

    def test_without_its_value(self, row):
        rule = rules()[f"{row.study}_{row.name}"]
        result = rule({})
        assert result.result == "cannot be evaluated"
        assert result.reason.startswith("needs ")
        assert result.reason.endswith(f"({rule.inputs[0]})")

    def test_names_its_population(self, row):
        assert rules()[f"{row.study}_{row.name}"]({}).population == row.population


class TestNoiseBias:
    """A minimum falls by noise alone; a cutoff within that fall decides nothing."""

    LESION = {  # noqa: RUF012
        "adc.mean_um2_per_ms": 1.6,
        "adc.min_uniform_um2_per_ms": 1.4,
        "adc.dark_uniform_um2_per_ms": 1.5,
    }

    @pytest.mark.parametrize(
        ("value", "expected"), [(0.79, "positive"), (0.81, "indeterminate"), (1.0, "indeterminate"), (1.01, "negative")]
    )
    def test_minimum(self, value, expected):
        """Bias 1.6 − 1.4 = 0.2: the true minimum lies in value … value + 0.2, Ahlawat's cutoff is ≤ 1.0."""
        assert rules()["Ahlawat2019_adc_min"]({**self.LESION, "adc.min_um2_per_ms": value}).result == expected

    @pytest.mark.parametrize(("value", "expected"), [(1.49, "positive"), (1.51, "indeterminate"), (1.6, "negative")])
    def test_dark(self, value, expected):
        assert rules()["Ristow2024_adc_dark"]({**self.LESION, "adc.dark_um2_per_ms": value}).result == expected

    @pytest.mark.parametrize(("value", "expected"), [(1.14, "positive"), (1.16, "indeterminate"), (1.3, "negative")])
    def test_dark_diffusion_without_perfusion(self, value, expected):
        """Bias 1.5 − 1.35 = 0.15, the cutoff is < 1.30; what is known of ADC's own noise says nothing of it."""
        lesion = {**self.LESION, "ivim.d_um2_per_ms": 1.5, "ivim.d_dark_uniform_um2_per_ms": 1.35}
        assert rules()["Well2019_ivim_d_dark"]({**lesion, "ivim.d_dark_um2_per_ms": value}).result == expected

    def test_what_left_it_undecided_is_said_and_cited(self):
        result = rules()["Ahlawat2019_adc_min"]({**self.LESION, "adc.min_um2_per_ms": 0.9})
        assert result.reason == (
            "undecided: minimum ADC is 0.9 ·10⁻³ mm²/s, not above 1, but noise alone lowers it, and without that it "
            "may be as high as 1.1 ·10⁻³ mm²/s; the rule decides nothing"
        )
        assert dict(result.inputs) == {
            "adc.min_um2_per_ms": 0.9,
            "adc.min_uniform_um2_per_ms": 1.4,
            "adc.mean_um2_per_ms": 1.6,
        }

    def test_a_uniform_value_above_the_mean_is_no_bias(self):
        lesion = {**self.LESION, "adc.min_uniform_um2_per_ms": 1.7, "adc.min_um2_per_ms": 1.001}
        assert rules()["Ahlawat2019_adc_min"](lesion).result == "negative"

    def test_the_mean_has_no_such_bias(self):
        lesion = {**self.LESION, "adc.mean_um2_per_ms": 1.84}
        assert rules()["Koike_adc_mean"](lesion).result == "positive"


@pytest.mark.parametrize(("extent", "expected"), [(10.0, "indeterminate"), (19.0, "positive")])
def test_a_censored_oedema_under_the_cutoff_is_indeterminate(extent, expected):
    rule = rules()["EJR2015_edema_extent_max"]
    assert rule({"edema.max_extent_mm": extent, "edema.censored": True}).result == expected
    assert rule({"edema.max_extent_mm": 10.0, "edema.censored": False}).result == "negative"


class TestProtocol:
    def warnings(self, name, **columns):
        lesion = {"adc.mean_um2_per_ms": 1.5, "adc.min_um2_per_ms": 0.9}
        return rules()[name]({**lesion, **{f"adc.{key}": value for key, value in columns.items()}}).warnings

    def test_the_matching_b_values_are_said_nothing_of(self):
        assert self.warnings("Ahlawat2019_adc_min", b_values=(50.0, 400.0, 800.0)) == ()

    def test_other_b_values_are(self):
        (text,) = self.warnings("Ahlawat2019_adc_min", b_values=(50.0, 400.0, 600.0))
        assert "b 50–600 here, b 50–800 in Ahlawat2019" in text

    def test_unknown_b_values_are(self):
        assert "the b-values are not known" in self.warnings("Ahlawat2019_adc_min")[0]
        assert "not known to us" in self.warnings("Koike_adc_mean", b_values=(0.0, 800.0))[0]

    def test_the_fit_over_all_b_values_is_taken_where_the_source_starts_at_0(self):
        lesion = {"adc.mean_um2_per_ms": 1.55, "adc.mean_all_b_um2_per_ms": 1.65, "adc.b_values": (50.0, 400.0, 800.0)}
        well = rules()["Well2019_adc_mean"](lesion)
        assert (well.result, well.warnings) == ("negative", ())
        koike = rules()["Koike_adc_mean"](lesion)
        assert (dict(well.inputs), dict(koike.inputs)) == (
            {"adc.mean_all_b_um2_per_ms": 1.65},
            {"adc.mean_um2_per_ms": 1.55},
        )
        assert koike.reason.startswith("holds: mean ADC is 1.55 ·10⁻³ mm²/s, below 1.85, which speaks for malignancy")

    def test_a_fit_over_all_that_had_no_lower_b_value_did_not_start_at_0(self):
        lesion = {"adc.mean_um2_per_ms": 1.55, "adc.mean_all_b_um2_per_ms": 1.55, "adc.b_values": (50.0, 400.0, 800.0)}
        assert "b 50–800 here, b 0–800 in Well2019" in rules()["Well2019_adc_mean"](lesion).warnings[0]

    def test_without_it_the_difference_is_said(self):
        (text,) = self.warnings("Well2019_adc_mean", b_values=(50.0, 800.0))
        assert "b 50–800 here, b 0–800 in Well2019" in text
        assert self.warnings("Well2019_adc_mean", b_values=(0.0, 800.0)) == ()

    def test_the_whole_lesion_is_not_its_solid_part(self):
        warned = [
            any("whole lesion" in w for w in self.warnings("Koike_adc_mean", region=r)) for r in ("whole lesion", "x")
        ]
        assert warned == [True, False]

    def test_the_fits_without_perfusion_have_b_values_and_a_region_of_their_own(self):
        lesion = {"ivim.d_um2_per_ms": 1.2, "adc.b_values": (50.0, 400.0, 800.0), "ivim.b_values": (0.0, 200.0, 800.0)}
        rule = rules()["Well2019_ivim_d_mean"]
        assert rule(lesion).warnings == ()
        (text,) = rule({**lesion, "ivim.b_values": (0.0, 200.0, 600.0)}).warnings
        assert "b 0–600 here" in text
        (text,) = rule({**lesion, "ivim.region": "whole lesion"}).warnings
        assert "whole lesion" in text
        assert rule({**lesion, "adc.region": "whole lesion"}).warnings == ()


class TestPopulation:
    def test_an_nf1_cutoff_on_a_sporadic_lesion_is_warned_of(self):
        lesion = {"adc.mean_um2_per_ms": 1.5}
        outside = rules()["Koike_adc_mean"](lesion, Patient(nf1=False)).warnings
        assert any("outside the rule's population: all its patients have NF1" in text for text in outside)
        assert not any("outside" in text for text in rules()["Koike_adc_mean"](lesion, Patient(nf1=True)).warnings)

    @pytest.mark.parametrize(("diameter", "outside"), [(43.0, True), (50.0, True), (51.0, False), (None, False)])
    def test_a_rule_of_large_lesions_on_a_small_one_is_warned_of(self, diameter, outside):
        lesion = {"edema.max_extent_mm": 20.0, "size.longest_diameter_mm": diameter}
        warnings = rules()["EJR2015_edema_extent_max"](lesion).warnings
        assert any("over 50 mm" in text for text in warnings) == outside

    def test_a_spinal_rule_on_a_limb_is_warned_of(self):
        rule = rules()["Matsumoto2015_osteolysis"]
        assert "paraspinal" in rule({"reader.osteolysis": True}, Patient(location="limb")).warnings[0]
        assert rule({"reader.osteolysis": True}, Patient(location="paraspinal")).warnings == ()
