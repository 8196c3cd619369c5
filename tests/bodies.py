"""Closed bodies with known answers, and the meshes and masks that sample them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from pnst.image import Grid, Mask
from pnst.kernels.mesh import Mesh

Array = npt.NDArray[np.float64]
GOLDEN = (1 + 5**0.5) / 2
Radius = Callable[[Array], Array]
"""Distance of the surface from the centre, mm, along unit directions (..., 3)."""


def tilted(angles_deg: tuple[float, float, float] = (25, -40, 15)) -> Array:
    return Rotation.from_euler("xyz", angles_deg, degrees=True).as_matrix()


def ellipsoid(a: float, b: float, c: float) -> Radius:
    return lambda u: 1 / np.sqrt(np.maximum(((u / np.array([a, b, c])) ** 2).sum(axis=-1), 1e-12))


def star(radius: float, lobes: int, depth: float) -> Radius:
    """r = R (1 + depth · cos(nφ) sinⁿθ): n lobes round the equator."""

    def r(u: Array) -> Array:
        azimuth, sine = np.arctan2(u[..., 1], u[..., 0]), np.sqrt(np.clip(1 - u[..., 2] ** 2, 0, 1))
        return radius * (1 + depth * np.cos(lobes * azimuth) * sine**lobes)

    return r


def fused(radius: float, apart: float) -> Radius:
    """Two balls whose centres are `apart` radii from each other, along x."""
    half = apart * radius / 2

    def r(u: Array) -> Array:
        x = np.abs(u[..., 0])
        return half * x + np.sqrt(np.maximum(radius**2 - half**2 * (1 - x**2), 0))

    return r


def mesh_of(radius: Radius, turn: Array | None = None, origin: tuple[float, ...] = (0, 0, 0), level: int = 5) -> Mesh:
    """The exact body on a sphere's triangles (an icosahedron split `level` times), turned, then moved to `origin`."""
    unit = icosphere(level)
    vertices = unit.vertices * radius(unit.vertices)[:, None]
    return Mesh(vertices @ (np.eye(3) if turn is None else turn).T + np.asarray(origin), unit.faces)


@cache
def icosphere(level: int) -> Mesh:
    hull = ConvexHull(
        np.array([v for s in (1, -1) for t in (GOLDEN, -GOLDEN) for v in ((0, s, t), (s, t, 0), (t, 0, s))])
    )
    vertices, faces = hull.points, hull.simplices
    for _ in range(level):
        corners = vertices[faces]
        middles = (corners + np.roll(corners, -1, axis=1)) / 2
        small = [np.stack([corners[:, n], middles[:, n], middles[:, n - 1]], axis=1) for n in range(3)]
        soup = np.concatenate([*small, middles]).reshape(-1, 3)
        _, first, inverse = np.unique(soup.round(9), axis=0, return_index=True, return_inverse=True)
        vertices, faces = soup[first], inverse.reshape(-1, 3)
    vertices = vertices / np.linalg.norm(vertices, axis=1, keepdims=True)
    a, b, c = (vertices[faces[:, n]] for n in range(3))
    inward = np.einsum("ni,ni->n", np.cross(b - a, c - a), a) < 0
    return Mesh(vertices, np.where(inward[:, None], faces[:, ::-1], faces))


def mask_of(
    radius: Radius, spacing: tuple[float, float, float], turn: Array, phase: tuple[float, float, float], reach: float
) -> npt.NDArray[np.bool_]:
    """Voxels whose centres lie in the body, which is turned against the axes and off the grid's centre by `phase`."""
    sizes = [int(np.ceil(2 * reach / s)) + 5 for s in spacing]
    index = np.stack(np.meshgrid(*[np.arange(n) for n in sizes], indexing="ij"), axis=-1)
    points = (index - (np.array(sizes) - 1) / 2 + phase) * spacing
    length = np.linalg.norm(points, axis=-1)
    return np.asarray(radius((points / np.maximum(length, 1e-9)[..., None]) @ turn) > length)


def oblique(shape: tuple[int, ...], spacing: tuple[float, float, float]) -> Grid:
    """A grid turned against the patient and far from the origin."""
    affine = np.eye(4)
    affine[:3, :3] = tilted((8, -12, 5)) * spacing
    affine[:3, 3] = (-73.0, 41.0, 512.0)
    return Grid((shape[0], shape[1], shape[2]), affine)


def ball_mask(radius: float, spacing: tuple[float, float, float]) -> Mask:
    data = mask_of(ellipsoid(radius, radius, radius), spacing, np.eye(3), (0.3, -0.2, 0.4), radius)
    return Mask(data, oblique(data.shape, spacing))
