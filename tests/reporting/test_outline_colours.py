"""The outline's colours, read back from the pictures. Witness: the order of what was measured along the surface."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pnst.measurement.family import SurfaceMap
from pnst.reporting.figures import (
    lesion_pictures,
    region_pictures,
)
from pnst.reporting.outline_colours import COVERED, INDISTINCT, LESION
from pnst.study import Role
from reporting.picture_pixels import near, only, pixels


def mapped(made, name, values):
    """The measurements with a map of a finding: `values` of the vertices' offsets (n, 3) from the centre."""
    points = made.lesion.mesh.vertices
    surface_map = SurfaceMap(points, values(points - points.mean(axis=0)), "a finding")
    return replace(made.m, regions={**made.m.regions, name: surface_map})


def columns_of(picture, colour):
    """Where the colour lies across the picture, 0 at its left and 1 at its right."""
    image = pixels(picture)
    below = near(image, colour, 0.04)[int(0.1 * len(image)) : int(0.85 * len(image))]  # letters and scale bar left out
    x = np.nonzero(below)[1] / image.shape[1]
    return x[(x > 0.06) & (x < 0.94)]


def test_the_outline_tells_where_the_edge_is_sharp(made):
    """Order: indistinct on the patient's left (right of the picture), sharp on the right, a gap between them."""
    m = mapped(made, "edge_width", lambda p: np.where(np.abs(p[:, 0]) < 5, np.nan, np.where(p[:, 0] < 0, 9.0, 1.0)))
    role = Role(made.m.margin.series)
    axial, coronal = lesion_pictures(only(made.study, role), made.lesion, m)
    assert columns_of(axial, LESION).max() < 0.45
    assert columns_of(axial, INDISTINCT).min() > 0.55
    assert "orange indistinct (wider than 4 mm)" in axial.caption
    assert "coronal" in coronal.caption


def test_an_edge_that_was_not_measured_leaves_the_outline_blue(made):  # saying no: no map, and another series
    m = mapped(made, "edge_width", lambda p: np.full(len(p), 9.0))
    other = next(role for role in (Role.T1, Role.T2_FS) if role != made.m.margin.series)
    for study, measured in ((made.study, made.m), (only(made.study, other), m)):
        pictures = lesion_pictures(study, made.lesion, measured)
        assert len(pictures) >= len(study.series)
        assert not any(near(pixels(picture), INDISTINCT).any() or "orange" in picture.caption for picture in pictures)


def test_the_outline_tells_where_a_rim_of_fat_covers_it(made):
    """Order: covered on the patient's right (left of the picture) only."""
    m = mapped(made, "fat_cover", lambda p: np.where(p[:, 0] > 5, 2.5, 0.0))
    picture = region_pictures(made.study, made.lesion, m, "fat_rim")[0]
    assert columns_of(picture, COVERED).size > 20
    assert columns_of(picture, COVERED).max() < 0.5 < columns_of(picture, LESION).max()
    assert "green covered by fat" in picture.caption
