"""How values are written. Witness: the convention stated in `numbers`, worked by hand."""

from __future__ import annotations

import math

import pytest

from pnst.reporting.numbers import log_odds, percent, quantity, sentence, signed, significant


@pytest.mark.parametrize(
    ("column", "value", "text", "unit"),
    [
        ("longest_diameter_mm", 134.26, "134.3", "mm"),
        ("surface_area_mm2", 28123.4, "28123", "mm²"),
        ("volume_ml", 365.24, "365.2", "ml"),
        ("volume_ml", 0.456, "0.46", "ml"),
        ("volume_ml", 0.0, "0.0", "ml"),
        ("ill_defined_fraction", 0.317, "32", "%"),
        ("ill_defined_fraction", 0.034, "3.4", "%"),
        ("mean_um2_per_ms", 1.437, "1.44", "10⁻³ mm²/s"),
        ("deep_lobulations_count", 2, "2", ""),
        ("irregularity", 0.05123, "0.051", ""),
        ("index", 1.1974, "1.20", ""),
        ("present", True, "yes", ""),
        ("present", False, "no", ""),
        ("present", None, "not applicable", ""),
        ("compartment", "unclear", "unclear", ""),
        ("volume_ml_interval", (10.25, 11.5), "10.2 – 11.5", "ml"),
        ("b_values", (0.0, 400.0, 800.0), "0, 400, 800", "s/mm²"),
    ],
)
def test_a_column_is_written_with_the_unit_in_its_name(column, value, text, unit):
    shown = quantity(column, value)
    assert (shown.text, shown.unit) == (text, unit)


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.5, "50"),
        (0.316, "32"),
        (0.011, "1"),
        (0.006, "0.6"),
        (0.0004, "0.04"),
        (0.987, "99"),
        (0.9953, "99.5"),
        (0.99998, ">\u202f99.99"),
        (0.0, "<\u202f0.01"),
    ],
)
def test_a_probability_is_never_rounded_to_certainty(p, text):
    assert percent(p) == text


@pytest.mark.parametrize(("x", "text"), [(0.456, "+0.46"), (-0.3, "−0.30"), (0.001, "0.00"), (-0.001, "0.00")])
def test_contributions_carry_their_sign(x, text):
    assert signed(x) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-9, "<\u202f0.001"),
        (0.00123, "0.0012"),
        (0.0456, "0.046"),
        (0.0996, "0.10"),
        (0.996, "1.0"),
        (9.96, "10"),
        (12345.0, "12000"),
        (1e9, ">\u202f99999"),
    ],
)
def test_a_factor_has_two_digits_and_no_power_of_ten(value, text):
    assert significant(value) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("too small", "Too small."), ("adc.mean is none", "adc.mean is none."), ("Is it?", "Is it?"), ("", ".")],
)
def test_a_text_becomes_a_sentence_and_the_code_keeps_its_letters(text, shown):
    assert sentence(text) == shown


def test_log_odds_invert_the_logistic_function():
    assert log_odds(1 / (1 + math.exp(-1.7))) == pytest.approx(1.7)
    assert log_odds(0.0) == -math.inf
    assert log_odds(1.0) == math.inf
