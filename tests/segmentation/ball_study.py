"""A ball that every series shows, on grids of their own: for tests of what the segmentation does with images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from pnst.image import Grid, Mask, Volume
from pnst.segmentation.prompt import Line
from pnst.study import Role, Series, Source, Study

CENTRE = np.array([12.0, -30.0, 55.0])
CONTRASTS = {Role.T1: (300.0, 290.0), Role.T2_FS: (120.0, 420.0), Role.T1_POST: (310.0, 520.0)}
"""Signal of muscle and of the ball."""
DIRECTIONS = np.array([0.8, -0.5, 0.33])


def oblique(spacing: Sequence[float], shape: tuple[int, int, int], turn_deg: Sequence[float]) -> Grid:
    """A grid round `CENTRE`."""
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_euler("xyz", turn_deg, degrees=True).as_matrix() * np.asarray(spacing)
    affine[:3, 3] = CENTRE - affine[:3, :3] @ ((np.asarray(shape) - 1) / 2)
    return Grid(shape, affine)


GRIDS = {
    Role.T1: oblique((1.0, 1.1, 4.0), (70, 62, 19), (4, -3, 9)),
    Role.T2_FS: oblique((1.3, 1.2, 5.0), (55, 60, 15), (-3, 5, -6)),
    Role.T1_POST: oblique((0.9, 1.0, 3.6), (76, 68, 21), (2, 2, 2)),
}


def inside(grid: Grid, radius: float, centre: np.ndarray = CENTRE) -> np.ndarray:
    """(ni, nj, nk) which voxels' centres lie in the ball."""
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    return np.linalg.norm(grid.to_world(index) - centre, axis=-1) < radius


def study(radius: float = 15.0, roles: Sequence[Role] = (Role.T1, Role.T2_FS), noise: float = 12.0) -> Study:
    """The ball in muscle."""
    series = {}
    for number, role in enumerate(roles):
        grid, (muscle, ball) = GRIDS[role], CONTRASTS[role]
        rng = np.random.default_rng(number)
        data = np.where(inside(grid, radius), ball, muscle) + rng.normal(0, noise, grid.shape)
        series[role] = Series(role, Volume(data.astype(np.float32), grid), Source("simulated", ""))
    return Study("ball", series)


def mask(radius: float = 15.0, role: Role = Role.T1) -> Mask:
    """The ball's voxels on a series' grid."""
    return Mask(inside(GRIDS[role], radius), GRIDS[role])


def diameter(radius: float = 15.0, shift: Sequence[float] = (0, 0, 0)) -> Line:
    """A line, its short axis and extent of a ball of that radius."""
    x, y, z = CENTRE + np.asarray(shift)
    ends = ((x - radius, y, z), (x + radius, y, z), (x, y - radius, z), (x, y + radius, z))
    return Line(ends[0], ends[1], (ends[2], ends[3]), (z - radius, z + radius))


def dice(a: Mask, b: Mask) -> float:
    """Of two masks on one grid."""
    return float(2 * np.count_nonzero(a.data & b.data) / (a.count + b.count))
