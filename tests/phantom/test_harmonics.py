"""Witness: closed forms and orthonormality of the real spherical harmonics, by Gauss–Legendre quadrature."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from scipy.special import lpmv

from pnst.phantom.harmonics import Term, evaluate, random_terms
from pnst.phantom.sphere import fibonacci


def sphere(rows: int = 24) -> tuple[np.ndarray, np.ndarray]:
    cosines, weights = np.polynomial.legendre.leggauss(rows)
    phi = (np.arange(2 * rows) + 0.5) * np.pi / rows
    c, p = (a.ravel() for a in np.meshgrid(cosines, phi, indexing="ij"))
    s = np.sqrt(1 - c**2)
    return np.stack([s * np.cos(p), s * np.sin(p), c], axis=-1), np.repeat(weights, 2 * rows) / (4 * rows)


def harmonic(degree: int, order: int, directions: np.ndarray) -> np.ndarray:
    return evaluate((Term(degree, order, 1.0),), directions)


def test_first_degree_is_the_coordinates_times_root_three() -> None:
    u = fibonacci(50)
    for order, axis in ((1, 0), (-1, 1), (0, 2)):
        np.testing.assert_allclose(np.abs(harmonic(1, order, u)), np.sqrt(3) * np.abs(u[:, axis]), atol=1e-12)


@pytest.mark.parametrize(("degree", "order"), [(0, 0), (1, -1), (4, 0), (5, 3), (8, -8), (17, 2), (30, -29), (30, 30)])
def test_harmonics_are_those_of_scipy(degree: int, order: int) -> None:
    """Against another tool's associated Legendre functions, at the poles too."""
    u = np.vstack([fibonacci(200), [[0, 0, 1.0], [0, 0, -1.0], [1.0, 0, 0]]])
    m = abs(order)
    scale = (2 * degree + 1) * (1 if m == 0 else 2) * factorial(degree - m) / factorial(degree + m)
    phi = np.arctan2(u[:, 1], u[:, 0])
    wave = np.cos(m * phi) if order >= 0 else np.sin(m * phi)
    np.testing.assert_allclose(harmonic(degree, order, u), np.sqrt(scale) * lpmv(m, degree, u[:, 2]) * wave, atol=1e-11)


def test_harmonics_are_orthonormal_in_the_mean_over_the_sphere() -> None:
    u, share = sphere()
    names = [(degree, order) for degree in range(6) for order in range(-degree, degree + 1)]
    table = np.array([harmonic(*name, u) for name in names])
    np.testing.assert_allclose((table * share) @ table.T, np.eye(len(names)), atol=1e-12)


def test_random_terms_have_the_root_mean_square_asked_for() -> None:
    u, share = sphere()
    values = evaluate(random_terms(range(3, 8), 0.07, np.random.default_rng(3)), u)
    assert np.sqrt(share @ values**2) == pytest.approx(0.07, rel=1e-12)
    assert share @ values == pytest.approx(0, abs=1e-14)


def test_terms_add_up() -> None:
    u = fibonacci(20)
    both = evaluate((Term(3, 1, 0.2), Term(4, -2, -0.1)), u)
    np.testing.assert_allclose(both, 0.2 * harmonic(3, 1, u) - 0.1 * harmonic(4, -2, u), atol=1e-14)
