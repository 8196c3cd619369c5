"""Witnesses: the definition of fractional anisotropy, the trace of a tensor, invariants of directions."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.phantom.gradients import along, directions


@pytest.mark.parametrize("anisotropy", [0.0, 0.25, 0.8])
def test_the_tensor_has_the_anisotropy_and_the_mean_asked_for(anisotropy: float) -> None:
    values = along(1.46, anisotropy, np.array([1.0, 0.0, 0.0]))
    apart = values - values.mean()
    assert values.mean() == pytest.approx(1.46, rel=1e-12)
    fractional_anisotropy = np.sqrt(1.5 * (apart**2).sum() / (values**2).sum())
    assert fractional_anisotropy == pytest.approx(anisotropy, abs=1e-12)
    assert values[0] >= values[1]


@pytest.mark.parametrize("count", [1, 3, 6, 30])
def test_directions_are_unit_vectors_and_no_two_measure_alike(count: int) -> None:
    vectors = directions(count)
    assert vectors.shape == (count, 3)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-12)
    assert (np.abs(vectors @ vectors.T) - np.eye(count)).max() < np.cos(np.radians(12))


def test_the_mean_over_many_directions_is_the_trace() -> None:
    for count, error in ((3, 1e-12), (60, 0.02)):
        coefficients = along(1.5, 0.5, directions(count) @ np.array([0.0, 0.6, 0.8]))
        assert coefficients.mean() == pytest.approx(1.5, rel=error)
