"""Borders round a line. Witness: tubes of known radii, a ball without numbers beside and in them."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.image import Grid, Volume
from pnst.kernels.centre_line import line_through
from pnst.segmentation.cord_walls import rays_of, sections_of, walls_round

CORD_MM, SAC_MM = 4.5, 8.0
GRID = Grid((57, 49, 31), np.array([[0.7, 0, 0, -19.6], [0, 0.8, 0, -19.2], [0, 0, 1.6, -24], [0, 0, 0, 1]]))
POINTS = GRID.to_world(np.moveaxis(np.indices(GRID.shape), 0, -1))
LINE = line_through(np.array([[0.0, 0.0, -20.0], [0.0, 0.0, 20.0]]))


def tube(aside_mm=0.0, ball_mm=None, ball_radius_mm=3.0):
    """A cord whose middle lies aside of a sac's, the sac's on the line; a ball without numbers."""
    cord = np.hypot(POINTS[..., 0] - aside_mm, POINTS[..., 1])
    sac = np.hypot(POINTS[..., 0], POINTS[..., 1])
    edge = lambda radius, distance: np.clip((radius - distance) / 0.75 + 0.5, 0, 1)  # noqa: E731 - a voxel's share
    values = 100 + 700 * edge(SAC_MM, sac) - 500 * edge(CORD_MM, cord)
    if ball_mm is not None:
        values = np.where(np.linalg.norm(POINTS - ball_mm, axis=-1) < ball_radius_mm, np.nan, values)
    return Volume(values.astype(np.float32), GRID)


def test_both_borders_of_a_tube():  # closed form
    walls = walls_round(tube(), LINE)
    assert walls.cord == pytest.approx(np.full_like(walls.cord, CORD_MM), abs=0.2)
    assert walls.canal == pytest.approx(np.full_like(walls.canal, SAC_MM), abs=0.2)
    assert walls.seen.all()
    assert not walls.hidden.any()
    assert not walls.broken.any()
    assert np.median(walls.step) == pytest.approx(800 / 300 - 1, rel=0.05)


def test_what_a_ball_in_the_fluid_hides_is_completed():  # closed form: the tube goes on behind it
    walls = walls_round(tube(ball_mm=(6.3, 0.0, 0.0), ball_radius_mm=2.4), LINE)
    assert walls.hidden.any()
    assert not walls.hidden.all(axis=1).any()
    assert walls.cord == pytest.approx(np.full_like(walls.cord, CORD_MM), abs=0.4)
    assert walls.canal == pytest.approx(np.full_like(walls.canal, SAC_MM), abs=0.4)
    assert np.isnan(walls.step[walls.hidden]).all()


def test_a_ball_within_the_cord_hides_neither_border():  # closed form: a rim of cord shows round it
    walls = walls_round(tube(ball_mm=(0.0, 0.0, 0.0), ball_radius_mm=2.5), LINE)
    assert not walls.hidden.any()
    assert walls.cord == pytest.approx(np.full_like(walls.cord, CORD_MM), abs=0.3)


def test_the_middle_of_a_cord_that_lies_aside():  # closed form
    walls = walls_round(tube(aside_mm=2.0), LINE)
    points = walls.line.to_world(walls.arc, walls.beside)
    assert points[5:-5, 0] == pytest.approx(np.full(len(points) - 10, 2.0), abs=0.3)
    assert points[5:-5, 1] == pytest.approx(np.zeros(len(points) - 10), abs=0.2)


def test_dark_things_in_the_fluid_are_told():  # eight roots of 1.4 mm round the cord
    angles = np.arange(8) * np.pi / 4
    data = tube().data.copy()
    for x, y in 6.3 * np.stack([np.cos(angles), np.sin(angles)], axis=-1):
        data[np.hypot(POINTS[..., 0] - x, POINTS[..., 1] - y) < 0.7] = 250
    assert 0.2 < walls_round(Volume(data, GRID), LINE).broken.mean() < 0.9


def test_where_nothing_is_bright_nothing_is_seen():
    flat = Volume(np.full(GRID.shape, 200, dtype=np.float32), GRID)
    assert not walls_round(flat, LINE).seen.any()


def test_rays_keep_what_has_no_number_apart():  # invariant: no zero leaks into its neighbours
    values = rays_of(tube(ball_mm=(0.0, 0.0, 0.0)), LINE, sections_of(LINE))
    assert np.isnan(values).any()
    assert np.nanmin(values[:, :, :8]) == pytest.approx(300, rel=0.02)
