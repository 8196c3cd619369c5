"""Outlines continued beyond their last slice: the function of a ball, and a flat end."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.end_extrapolation import MAX_END_SLICES, OUTSIDE, extrapolate_ends
from pnst.kernels.outline import SliceSampling, outlines

PIXEL = (0.5, 0.6)
SLICE = 3.0


def stacked_discs(radii: list[float]) -> np.ndarray:
    """One disc a slice, one above the other, with an empty border."""
    i, j = ((np.arange(n) - (n - 1) / 2) * step for n, step in zip((70, 60), PIXEL, strict=True))
    return np.stack([i[:, None] ** 2 + j**2 < radius**2 for radius in radii])


def middle_of(radii: list[float]) -> np.ndarray:
    """The extrapolated function along the axis of stacked discs, slice by slice."""
    stack = stacked_discs(radii)
    extended = extrapolate_ends(stack, list(outlines(stack, SliceSampling(PIXEL, (1.0, 1.0), (8, 8)))), SLICE)
    return extended[:, 34:36, 29:31].mean(axis=(1, 2))


def test_a_ball_goes_on_as_a_ball():
    """Closed form: on the axis the function is R² − z², in the slices and one beyond them, where it is below 0."""
    z = np.arange(-2, 3) * SLICE
    profile = middle_of(np.sqrt(8.0**2 - z**2).tolist())
    slices = profile[MAX_END_SLICES - 1 : -MAX_END_SLICES + 1]
    beyond = np.arange(-3, 4) * SLICE
    assert slices == pytest.approx(8.0**2 - beyond**2, abs=2.5)
    assert (profile[:MAX_END_SLICES] < 0).all()


def test_a_cylinder_ends_half_a_slice_beyond_its_last():
    """Closed form: a flat end lies half-way, so that the function changes sign with the same value on either side."""
    profile = middle_of([8.0] * 5)
    last, beyond = profile[MAX_END_SLICES], profile[MAX_END_SLICES - 1]
    assert last == pytest.approx(64, abs=2)
    assert -beyond == pytest.approx(last, rel=0.01)


def test_slices_that_no_end_reaches_stay_outside():
    stack = stacked_discs([8.0, 8.0, 8.0])
    extended = extrapolate_ends(stack, list(outlines(stack, SliceSampling(PIXEL, (1.0, 1.0), (8, 8)))), SLICE)
    assert len(extended) == 3 + 2 * MAX_END_SLICES
    assert (extended[0] == OUTSIDE).all()
    assert (extended[-1] == OUTSIDE).all()
