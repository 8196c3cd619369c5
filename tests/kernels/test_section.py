"""Chords of plane sections against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import ellipsoid, mesh_of, tilted
from pnst.kernels.mesh import Mesh
from pnst.kernels.section import axial_diameters

UP = np.array([0.0, 0.0, 1.0])


def section_axes(semi_axes: tuple[float, float, float], turn: np.ndarray) -> tuple[float, float]:
    """Full axes of the largest section z = const of a rotated ellipsoid: that through its centre."""
    shape = turn @ np.diag(1 / np.square(semi_axes)) @ turn.T
    # Through the centre the section is {(x, y): (x, y) S (x, y) ≤ 1} with S the upper left block.
    values = np.linalg.eigvalsh(shape[:2, :2])
    return 2 / np.sqrt(values[0]), 2 / np.sqrt(values[1])


@pytest.mark.parametrize("angles", [(0, 0, 0), (25, -40, 15), (60, 10, -30)])
def test_axial_pair_of_a_tilted_ellipsoid(angles):  # closed form
    turn = tilted(angles)
    mesh = mesh_of(ellipsoid(20, 14, 9), turn, origin=(300, -20, 999))
    long, short, ends = axial_diameters(mesh, UP)
    expected = section_axes((20, 14, 9), turn)
    assert long == pytest.approx(expected[0], rel=5e-3)
    assert short == pytest.approx(expected[1], rel=1e-2)
    assert ends[0][2] == pytest.approx(ends[1][2])


def test_the_chord_across_is_a_chord_and_not_the_width():
    """Closed form: a sheared box. Its section is a parallelogram whose caliper width across the diagonal exceeds any
    chord across it.
    """
    x, y = np.array([0, 30, 42, 12.0]), np.array([0, 0, 10, 10.0])
    corners = np.array([[a, b, c] for c in (0, 8) for a, b in zip(x, y, strict=True)], dtype=float)
    quads = [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    faces = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    # Planes are one tallest edge apart, so the box is cut finely enough only when its edges are split.
    mesh = _split(Mesh(corners, faces), 4)
    long, short, _ = axial_diameters(mesh, UP)
    along = np.array([42, 10]) / np.hypot(42, 10)
    assert long == pytest.approx(np.hypot(42, 10), rel=1e-3)
    across = np.array([-along[1], along[0]])
    caliper = np.ptp(np.stack([x, y], axis=1) @ across)
    chords = [_chord(np.stack([x, y], axis=1), along, across, s) for s in np.linspace(0.5, 42, 400)]
    assert short == pytest.approx(max(chords), rel=0.01)
    assert short < 0.8 * caliper


def _chord(polygon: np.ndarray, along: np.ndarray, across: np.ndarray, where: float) -> float:
    u, v = polygon @ along, polygon @ across
    crossings = []
    for n in range(len(polygon)):
        m = (n + 1) % len(polygon)
        if (u[n] - where) * (u[m] - where) < 0:
            t = (where - u[n]) / (u[m] - u[n])
            crossings.append(v[n] + t * (v[m] - v[n]))
    return max(crossings) - min(crossings) if len(crossings) > 1 else 0.0


def _split(mesh: Mesh, times: int) -> Mesh:
    for _ in range(times):
        a, b, c = (mesh.vertices[mesh.faces[:, n]] for n in range(3))
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        soup = np.concatenate([np.stack(t, axis=1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
        vertices, inverse = np.unique(soup.reshape(-1, 3).round(9), axis=0, return_inverse=True)
        mesh = Mesh(vertices, inverse.reshape(-1, 3))
    return mesh
