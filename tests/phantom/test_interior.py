"""Quadrature points inside a tumour, and what lies off the edge, against closed forms and a count."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.phantom.interior import SimulatedInterior
from pnst.phantom.surface import sample
from simulated_tumours import BALL, oblique_grid, scene_of


def test_points_fill_the_tumour_and_know_their_depth() -> None:
    scene = scene_of(BALL)
    interior = SimulatedInterior.fill(scene, sample(scene.shape, 1.0))
    assert interior.volumes.sum() == pytest.approx(4 / 3 * np.pi * 16**3, rel=1e-9)
    np.testing.assert_allclose(interior.depth, 16 - np.linalg.norm(interior.points, axis=1), atol=0.03)
    deep = interior.depth > 6
    assert interior.share(deep) == pytest.approx((10 / 16) ** 3, rel=3e-3)


def test_off_the_edge_of_a_ball_every_neighbour_is_inside() -> None:
    scene = scene_of(BALL)
    interior, voxels = SimulatedInterior.fill(scene, sample(scene.shape, 1.0)), oblique_grid(0.7, 1.1, 4.0)
    points = np.random.default_rng(1).uniform(-16, 16, size=(400_000, 3))
    inside = np.linalg.norm(points, axis=1) < 16
    keep = inside.copy()
    for step in voxels.affine[:3, :3].T @ scene.shape.axes:
        keep &= (np.linalg.norm(points + step, axis=1) < 16) & (np.linalg.norm(points - step, axis=1) < 16)
    assert interior.share(interior.eroded(voxels)) == pytest.approx(keep.sum() / inside.sum(), abs=0.004)
    assert keep.sum() / inside.sum() < 0.75
