"""The convex hull and the depth under it against closed forms and the exact hull."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from bodies import ellipsoid, fused, mesh_of, star, tilted
from pnst.kernels.hull import convex_hull, may_be_deeper


@pytest.mark.parametrize("axes", [(20, 14, 9), (30, 10, 9), (25, 24, 5)])
def test_hull_of_an_ellipsoid_has_its_volume(axes):  # closed form; 512 corners alone lack 1.3 %
    assert convex_hull(mesh_of(ellipsoid(*axes), tilted())).volume_mm3 == pytest.approx(
        4 / 3 * np.pi * np.prod(axes), rel=3e-3
    )


@pytest.mark.parametrize("body", [star(25, 4, 0.2), fused(18, 1.3)], ids=["star", "fused"])
def test_hull_of_a_concave_body_is_that_of_all_its_vertices(body):  # qhull on every vertex
    mesh = mesh_of(body, tilted(), origin=(300, -40, 77))
    exact = ConvexHull(mesh.vertices)
    hull = convex_hull(mesh)
    assert hull.volume_mm3 == pytest.approx(exact.volume, rel=4e-3)
    some = mesh.vertices[::9]
    depth = -(some @ exact.equations[:, :3].T + exact.equations[:, 3]).max(axis=1)
    assert depth.max() > 3
    np.testing.assert_allclose(hull.depth(some), depth, atol=0.2)


def test_vertices_that_are_left_out_are_not_deep():  # invariant: the touching planes only bound the depth from above
    mesh = mesh_of(star(25, 4, 0.2), tilted())
    exact = ConvexHull(mesh.vertices)
    some = np.arange(0, len(mesh.vertices), 5)
    depth = -(mesh.vertices[some] @ exact.equations[:, :3].T + exact.equations[:, 3]).max(axis=1)
    kept = may_be_deeper(mesh, 2.0)[some]
    assert depth[~kept].max() < 2.0 + 1e-3
    assert 0 < kept.sum() < len(kept) / 2
