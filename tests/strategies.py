"""Hypothesis strategies for the domain's objects: grids never cubic, never isotropic, seldom straight."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from pnst.image import Grid, Mask, Volume


@st.composite
def rotations(draw: st.DrawFn) -> npt.NDArray[np.float64]:
    """(3, 3): any proper rotation, from a unit quaternion."""
    w, x, y, z = draw(
        st.tuples(*[st.floats(-1, 1, allow_subnormal=False)] * 4).filter(lambda q: np.linalg.norm(q) > 0.1)
    )
    w, x, y, z = np.array((w, x, y, z)) / np.linalg.norm((w, x, y, z))
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


@st.composite
def grids(draw: st.DrawFn, min_size: int = 4, max_size: int = 12) -> Grid:
    """Oblique, anisotropic, of either handedness, with three different sizes and three different spacings."""
    shape = draw(st.lists(st.integers(min_size, max_size), min_size=3, max_size=3, unique=True))
    spacing = draw(st.lists(st.sampled_from((0.4, 0.6, 0.9, 1.3, 2.0, 4.0, 6.0)), min_size=3, max_size=3, unique=True))
    flips = draw(st.tuples(*[st.sampled_from((1.0, -1.0))] * 3))
    affine = np.eye(4)
    affine[:3, :3] = draw(rotations()) * spacing * flips
    affine[:3, 3] = draw(st.tuples(*[st.floats(-300, 300)] * 3))
    return Grid((shape[0], shape[1], shape[2]), affine)


@st.composite
def volumes(draw: st.DrawFn) -> Volume:
    """Every voxel holds another number, so that no two can be mistaken for each other."""
    grid = draw(grids())
    return Volume(np.arange(np.prod(grid.shape), dtype=np.float32).reshape(grid.shape), grid)


@st.composite
def ellipsoid_masks(draw: st.DrawFn) -> Mask:
    """The voxels whose centres lie in an ellipsoid that is off the grid's centre and clear of its border."""
    grid = draw(grids(min_size=9, max_size=16))
    shape = np.asarray(grid.shape)
    centre = (shape - 1) / 2 + draw(st.tuples(*[st.floats(-0.8, 0.8)] * 3))
    radii = (shape - 1) / 2 - draw(st.tuples(*[st.floats(1.9, 2.6)] * 3))
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    return Mask((((index - centre) / radii) ** 2).sum(axis=-1) <= 1, grid)


@st.composite
def orders(draw: st.DrawFn) -> tuple[tuple[int, int, int], tuple[int, ...]]:
    """A permutation of the three axes, and the axes to flip after it."""
    i, j, k = draw(st.permutations((0, 1, 2)))
    return (i, j, k), tuple(axis for axis in range(3) if draw(st.booleans()))


def reordered(mask: Mask, order: tuple[tuple[int, int, int], tuple[int, ...]]) -> Mask:
    """The same voxels in the same places, stored in another order."""
    axes, flips = order
    affine = mask.grid.affine[:, (*axes, 3)].copy()
    data = np.flip(mask.data.transpose(axes), axis=flips)
    for axis in flips:
        affine[:, 3] += affine[:, axis] * (data.shape[axis] - 1)
        affine[:, axis] *= -1
    ni, nj, nk = data.shape
    return Mask(data, Grid((ni, nj, nk), affine))
