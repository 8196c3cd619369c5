"""Moments, areas and diameters of meshes against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import ellipsoid, mesh_of, tilted
from pnst.kernels.hull import convex_hull, fibonacci_directions, longest_diameter
from pnst.kernels.mesh import Mesh, subsample_vertices

FAR = (812.0, -345.0, 97.0)


@pytest.fixture(scope="module")
def body() -> Mesh:
    return mesh_of(ellipsoid(20, 14, 9), tilted(), origin=FAR)


def test_volume_and_centroid_of_a_far_tilted_ellipsoid(body):  # closed form
    assert body.volume_mm3 == pytest.approx(4 / 3 * np.pi * 20 * 14 * 9, rel=2e-3)
    np.testing.assert_allclose(body.centroid, FAR, atol=0.02)


def test_area_is_that_of_knud_thomsen(body):  # closed form, good to 1.061 %
    p = 1.6075
    a, b, c = 20**p, 14**p, 9**p
    assert body.area_mm2 == pytest.approx(4 * np.pi * ((a * b + a * c + b * c) / 3) ** (1 / p), rel=0.015)
    assert body.vertex_areas.sum() == pytest.approx(body.area_mm2, rel=1e-9)


def test_equal_moment_ellipsoid_is_the_ellipsoid_itself(body):  # closed form: λ = a²/5
    semi_axes, directions = body.axes
    np.testing.assert_allclose(semi_axes, (20, 14, 9), rtol=3e-3)
    np.testing.assert_allclose(np.abs(directions.T @ tilted()), np.eye(3), atol=0.01)


def test_diameter_is_the_major_axis(body):  # closed form
    length, ends = longest_diameter(body.vertices)
    assert length == pytest.approx(40, rel=2e-3)
    assert np.linalg.norm(ends[0] - ends[1]) == pytest.approx(length)


def test_diameter_of_few_points_is_the_greatest_of_all_pairs():  # brute force
    rng = np.random.default_rng(4)
    for _ in range(20):
        points = rng.normal(size=(60, 3)) * (30, 8, 3) + FAR
        every = np.linalg.norm(points[:, None] - points[None], axis=-1)
        assert longest_diameter(points)[0] == pytest.approx(every.max())


def test_normals_point_outward(body):  # invariant of a convex body
    outward = np.einsum("ni,ni->n", body.vertex_normals, body.vertices - body.centroid)
    assert (outward > 0).all()
    np.testing.assert_allclose(np.linalg.norm(body.vertex_normals, axis=1), 1)


def test_faces_that_turn_the_other_way_change_nothing(body):  # a left-handed affine turns every face
    mirrored = Mesh(body.vertices, body.faces[:, ::-1])
    assert mirrored.volume_mm3 == pytest.approx(body.volume_mm3)
    np.testing.assert_allclose(mirrored.vertex_normals, body.vertex_normals)


def test_hull_of_a_convex_body_has_its_volume(body):  # closed form
    assert convex_hull(body).volume_mm3 == pytest.approx(body.volume_mm3, rel=5e-3)


def test_every_edge_belongs_to_two_faces(body):  # Euler: E = 3F/2
    assert len(body.edges) * 2 == len(body.faces) * 3


def test_subsampled_vertices_stand_for_the_whole_area(body):  # invariant
    chosen, areas = subsample_vertices(body, 2.0, np.eye(3))
    assert len(chosen) < len(body.vertices) / 4
    assert areas.sum() == pytest.approx(body.area_mm2)


def test_axes_that_are_swapped_or_turned_round_choose_the_same_vertices(body):  # invariant
    chosen, areas = subsample_vertices(body, 2.0, np.eye(3))
    other, same = subsample_vertices(body, 2.0, np.array([[0.0, -1, 0], [0, 0, 1], [-1, 0, 0]]).T)
    assert sorted(chosen) == sorted(other)
    assert sorted(areas) == pytest.approx(sorted(same))


def test_directions_cover_the_half_sphere_evenly():  # every line is near a direction
    directions = fibonacci_directions(400)
    probe = np.random.default_rng(0).normal(size=(500, 3))
    probe /= np.linalg.norm(probe, axis=1, keepdims=True)
    assert np.abs(probe @ directions.T).max(axis=1).min() > np.cos(np.radians(6))
