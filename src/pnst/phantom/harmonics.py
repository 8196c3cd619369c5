"""Real spherical harmonics of unit root-mean-square, and smooth random functions on the sphere made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.typing import FloatArray


@dataclass(frozen=True)
class Term:
    """One real harmonic: degree l, order m (−l … l; cosine for m ≥ 0, sine for m < 0) and its amplitude."""

    degree: int
    order: int
    amplitude: float


def evaluate(terms: tuple[Term, ...], directions: FloatArray) -> FloatArray:
    """Σ amplitude · Y_lm at unit vectors (..., 3); the mean over the sphere of the square of each Y is 1.

    Y = N · P_l^|m|(cos θ) · cos mφ (or sin |m|φ), N² = (2l + 1)·(2 − δ_m0)·(l − |m|)!/(l + |m|)!, by recurrence over
    the degrees of each order, P standing for N·P_l^m ÷ sinᵐθ: P(l+1) = α(l)·z·P(l) − α(l)/α(l−1)·P(l−1),
    α(l)² = (2l + 1)(2l + 3) ÷ ((l + 1)² − m²).
    """
    x, y, z = np.moveaxis(directions, -1, 0)
    total = np.zeros(directions.shape[:-1])
    turning = np.ones(directions.shape[:-1], dtype=complex)  # sinᵐθ · e^(imφ)
    sectoral = 1.0
    for m in range(1 + max((abs(term.order) for term in terms), default=-1)):
        if m > 0:
            turning = turning * (x + 1j * y)
            sectoral *= -np.sqrt((2 * m + 1) / (2 * m)) * (np.sqrt(2) if m == 1 else 1)
        below, here, last = np.zeros_like(total), np.full_like(total, sectoral), np.inf
        for degree in range(m, 1 + max((term.degree for term in terms if abs(term.order) == m), default=-1)):
            cosine, sine = (
                sum(term.amplitude for term in terms if (term.degree, term.order) == name)
                for name in ((degree, m), (degree, -m))
            )
            total += here * (cosine * turning.real + (sine * turning.imag if m else 0.0))
            alpha = np.sqrt((2 * degree + 1) * (2 * degree + 3) / ((degree + 1) ** 2 - m**2))
            below, here, last = here, alpha * (z * here - below / last), alpha
    return total


def random_terms(degrees: range, rms: float, rng: np.random.Generator) -> tuple[Term, ...]:
    """Every order of the given degrees with normal amplitudes, scaled to a root-mean-square over the sphere."""
    names = [(degree, order) for degree in degrees for order in range(-degree, degree + 1)]
    amplitudes = rng.normal(size=len(names))
    amplitudes *= rms / np.linalg.norm(amplitudes)
    return tuple(Term(*name, float(a)) for name, a in zip(names, amplitudes, strict=True))
