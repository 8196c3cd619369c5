"""Witnesses: numerical derivatives, conservation of signal, the known field."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.errors import SettingError
from pnst.phantom.distortion import Distortion

AXIS = np.array([0.3, -0.9, 0.2]) / np.linalg.norm([0.3, -0.9, 0.2])
FIELD = Distortion(AXIS, np.array([12.0, -30.0, 44.0]), mm_per_hz=0.09, peak_hz=60.0, wavelength_mm=130.0)


def points(count: int = 400) -> np.ndarray:
    return np.random.default_rng(1).uniform(-150, 150, size=(count, 3))


def test_the_shift_is_the_field_over_the_bandwidth_and_at_most_its_peak() -> None:
    hertz = FIELD.hertz(points(20_000))
    assert 0.9 * 60 < np.abs(hertz).max() <= 60
    np.testing.assert_allclose(FIELD.shift_mm(points(20_000)), 0.09 * hertz, rtol=1e-12)
    assert FIELD.hertz(FIELD.centre) == pytest.approx(0.6 * 60, rel=1e-12)


def test_what_is_seen_comes_from_the_shift_back_along_the_phase_encoding() -> None:
    seen = points()
    np.testing.assert_allclose(seen - FIELD.undo(seen), FIELD.shift_mm(seen)[:, None] * AXIS, atol=1e-12)


def test_the_jacobian_is_the_derivative_of_the_map() -> None:
    seen, step = points(), 1e-4
    ahead, behind = FIELD.undo(seen + step * AXIS), FIELD.undo(seen - step * AXIS)
    np.testing.assert_allclose(FIELD.jacobian(seen), (ahead - behind) @ AXIS / (2 * step), atol=1e-7)
    assert np.abs(FIELD.jacobian(seen) - 1).max() > 0.1
    assert FIELD.jacobian(seen).max() <= FIELD.stretch


def test_signal_along_a_line_is_kept() -> None:
    """∫ρ(y − d(y)) J(y) dy = ∫ρ(x) dx for a lump of tissue well inside the line."""
    y = np.linspace(-90, 90, 20_001)
    line = FIELD.centre + y[:, None] * AXIS
    source = (FIELD.undo(line) - FIELD.centre) @ AXIS
    lump = np.exp(-0.5 * ((source - 5) / 9) ** 2)
    exact = 9 * np.sqrt(2 * np.pi)
    assert np.trapezoid(lump * FIELD.jacobian(line), y) == pytest.approx(exact, rel=1e-6)
    assert np.trapezoid(lump, y) != pytest.approx(exact, rel=0.02)


def test_a_field_that_folds_the_image_is_refused() -> None:
    with pytest.raises(SettingError, match="off_resonance_hz"):
        replace(FIELD, peak_hz=400.0)
