"""A dark line between two levels, blurred as voxels blur it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from pnst.kernels.dark_line import darkest_share

OFFSETS = np.arange(-4.0, 8.0, 0.25)


def profile(before, line, beyond, thickness, sigma, start=0.4):
    """A line of that thickness between two levels, blurred by a Gaussian."""
    first, second = ndtr((OFFSETS - start) / sigma), ndtr((OFFSETS - start - thickness) / sigma)
    return (before + (line - before) * first + (beyond - line) * second)[None]


@pytest.mark.parametrize(("before", "beyond"), [(330, 800), (800, 330), (500, 500)])
@pytest.mark.parametrize("sigma", [0.3, 0.6, 0.9])
def test_an_edge_without_a_line_is_never_darker_than_its_darker_side(before, beyond, sigma):
    """Invariant: a blurred step is monotone."""
    assert darkest_share(OFFSETS, profile(before, 0, beyond, 0.0, sigma), (-1.5, 4.5))[0] > 0.97


@pytest.mark.parametrize("sigma", [0.3, 0.5])
def test_a_line_of_a_millimetre_shows(sigma):
    assert darkest_share(OFFSETS, profile(330, 30, 800, 1.0, sigma), (-1.5, 4.5))[0] < 0.75


def test_a_wide_line_falls_to_its_own_level():
    """Closed form: 30 ÷ 330."""
    assert darkest_share(OFFSETS, profile(330, 30, 800, 4.0, 0.4), (-1.5, 4.5))[0] == pytest.approx(30 / 330, abs=0.01)


def test_dense_bone_is_all_line():
    assert darkest_share(OFFSETS, profile(330, 30, 30, 1.0, 0.4), (-1.5, 4.5))[0] == pytest.approx(30 / 330, abs=0.01)


def test_a_line_elsewhere_does_not_count():
    assert darkest_share(OFFSETS, profile(330, 30, 330, 1.5, 0.3, start=5.5), (-1.5, 3.0))[0] > 0.97
