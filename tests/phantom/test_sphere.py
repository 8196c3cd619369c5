"""Directions over the sphere: moments of a uniform distribution, polynomials that the quadrature integrates exactly."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.phantom.sphere import fibonacci, quadrature, unit_vectors


def test_directions_of_the_spiral_are_spread_evenly() -> None:
    """A uniform distribution has mean 0 and covariance 1/3."""
    directions = fibonacci(2000)
    assert np.linalg.norm(directions, axis=1) == pytest.approx(1)
    assert directions.mean(axis=0) == pytest.approx(0, abs=1e-3)
    np.testing.assert_allclose(directions.T @ directions / 2000, np.eye(3) / 3, atol=1e-3)


@pytest.mark.parametrize(
    ("powers", "mean"), [((0, 0, 0), 1), ((2, 0, 0), 1 / 3), ((0, 0, 4), 1 / 5), ((2, 2, 2), 1 / 105)]
)
def test_the_quadrature_is_exact_for_polynomials(powers: tuple[int, int, int], mean: float) -> None:
    """Closed form: the mean of x^2a y^2b z^2c over the sphere; odd powers vanish."""
    theta, phi, solid_angles = quadrature(6)
    directions = unit_vectors(theta, phi)
    assert (solid_angles * np.prod(directions**powers, axis=-1)).sum() == pytest.approx(4 * np.pi * mean, rel=1e-12)
    assert (solid_angles * directions[..., 0] ** 3).sum() == pytest.approx(0, abs=1e-12)
