"""The lesion's outline in the colours of what was measured along its surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.kernels.mesh import Mesh
from pnst.measurement.family import SurfaceMap
from pnst.measurement.measurements import Measurements
from pnst.reporting.canvas import Canvas
from pnst.typing import FloatArray

LESION, INDISTINCT, UNMEASURED = "#56b4e9", "#d55e00", "#ffffff"
"""Sky blue is always the lesion; all colours are those that colour-blind readers tell apart (Okabe and Ito)."""
COVERED = "#009e73"


@dataclass(frozen=True, eq=False)
class OutlineColours:
    """Colours of the outline, and what they mean in words."""

    map: SurfaceMap
    above: float
    """A value above this is painted in `colour`, another is blue; NaN is white."""
    colour: str
    legend: str

    def draw(self, canvas: Canvas, mesh: Mesh) -> None:
        """Draw the mesh's outline on a canvas, each segment as the nearest point of the map is."""
        segments = canvas.field.plane.cut(mesh)
        values = self._nearest(canvas, segments.mean(axis=1))
        parts = ((np.isnan(values), UNMEASURED), (values <= self.above, LESION), (values > self.above, self.colour))
        for chosen, colour in parts:
            canvas.outline(segments[chosen], colour)

    def _nearest(self, canvas: Canvas, places: FloatArray) -> FloatArray:
        """(n,): the value of the point nearest to each place (n, 2) in the picture, distances taken in space."""
        from scipy.spatial import cKDTree

        plane = canvas.field.plane
        points = np.column_stack([plane.project(self.map.points), plane.depth_mm(self.map.points)])
        _, nearest = cKDTree(points).query(np.column_stack([places, np.zeros(len(places))]))
        return np.asarray(self.map.values[nearest])


def edge_colours(m: Measurements) -> OutlineColours | None:
    """Where the edge is sharp, indistinct and not measured; None where it was not measured at all, or the
    width at which an edge counts as indistinct is not known.
    """
    edge_width = m.regions.get("edge_width")
    if not isinstance(edge_width, SurfaceMap) or m.settings is None:
        return None
    limit = m.settings.margin.indistinct_width_mm
    legend = f"edge: blue sharp, orange indistinct (wider than {limit:g} mm), white not measured"
    return OutlineColours(edge_width, limit, INDISTINCT, legend)


def fat_colours(m: Measurements) -> OutlineColours | None:
    """Where a rim of fat covers the surface; None where that was not measured."""
    fat_cover = m.regions.get("fat_cover")
    if not isinstance(fat_cover, SurfaceMap):
        return None
    return OutlineColours(fat_cover, 0.0, COVERED, "outline: green covered by fat, blue not covered, white not seen")


def contact_colours(m: Measurements) -> OutlineColours | None:
    """Where a structure touches the surface; None where that was not measured."""
    contact = m.regions.get("contact")
    if not isinstance(contact, SurfaceMap):
        return None
    return OutlineColours(contact, 0.5, INDISTINCT, "outline: orange where one of the given structures touches it")
