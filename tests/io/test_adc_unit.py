"""Witness: arithmetic of the units (1 µm²/ms = 1e-3 mm²/s = 1000 µm²/s) and hand-written maps."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import AmbiguityError
from pnst.io.adc_unit import is_unit, scale_of, to_um2_per_ms

MAP = np.linspace(0.6, 2.6, 60, dtype=np.float32).reshape(3, 4, 5)


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("um2_per_ms", 1.0),
        ("µm²/ms", 1.0),  # the two mu of Unicode
        ("μm^2/ms", 1.0),
        ("x10^-3 mm^2/s", 1.0),
        ("1e-3 mm2/s", 1.0),
        ("um2/s", 1e-3),
        ("10^-6 mm^2/s", 1e-3),
        ("1E-06 mm²/sec", 1e-3),
        ("10⁻⁶ mm²/s", 1e-3),
        ("10*-6.mm2/s", 1e-3),  # UCUM
        ("10*-3.mm2/s", 1.0),
        ("10*-6 mm2/s", 1e-3),
        ("10*6.mm", None),
        ("mm2/s", 1e3),
        ("mm²·s⁻¹", 1e3),
        ("Created with a tool", None),
        ("s/mm2", None),
        ("mm2", None),
        ("", None),
    ],
)
def test_written_units(text, scale):
    assert scale_of(text) == (pytest.approx(scale) if scale else None)


@pytest.mark.parametrize(
    ("factor", "unit"), [(1.0, "um2_per_ms"), (1000.0, "1e-6 mm²/s"), (1e-3, "mm²/s")], ids=["um2/ms", "um2/s", "mm2/s"]
)
def test_without_a_unit_the_order_of_magnitude_decides_and_is_said(factor, unit):
    values, note = to_um2_per_ms(MAP * np.float32(factor), None)
    assert values == pytest.approx(MAP, rel=1e-6)
    assert f"inferred {unit} from the median" in note


def test_the_written_unit_is_taken_where_the_magnitude_would_say_another():
    """A map of dense tissue in mm²/s · 1e-3 whose median 0.15 lies below the inferred range."""
    values, note = to_um2_per_ms(MAP / 10, "10^-3 mm^2/s")
    assert values == pytest.approx(MAP / 10)
    assert note == "ADC unit as written: um2_per_ms"


@pytest.mark.parametrize("factor", [0.01, 20.0, 1e6])
def test_between_the_ranges_it_is_refused(factor):
    with pytest.raises(AmbiguityError, match="unit of the ADC map"):
        to_um2_per_ms(MAP * np.float32(factor), None)


def test_an_empty_map_and_a_contradicted_unit_are_refused():
    with pytest.raises(AmbiguityError):
        to_um2_per_ms(np.zeros((3, 4, 5), np.float32), None)
    with pytest.raises(AmbiguityError, match="is written, but"):
        to_um2_per_ms(MAP * 1000, "mm2/s")


@pytest.mark.parametrize("unit", ["cm2/s", "arbitrary", "10^-5 cm²/s", "arbitrary units", "s/mm2"])
def test_a_written_unit_that_is_none_of_diffusivity_is_refused_and_named(unit):
    with pytest.raises(AmbiguityError, match="which is none of diffusivity") as refusal:
        to_um2_per_ms(MAP, unit)
    assert f"the unit {unit!r} is written" in refusal.value.got


@pytest.mark.parametrize("unit", ["Doe", "John mm2/s", "19620317", "ADC of Doe", "mm2/s 1962"])
def test_free_text_in_the_place_of_a_unit_is_refused_and_never_repeated(unit):
    with pytest.raises(AmbiguityError) as refusal:
        to_um2_per_ms(MAP, unit)
    assert refusal.value.got == "a unit is written, which is none of diffusivity that is known"


@pytest.mark.parametrize("unit", [None, "", "US", "1", "normalized", "no units", "n/a"])
def test_words_that_say_nothing_of_a_unit_are_none(unit):
    assert not is_unit(unit)
    assert "not written" in to_um2_per_ms(MAP, unit)[1]


def test_background_and_nan_do_not_decide():
    values = np.concatenate([MAP.ravel() * 1000, np.zeros(500), np.full(50, np.nan), np.full(200, -3.0)])
    scaled, _ = to_um2_per_ms(values.astype(np.float32), None)
    assert scaled[:60] == pytest.approx(MAP.ravel())
