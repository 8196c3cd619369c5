"""Roughness of a surface whose roughness is known."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import icosphere
from pnst.kernels.mesh import Mesh, subsample_vertices
from pnst.kernels.roughness import quadric_departure


def departure(radius: float, amplitude: float, waves: int) -> np.ndarray:
    unit = icosphere(6).vertices
    azimuth, polar = np.arctan2(unit[:, 1], unit[:, 0]), np.arccos(np.clip(unit[:, 2], -1, 1))
    height = radius + amplitude * np.sin(waves * azimuth) * np.sin(waves * polar)
    mesh = Mesh(unit * height[:, None], icosphere(6).faces)
    chosen, areas = subsample_vertices(mesh, 0.75, np.eye(3))
    band = np.abs(unit[chosen, 2]) < 0.3  # at the poles the waves crowd
    return quadric_departure(mesh.vertices[chosen], mesh.vertex_normals[chosen], areas, 3.0)[band]


def test_a_smooth_ball_has_none():  # closed form: a patch of 3 mm on 12 mm departs from a quadric by 3⁴/(8·12³)/30
    assert np.abs(departure(12.0, 0.0, 1)).max() < 0.02


def test_short_waves_keep_their_size():  # closed form: sine times sine has the RMS of half its amplitude
    values = departure(12.0, 0.2, 24)
    assert float(np.sqrt(np.mean(values**2))) == pytest.approx(0.1, rel=0.15)


def test_long_waves_are_the_surface_itself():
    values = departure(12.0, 0.2, 4)
    assert float(np.sqrt(np.mean(values**2))) < 0.01


def test_too_few_points_say_nothing():
    points = np.arange(36.0).reshape(12, 3) * 10
    assert np.isnan(quadric_departure(points, np.tile([0.0, 0, 1], (12, 1)), np.ones(12), 1.0)).all()
