"""Rays through layers of fat and muscle, as formulas."""

from __future__ import annotations

import numpy as np

STEP = 0.25
"""mm between samples."""
AIR = -0.45


def layers(length_mm: float, *parts: tuple[float, float]) -> np.ndarray:
    """(1, m): a ray of (thickness in mm, fat fraction) layers, sampled from 0 to its length; the last goes on."""
    x = np.arange(0, length_mm + STEP / 2, STEP)
    ray, start = np.zeros(len(x)), 0.0
    for thickness, fraction in parts:
        ray[start <= x] = fraction
        start += thickness
    return ray[None]
