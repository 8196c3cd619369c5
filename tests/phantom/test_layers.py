"""Layers painted over each other: shares of a cell in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from pnst.phantom.layers import Layer, blend, clearance
from pnst.phantom.tissue import Tissue

X = np.linspace(-3.0, 3.0, 25)


def test_a_sharp_border_fills_a_cell_by_its_distance() -> None:
    """A flat border a quarter of a cell inside leaves three quarters covered."""
    assert Layer(Tissue.FAT, np.array([-2.0, -0.5, 0.0, 0.5, 2.0])).coverage(2.0) == pytest.approx(
        [1, 0.75, 0.5, 0.25, 0]
    )


def test_a_blurred_border_is_an_error_function() -> None:
    coverage = Layer(Tissue.TUMOUR, X, np.full(len(X), 1.2)).coverage(1e-3)
    assert coverage == pytest.approx((1 - erf(X / (1.2 * np.sqrt(2)))) / 2, abs=1e-6)


def test_what_is_painted_later_hides_what_lies_under_it_and_air_shines_through() -> None:
    """A half of muscle, and over it a half of fat that is a fifth stroma."""
    half = np.zeros(1)
    mixture = blend([Layer(Tissue.MUSCLE, half), Layer(Tissue.FAT, half, stroma=np.full(1, 0.2))], 1.0)[0]
    shares = {Tissue.FAT: 0.4, Tissue.STROMA: 0.1, Tissue.MUSCLE: 0.25, Tissue.AIR: 0.25}
    assert mixture == pytest.approx([shares.get(tissue, 0.0) for tissue in Tissue])


def test_nothing_changes_nearer_than_the_nearest_border_less_its_blur() -> None:
    sharp, blurred = Layer(Tissue.MUSCLE, X), Layer(Tissue.TUMOUR, X - 2, np.full(len(X), 0.25))
    assert clearance([sharp, blurred]) == pytest.approx(np.minimum(np.abs(X), np.abs(X - 2) - 1))
