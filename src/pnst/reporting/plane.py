"""The plane that a picture shows: which slice, which way round, and where things fall in it.

Radiological display: the patient's right on the left of an axial or coronal picture, anterior on the left of a
sagittal one; anterior, or superior, at the top. All of it follows from the affine, none from the order of storage.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from pnst.image import Box, Grid, Mask, Volume, embed
from pnst.kernels.mesh import Mesh
from pnst.study import Lesion
from pnst.typing import AnyArray, BoolArray, FloatArray

MARGIN_MM = 15.0
"""Least margin of a picture round what it shows."""
MARGIN_FRACTION = 0.25
"""… and its share of the half-width of what it shows."""
NEAR_MM = 10.0
"""What lies within this of a body counts to its surroundings."""
OBLIQUE_COSINE = 0.35
"""An axis lettered "A" leans visibly towards another (20°) from this cosine on, and then carries its letter too."""

FIRST_SIDES = ("left", "posterior", "inferior")
"""Where slices across each canonical axis are counted from, whatever the order of storage."""
ORIENTATIONS = ("sagittal", "coronal", "axial")
DIRECTIONS = (("L", "R"), ("P", "A"), ("I", "S"))


@dataclass(frozen=True, eq=False)
class ImagePlane:
    """One slice of a grid in closest-canonical order, `index` along the canonical `axis` (0 sagittal, 2 axial)."""

    grid: Grid
    axis: int
    index: int

    @property
    def in_plane(self) -> tuple[int, int]:
        """The canonical axes that run across and along the picture; both run backwards on the screen."""
        across, along = (a for a in range(3) if a != self.axis)
        return across, along

    @property
    def orientation(self) -> str:
        """ "axial", "coronal" or "sagittal", with "oblique" before it where the plane is tilted by 10° or more."""
        tilted = abs(self.grid.directions[self.axis, self.axis]) < np.cos(np.radians(10))
        return f"{'oblique ' if tilted else ''}{ORIENTATIONS[self.axis]}"

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top edge of the voxels, in picture mm (to the right, and down)."""
        width, height = (self.grid.shape[a] * self.grid.spacing[a] for a in self.in_plane)
        right, bottom = (self.grid.spacing[a] / 2 for a in self.in_plane)
        return right - width, right, bottom, bottom - height

    @property
    def letters(self) -> tuple[str, str, str, str]:
        """Where the left, right, top and bottom of the picture lie in the patient: "R", "L", "A", "PS" …

        >>> letters(np.array([0.0, 1.0, 0.0])), letters(np.array([0.0, -0.6, 0.8]))
        ('A', 'SP')
        """
        across, along = (self.grid.directions[:, a] for a in self.in_plane)
        return letters(across), letters(-across), letters(along), letters(-along)

    def project(self, points: npt.ArrayLike) -> FloatArray:
        """(…, 2): picture mm of RAS points (…, 3), along the plane's normal."""
        index = self.grid.to_index(points)
        return np.stack([-index[..., a] * self.grid.spacing[a] for a in self.in_plane], axis=-1)

    def depth_mm(self, points: npt.ArrayLike) -> FloatArray:
        """(…): signed distance of RAS points (…, 3) from the plane."""
        return np.asarray((self.grid.to_index(points)[..., self.axis] - self.index) * self.grid.spacing[self.axis])

    def image(self, data: AnyArray) -> AnyArray:
        """(rows, columns): the plane's voxels of an array on `grid`, as they stand on the screen."""
        i, j, k = (self.index if axis == self.axis else slice(None) for axis in range(3))
        return np.asarray(data[i, j, k].T[::-1, ::-1])  # `take` would copy the whole array first

    def cut(self, mesh: Mesh) -> FloatArray:
        """(n, 2, 2): the segments in which the plane cuts a mesh (RAS mm), in picture mm."""
        depth = self.depth_mm(mesh.vertices)[mesh.faces]
        above = depth > 0
        crossing = above.any(axis=1) & ~above.all(axis=1)
        faces, depth, above = mesh.faces[crossing], depth[crossing], above[crossing]
        # One corner is alone on its side; the plane cuts the two edges that meet there.
        alone = np.where(above.sum(axis=1) == 1, above.argmax(axis=1), above.argmin(axis=1))
        rows = np.arange(len(faces))
        ends = []
        for step in (1, 2):
            other = (alone + step) % 3
            share = (depth[rows, alone] / (depth[rows, alone] - depth[rows, other]))[:, None]
            a, b = mesh.vertices[faces[rows, alone]], mesh.vertices[faces[rows, other]]
            ends.append(self.project(a + share * (b - a)))
        return np.stack(ends, axis=1)


@dataclass(frozen=True, eq=False)
class FieldOfView:
    """The square part of an image that a picture shows, in closest-canonical order, with the plane chosen in it."""

    volume: Volume
    """The crop that the square meets."""
    box: Box
    """Where the crop lies in the canonical image."""
    plane: ImagePlane
    window: tuple[float, float, float, float]
    """Left, right, bottom and top of the picture, in picture mm; it may reach beyond the image."""

    @property
    def slice(self) -> int:
        """The plane's index in the whole canonical image."""
        return int(self.box[self.plane.axis].start) + self.plane.index

    def at(self, index: int) -> Self:
        """The same field on another slice, counted in the whole canonical image; `IndexError` beyond the crop."""
        inside = index - int(self.box[self.plane.axis].start)
        if not 0 <= inside < self.volume.grid.shape[self.plane.axis]:
            raise IndexError(f"slice {index} is not in the field of view")
        return replace(self, plane=replace(self.plane, index=inside))

    def body(self, points: FloatArray) -> tuple[BoolArray, BoolArray]:
        """Where a body lies in the picture, and what is near it, (rows, columns) each: the ellipse in the box of its
        RAS points (n, 3), and the rest of the box that reaches `NEAR_MM` further."""
        seen = self.plane.project(points)
        middle, half = (seen.max(axis=0) + seen.min(axis=0)) / 2, np.maximum(np.ptp(seen, axis=0) / 2, 1e-6)
        left, right, bottom, top = self.plane.extent
        rows, columns = (self.volume.data.shape[a] for a in reversed(self.plane.in_plane))
        x = np.abs(left + (np.arange(columns) + 0.5) * (right - left) / columns - middle[0])
        y = np.abs(top + (np.arange(rows) + 0.5) * (bottom - top) / rows - middle[1])[:, None]
        inside = (x / half[0]) ** 2 + (y / half[1]) ** 2 <= 1
        return inside, (x <= half[0] + NEAR_MM) & (y <= half[1] + NEAR_MM) & ~inside

    def of(self, mask: Mask) -> Mask:
        """The field's part of a mask that lies on the uncropped image's grid."""
        return mask.canonical().crop(self.box)

    @classmethod
    def around(cls, volume: Volume, shown: FloatArray, axis: int, section: Mask | Lesion) -> Self | None:
        """The field round RAS points (n, 3), on the slice across `axis` where the section is largest.

        None when the section has no voxel in the image.
        """
        canonical = volume.canonical()
        low, high = _reach(canonical.grid, shown, axis)
        box = _clamp(canonical.grid, low, high)
        if box is None:
            return None
        part = canonical.crop(box)
        index = slice_of_max_area(_on(section, part.grid, box), axis)
        if index is None:
            return None
        plane = ImagePlane(part.grid, axis, index)
        corners = plane.project(canonical.grid.to_world(np.stack([low, high])))
        (right, bottom), (left, top) = corners
        return cls(part, box, plane, (float(left), float(right), float(bottom), float(top)))


def slice_of_max_area(mask: Mask, axis: int) -> int | None:
    """The index along a canonical axis with the most true voxels (the lowest of equals); None when there are none."""
    counts = np.count_nonzero(mask.data, axis=tuple(a for a in range(3) if a != axis))
    return int(np.argmax(counts)) if counts.any() else None


def letters(direction: FloatArray) -> str:
    """Where a RAS direction (3,) points in the patient: its letters, the strongest first."""
    order = np.argsort(-np.abs(direction), kind="stable")
    named = [a for a in order if abs(direction[a]) >= OBLIQUE_COSINE]
    return "".join(DIRECTIONS[a][int(direction[a] > 0)] for a in named)


def placed(mask: Mask, grid: Grid) -> Mask | None:
    """A mask that lies on a grid or a crop of it, put in its place on the whole grid in closest-canonical order.

    None when their voxels do not coincide: nothing is resampled.
    """
    coincide = grid.canonical().box_of(mask.grid.canonical()) is not None
    return embed(mask, grid).canonical() if coincide else None


def points_of(mask: Mask) -> FloatArray:
    """(8, 3): RAS mm of the corners of the box round a mask's true voxels; (0, 3) when it has none."""
    box = mask.box()
    return mask.grid.crop(box).corners() if box else np.empty((0, 3))


def _reach(grid: Grid, shown: FloatArray, axis: int) -> tuple[FloatArray, FloatArray]:
    """The lowest and highest index of the field: a square in the plane, the shown points with a margin across it."""
    index = grid.to_index(shown)
    low, high = index.min(axis=0), index.max(axis=0)
    half = (high - low) / 2 * np.asarray(grid.spacing)
    in_plane = [a for a in range(3) if a != axis]
    half[in_plane] = half[in_plane].max()
    half += np.maximum(MARGIN_MM, MARGIN_FRACTION * half)
    middle = (low + high) / 2
    return middle - half / grid.spacing, middle + half / grid.spacing


def _clamp(grid: Grid, low: FloatArray, high: FloatArray) -> Box | None:
    """The box of voxels between two fractional indices; None when they lie outside the grid."""
    start = np.maximum(np.floor(low).astype(int), 0)
    stop = np.minimum(np.ceil(high).astype(int) + 1, grid.shape)
    if (start >= stop).any():
        return None
    i, j, k = (slice(int(a), int(b)) for a, b in zip(start, stop, strict=True))
    return i, j, k


def _on(section: Mask | Lesion, grid: Grid, box: Box) -> Mask:
    """The section on the field's own grid; a mask is expected on the uncropped one."""
    return section.mask_on(grid) if isinstance(section, Lesion) else section.canonical().crop(box)
