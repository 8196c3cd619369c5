"""A smoothed surface: what is wide stays, what is short goes. Witness: balls with waves on them, in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.smooth_surface import smooth_surface
from pnst.kernels.surface import LevelSet

STEP = (0.8, 1.0, 1.2)
SPACING = (0.5, 2.0, 1.5)


def ball(radius: float, order: int = 0, height: float = 0.0) -> LevelSet:
    """A ball whose radius waves `order` times round the third axis; samples are not cubes."""
    counts = [int(np.ceil((radius + 6) / (a * b))) for a, b in zip(STEP, SPACING, strict=True)]
    i, j, k = np.ogrid[tuple(slice(-n, n + 1) for n in counts)]
    x, y, z = (index * a * b for index, a, b in zip((i, j, k), STEP, SPACING, strict=True))
    wave = height * np.cos(order * np.arctan2(y, x)) * np.hypot(x, y) / radius
    values = radius + wave - np.sqrt(x**2 + y**2 + z**2)
    return LevelSet(values.astype(np.float32), tuple(-n * s for n, s in zip(counts, STEP, strict=True)), STEP)


def profile(level: LevelSet, order: int) -> tuple[float, float]:
    """Mean radius and height of the wave round the equator of a surface, in mm."""
    points = level.mesh().vertices * SPACING
    near = points[np.abs(points[:, 2]) < 2]
    radius, angle = np.linalg.norm(near, axis=1), np.arctan2(near[:, 1], near[:, 0])
    columns = np.stack([np.ones_like(angle), np.cos(order * angle)], axis=1)
    mean, height = np.linalg.lstsq(columns, radius, rcond=None)[0]
    return float(mean), float(height)


@pytest.mark.parametrize("sd_mm", [1.0, 2.5])
def test_a_ball_keeps_its_radius(sd_mm):  # closed form; a Gaussian alone shrinks it by sd² ÷ R, 0.5 mm
    assert profile(smooth_surface(ball(13.0), sd_mm, SPACING), 4)[0] == pytest.approx(13.0, abs=0.25)


@pytest.mark.parametrize(("order", "low", "high"), [(3, 0.9, 1.05), (20, -0.05, 0.1)])
def test_wide_waves_stay_and_short_ones_go(order, low, high):
    """Closed form: of a wave of λ = 2πR ÷ n, 1 − (1 − g)² is left, g = exp(−½ (2π sd ÷ λ)²)."""
    before = profile(ball(14.0, order, 1.2), order)[1]
    left = profile(smooth_surface(ball(14.0, order, 1.2), 2.5, SPACING), order)[1] / before
    g = np.exp(-((order * 2.5 / 14) ** 2) / 2)
    assert low < 1 - (1 - g) ** 2 < high
    assert low < left < high
