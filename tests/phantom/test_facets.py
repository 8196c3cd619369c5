"""The tumour as a mesh: vertices on the surface, every edge between two triangles, chords and hull of an ellipsoid."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.phantom.facets import Facets, axial_pair, concavities, facets
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.shape import Shape


def mesh_of(**lesion: object) -> tuple[Shape, Facets]:
    shape = Shape(LesionSpec(**lesion), np.random.default_rng(2))  # type: ignore[arg-type]
    return shape, facets(shape, 40)


def test_vertices_lie_on_the_surface_and_triangles_close_it() -> None:
    shape, mesh = mesh_of(radii_mm=(9, 12, 16), tilt_deg=(20, 10, -5), centre_mm=(4, -7, 30), lobes=3, lobe_depth=0.1)
    assert shape.level(shape.to_local(mesh.vertices)) == pytest.approx(1)
    sides = np.vstack([mesh.triangles[:, pair] for pair in ([0, 1], [1, 2], [2, 0])])
    there, back = ({tuple(side) for side in part.tolist()} for part in (sides, sides[:, ::-1]))
    assert there == back
    assert len(there) == len(sides)


def test_chords_of_an_upright_ellipsoid_are_its_axes() -> None:
    _, mesh = mesh_of(radii_mm=(9, 12, 16))
    assert axial_pair(mesh) == pytest.approx((24, 18), rel=5e-3)


@pytest.mark.parametrize(("lobes", "count"), [(0, 0), (4, 4)])
def test_a_star_is_deep_between_its_lobes_and_an_ellipsoid_nowhere(lobes: int, count: int) -> None:
    _, mesh = mesh_of(radii_mm=(15, 15, 15), lobes=lobes, lobe_depth=0.2 if lobes else 0.0)
    solidity, deep = concavities(mesh, 1.5)
    assert deep == count
    assert bool(solidity > 0.99) is (lobes == 0)


def test_a_convex_body_fills_its_hull() -> None:
    """Closed form: 1, and never more, however the sums are rounded."""
    tilted = [mesh_of(radii_mm=(9 + 0.37 * n, 12, 16), tilt_deg=(-9, 5, 3 * n))[1] for n in range(12)]
    solidities = [concavities(mesh, 1.5)[0] for mesh in tilted]
    assert solidities == pytest.approx([1.0] * len(tilted), abs=1e-9)
    assert max(solidities) <= 1
