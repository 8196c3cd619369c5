"""Directions of the diffusion gradients."""

from __future__ import annotations

import numpy as np

from pnst.phantom.sphere import fibonacci
from pnst.typing import FloatArray


def directions(count: int) -> FloatArray:
    """(count, 3): unit vectors in RAS; three are the patient's axes, whose mean is the trace ÷ 3, others a spiral over
    half the sphere.
    """
    return np.eye(3) if count == 3 else fibonacci(2 * count)[:count]


def along(mean: float, anisotropy: float, cosine: FloatArray) -> FloatArray:
    """Diffusion coefficient at angles to the fibres of a tissue whose tensor is symmetric about them.

    D = mean · (1 + ε(3 cos² − 1)), ε = FA ÷ √(3 − 2 FA²): eigenvalues mean·(1 + 2ε), mean·(1 − ε) twice, whose
    fractional anisotropy is FA.
    """
    epsilon = anisotropy / np.sqrt(3 - 2 * anisotropy**2)
    return np.asarray(mean * (1 + epsilon * (3 * cosine**2 - 1)))
