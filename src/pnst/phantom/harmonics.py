"""Real spherical harmonics of unit root-mean-square, and smooth random functions on the sphere made of them."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np

from pnst.image import FloatArray


@dataclass(frozen=True)
class Term:
    """One real harmonic: degree l, order m (−l … l; cosine for m ≥ 0, sine for m < 0) and its amplitude."""

    degree: int
    order: int
    amplitude: float


def harmonic(degree: int, order: int, directions: FloatArray) -> FloatArray:
    """Y_lm at unit vectors (..., 3), scaled so that the mean of its square over the sphere is 1.

    Y = N · P_l^|m|(cos θ) · cos mφ (or sin |m|φ), N² = (2l + 1)·(2 − δ_m0)·(l − |m|)!/(l + |m|)!.
    """
    from scipy.special import lpmv

    m = abs(order)
    scale = (2 * degree + 1) * (1 if m == 0 else 2) * factorial(degree - m) / factorial(degree + m)
    phi = np.arctan2(directions[..., 1], directions[..., 0])
    wave = np.cos(m * phi) if order >= 0 else np.sin(m * phi)
    return np.asarray(np.sqrt(scale) * lpmv(m, degree, np.clip(directions[..., 2], -1, 1)) * wave)


def evaluate(terms: tuple[Term, ...], directions: FloatArray) -> FloatArray:
    """Σ amplitude · Y_lm at unit vectors (..., 3)."""
    total = np.zeros(directions.shape[:-1])
    for term in terms:
        total = total + term.amplitude * harmonic(term.degree, term.order, directions)
    return np.asarray(total)


def random_terms(degrees: range, rms: float, rng: np.random.Generator) -> tuple[Term, ...]:
    """Every order of the given degrees with normal amplitudes, scaled to a root-mean-square over the sphere."""
    names = [(degree, order) for degree in degrees for order in range(-degree, degree + 1)]
    amplitudes = rng.normal(size=len(names))
    amplitudes *= rms / np.linalg.norm(amplitudes)
    return tuple(Term(*name, float(a)) for name, a in zip(names, amplitudes, strict=True))


def fibonacci(count: int) -> FloatArray:
    """(count, 3): unit vectors spread evenly over the sphere (golden spiral)."""
    k = np.arange(count) + 0.5
    z = 1 - 2 * k / count
    phi = k * np.pi * (3 - np.sqrt(5))
    return np.stack([np.sqrt(1 - z**2) * np.cos(phi), np.sqrt(1 - z**2) * np.sin(phi), z], axis=-1)
