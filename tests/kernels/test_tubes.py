"""Length, calibre and linearity of tubes in anisotropic voxels. Witness: closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.tubes import linearity, tube

SPACING = (0.5, 0.7, 1.1)


def body(path: np.ndarray, calibre: float) -> np.ndarray:
    """Voxels within half a calibre of a path (n, 3) in mm, in a box with room round it."""
    low = path.min(axis=0) - calibre
    shape = np.ceil((np.ptp(path, axis=0) + 2 * calibre) / SPACING).astype(int)
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    points = low + index * SPACING
    nearest = np.full(shape, np.inf)
    for point in path:
        nearest = np.minimum(nearest, np.linalg.norm(points - point, axis=-1))
    return nearest < calibre / 2


def helix(radius: float, pitch: float, turns: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi * turns, 120)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), pitch * angle / (2 * np.pi)], axis=1)


def exact_volume(calibre: float, length: float) -> float:
    return float(np.pi * calibre**2 / 4 * (length + 2 * calibre / 3))


@pytest.mark.parametrize("direction", [(1, 0, 0), (0, 0, 1), (1, 1, 1), (0.3, -1, 0.6)])
def test_a_straight_tube(direction):
    length, calibre = 16.0, 2.6
    path = np.outer(np.linspace(0, length, 60), np.array(direction) / np.linalg.norm(direction))
    one = tube(body(path, calibre), SPACING, exact_volume(calibre, length))
    assert one.length_mm == pytest.approx(length, abs=1.1)
    assert one.calibre_mm == pytest.approx(calibre, rel=0.05)


@pytest.mark.parametrize(("radius", "pitch", "turns"), [(4.0, 8.0, 1.5), (3.0, 7.0, 2.0)])
def test_a_helix_is_followed_along_its_middle(radius, pitch, turns):
    length, calibre = turns * np.hypot(2 * np.pi * radius, pitch), 2.4
    one = tube(body(helix(radius, pitch, turns), calibre), SPACING, exact_volume(calibre, length))
    assert one.length_mm == pytest.approx(length, rel=0.06)
    assert one.calibre_mm == pytest.approx(calibre, rel=0.05)


def test_its_ends_are_the_tips():
    path = np.outer(np.linspace(0, 12, 40), (0.0, 0.0, 1.0))
    one = tube(body(path, 2.0), SPACING, exact_volume(2.0, 12.0))
    assert abs(int(one.ends[0, 2]) - int(one.ends[1, 2])) * 1.1 == pytest.approx(13, abs=1.5)


def test_tubes_are_linear_plates_and_balls_are_not():
    straight = np.argwhere(body(np.outer(np.linspace(0, 16, 60), (0.6, 0.5, 0.62)), 2.4)) * SPACING
    curved = np.argwhere(body(helix(4.0, 8.0, 1.5), 2.4)) * SPACING
    plate = np.argwhere(np.ones((30, 20, 2), dtype=bool)) * SPACING
    ball = np.argwhere(body(np.zeros((1, 3)), 6.0)) * SPACING
    values = [linearity(points, np.diag(SPACING), 3.6) for points in (straight, curved, plate, ball)]
    assert min(values[:2]) > 0.6
    assert max(values[2:]) < 0.42


def test_turning_a_body_leaves_its_linearity():
    points = np.argwhere(body(helix(4.0, 8.0, 1.0), 2.4)) * SPACING
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    voxel = np.diag(SPACING)
    assert linearity(points @ turn.T, turn @ voxel, 3.6) == pytest.approx(linearity(points, voxel, 3.6), rel=1e-6)
