"""Directions spread over the sphere, evenly or for quadrature."""

from __future__ import annotations

import numpy as np

from pnst.typing import FloatArray


def fibonacci(count: int) -> FloatArray:
    """(count, 3): unit vectors spread evenly over the sphere (golden spiral)."""
    k = np.arange(count) + 0.5
    z = 1 - 2 * k / count
    phi = k * np.pi * (3 - np.sqrt(5))
    return np.stack([np.sqrt(1 - z**2) * np.cos(phi), np.sqrt(1 - z**2) * np.sin(phi), z], axis=-1)


def quadrature(rows: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(rows, 2 rows) each: θ, φ and solid angle; Gauss–Legendre in cos θ, even in φ. The solid angles sum to 4π."""
    cosines, weights = np.polynomial.legendre.leggauss(rows)
    theta, phi = np.meshgrid(np.arccos(cosines), (np.arange(2 * rows) + 0.5) * np.pi / rows, indexing="ij")
    return theta, phi, np.repeat(weights[:, None] * np.pi / rows, 2 * rows, axis=1)


def unit_vectors(theta: FloatArray, phi: FloatArray) -> FloatArray:
    """(..., 3) towards these angles."""
    return np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=-1)
