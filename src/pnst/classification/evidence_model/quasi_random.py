"""Draws that fill the unit cube more evenly than chance: a Sobol sequence, scrambled by a seed.

A quantile over so many even draws moves from seed to seed by a half of what it does over independent ones, or less. The
direction numbers are Joe and Kuo's (2008), read off SciPy's unscrambled sequence, whose import would take longer than
an assessment.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from scipy.special import betaincinv, gammaincinv, ndtri

from pnst.typing import FloatArray, IntArray

_BITS = 20


@cache
def directions() -> IntArray:
    """Direction numbers (dimensions, bits) as integers of `_BITS` binary digits."""
    text = files("pnst.classification.evidence_model").joinpath("data", "sobol_directions.csv")
    with text.open(encoding="utf-8") as file:
        table: IntArray = np.loadtxt(file, delimiter=",", skiprows=1, dtype=np.int64)[:, 1:]
    return table


def sobol(count: int, seed: int | None) -> FloatArray:
    """Points (dimensions, count) in the open unit interval; `seed` scrambles each dimension by itself.

    Scrambled by Matoušek's (1998) random linear matrix and a digital shift, which keep the sequence's evenness; None
    leaves the sequence as it is, in Gray-code order.
    """
    numbers = directions()
    rng = np.random.default_rng(0 if seed is None else seed)
    shift = np.zeros((len(numbers), 1), dtype=np.int64)
    if seed is not None:
        numbers = _scrambled(numbers, rng)
        shift = rng.integers(0, 2**_BITS, shift.shape)
    index = np.arange(count)
    gray = index ^ (index >> 1)
    points = np.broadcast_to(shift, (len(numbers), count)).copy()
    for bit in range(int(count - 1).bit_length()):
        points ^= numbers[:, bit, None] * ((gray >> bit) & 1)
    below: FloatArray = rng.random(points.shape) if seed is not None else np.zeros(points.shape)
    unit: FloatArray = np.clip((points + below) / 2**_BITS, 2.0**-53, 1 - 2.0**-53)
    return unit


def _scrambled(numbers: IntArray, rng: np.random.Generator) -> IntArray:
    """Each dimension's binary digits times a random lower triangular matrix with ones on its diagonal."""
    digits = (numbers[..., None] >> np.arange(_BITS - 1, -1, -1)) & 1  # (dimensions, bits, digits), highest first
    matrix = np.tril(rng.integers(0, 2, (len(numbers), _BITS, _BITS)), -1) + np.eye(_BITS, dtype=np.int64)
    mixed = np.einsum("drc,dbc->dbr", matrix, digits) % 2
    scrambled: IntArray = (mixed << np.arange(_BITS - 1, -1, -1)).sum(axis=-1)
    return scrambled


class Variates:
    """The draws, one dimension after another: who asks first takes the most even ones."""

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self._points = iter(sobol(count, seed))

    def uniform(self, low: float = 0.0, high: float = 1.0) -> FloatArray:
        """Uniform (draws,) between two ends."""
        between: FloatArray = low + (high - low) * next(self._points)
        return between

    def normal(self) -> FloatArray:
        """Standard normal (draws,)."""
        z: FloatArray = ndtri(self.uniform())
        return z

    def beta(self, a: float, b: float) -> FloatArray:
        """Beta (draws,) with these shapes."""
        x: FloatArray = betaincinv(a, b, self.uniform())
        return x

    def chi_square(self, freedom: float) -> FloatArray:
        """χ² (draws,) of so many degrees of freedom."""
        x: FloatArray = 2 * gammaincinv(freedom / 2, self.uniform())
        return x
