"""Voxels that know where they are: `Grid`, `Volume` and `Mask`.

World coordinates are RAS millimetres (x to the patient's right hand → +, anterior +, superior +, the NIfTI
convention). An affine maps a voxel's index (i, j, k), counted at voxel centres, to its world position.
Values may change, shape may not, because the shape belongs to the affine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product

import numpy as np
import numpy.typing as npt

from pnst.errors import GeometryError
from pnst.kernels.box import bounding_box as tight_box
from pnst.typing import AnyArray, BoolArray, FloatArray

Box = tuple[slice, slice, slice]

MAX_SHEAR = 1e-3
"""Largest cosine between two axes of a grid: rounding in file headers stays far below it."""

SAME_VOXELS = 0.02
"""Grids whose corners are closer than this share of a voxel are one grid: what headers round stays far below it."""

SPACING_DIGITS = 6
"""Single precision holds seven; what is left out is 5e-6 of a voxel at most."""

EQUAL_SIDE_RATIO = 1.05
"""Voxel sides closer than this ratio are equally long."""

_ORDERS = tuple(product(permutations(range(3)), product((1, -1), repeat=3)))
_AXES, _SIGNS = np.array([axes for axes, _ in _ORDERS]), np.array([signs for _, signs in _ORDERS])
"""(48, 3) each: every order of three axes with every choice of flips."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Where voxels are: the shape (ni, nj, nk) and the affine from index to RAS mm. Any orientation is legal.

    Raises `GeometryError` for an affine that is not finite, not invertible or sheared. Any scale is legal: that an
    image from a file is of a person is for the reader to check.

    A box of 2 × 3 × 4 voxels of 1 × 2 × 3 mm:

    >>> grid = Grid((2, 3, 4), np.diag([1.0, 2.0, 3.0, 1.0]))
    >>> grid
    Grid(2 × 3 × 4, 1 × 2 × 3 mm, RAS)
    >>> grid.slice_axis, round(grid.voxel_volume_mm3, 6)
    (2, 6.0)
    >>> grid.to_world((1, 1, 1)).tolist(), grid.to_index((1, 2, 3)).tolist()
    ([1.0, 2.0, 3.0], [1.0, 1.0, 1.0])
    >>> grid.crop((slice(1, 2), slice(1, 3), slice(0, 4))).affine[:3, 3].tolist()
    [1.0, 2.0, 0.0]
    """

    shape: tuple[int, int, int]
    affine: FloatArray

    def __post_init__(self) -> None:
        affine = np.array(self.affine, dtype=np.float64)
        shape = tuple(int(n) for n in self.shape)
        if len(shape) != 3 or min(shape) < 1:
            raise _bad_grid(f"shape {shape}", "three positive sizes")
        if affine.shape != (4, 4) or not np.isfinite(affine).all() or not np.allclose(affine[3], (0, 0, 0, 1)):
            raise _bad_grid("an affine with missing or infinite entries", "a finite 4×4 matrix ending in 0 0 0 1")
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            lengths = np.linalg.norm(affine[:3, :3], axis=0)
        if not (lengths.min() > 0 and np.isfinite(lengths).all()):
            raise _bad_grid(f"voxel lengths {lengths.tolist()} mm", "three lengths above 0")
        units = affine[:3, :3] / lengths
        cosines = np.abs(units.T @ units - np.eye(3))
        if not cosines.max() <= MAX_SHEAR:
            raise _bad_grid(f"axes whose cosine is {cosines.max():.4f}", f"perpendicular axes (cosine ≤ {MAX_SHEAR})")
        affine.flags.writeable = False
        object.__setattr__(self, "affine", affine)
        object.__setattr__(self, "shape", shape)

    @cached_property
    def spacing(self) -> tuple[float, float, float]:
        """Distance between voxel centres along i, j and k, in mm, to six digits.

        Files hold it in single precision or in text: 3.0000001 mm and 3 mm are one spacing, so that nothing that is
        counted in it (slices in a reach, cells in a voxel, the longest side) depends on how the file holds it.

        >>> Grid((2, 3, 4), np.diag([0.9999999, 2.0, 3.0000001, 1.0])).spacing
        (1.0, 2.0, 3.0)
        """
        i, j, k = (float(f"{length:.{SPACING_DIGITS}g}") for length in self._lengths)
        return i, j, k

    @cached_property
    def _lengths(self) -> FloatArray:
        """(3,): the spacing as the affine holds it."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    @cached_property
    def slice_axis(self) -> int:
        """The axis across the slices: that of the longest voxel side, where none is longer the nearest to craniocaudal.

        So it is the same one however the voxels are stored.
        """
        axes, _ = self.canonical_order()
        spacing = [self.spacing[axis] for axis in axes]
        longest = int(np.argmax(spacing))
        return axes[longest] if spacing[longest] > EQUAL_SIDE_RATIO * spacing[2] else axes[2]

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    @property
    def directions(self) -> FloatArray:
        """(3, 3): the unit vectors of i, j and k in RAS, one a column."""
        return np.asarray(self.affine[:3, :3] / self._lengths)

    @cached_property
    def inverse(self) -> FloatArray:
        """(4, 4): the affine from RAS mm to index."""
        return np.asarray(np.linalg.inv(self.affine))

    def to_world(self, index: npt.ArrayLike) -> FloatArray:
        """RAS mm of indices (..., 3), which may be fractional."""
        return np.asarray(np.asarray(index, dtype=np.float64) @ self.affine[:3, :3].T + self.affine[:3, 3])

    def to_index(self, points: npt.ArrayLike) -> FloatArray:
        """Fractional indices of RAS points (..., 3) in mm."""
        return np.asarray(np.asarray(points, dtype=np.float64) @ self.inverse[:3, :3].T + self.inverse[:3, 3])

    def corners(self) -> FloatArray:
        """(8, 3): RAS mm of the centres of the eight corner voxels."""
        top = np.asarray(self.shape) - 1
        return self.to_world(np.stack(np.meshgrid(*[(0, n) for n in top], indexing="ij"), axis=-1).reshape(8, 3))

    def matches(self, other: Grid, tolerance_mm: float | None = None) -> bool:
        """Whether both grids have one shape and no corner voxel is further apart than `tolerance_mm`.

        Without a tolerance: than 0.02 of a voxel along any axis of either grid.
        """
        if self.shape != other.shape:
            return False
        apart = self.corners() - other.corners()
        if tolerance_mm is not None:
            return bool(np.linalg.norm(apart, axis=1).max() <= tolerance_mm)
        voxels = np.concatenate([apart @ grid.inverse[:3, :3].T for grid in (self, other)])
        return bool(np.abs(voxels).max() <= SAME_VOXELS)

    def crop(self, box: Box) -> Grid:
        """The grid of `data[box]`; the origin moves with the crop. Steps other than 1 are refused."""
        if any(s.step not in (None, 1) for s in box):
            raise _bad_grid(f"the crop {box}", "slices with step 1")
        start, stop = zip(*[s.indices(n)[:2] for s, n in zip(box, self.shape, strict=True)], strict=True)
        affine = self.affine.copy()
        affine[:3, 3] = self.to_world(start)
        ni, nj, nk = np.subtract(stop, start).tolist()
        return Grid((ni, nj, nk), affine)

    def box_of(self, part: Grid) -> Box | None:
        """The box of indices that makes `part` a crop of this grid; None when their voxels do not coincide."""
        start = np.rint(self.to_index(part.affine[:3, 3]))
        stop = start + part.shape
        if not ((start >= 0) & (stop <= self.shape)).all():  # before the cast: a damaged header may say 1e30 mm
            return None
        i, j, k = (slice(int(a), int(b)) for a, b in zip(start, stop, strict=True))
        return (i, j, k) if self.crop((i, j, k)).matches(part) else None

    def box_around(self, points: npt.ArrayLike) -> Box | None:
        """The smallest box of voxels whose centres surround RAS points (n, 3) in mm; None when it lies outside."""
        index = self.to_index(points)
        low, high = np.maximum(np.floor(index.min(axis=0)), 0), np.minimum(np.ceil(index.max(axis=0)) + 1, self.shape)
        if (high <= low).any():
            return None
        i, j, k = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        return i, j, k

    def canonical_order(self) -> tuple[tuple[int, int, int], tuple[int, ...]]:
        """Axes and flips that bring the grid closest to RAS: the smallest turn, a mirror allowed.

        Returns the permutation to hand to `transpose` and then the axes to hand to `flip`.
        """
        return self._order

    @cached_property
    def _order(self) -> tuple[tuple[int, int, int], tuple[int, ...]]:
        turned = self.directions[:, _AXES].transpose(1, 0, 2) * _SIGNS[:, None, :]
        # Rounded, then by the entries: where two orders are equally close (45°), the storage must not decide.
        keys = np.round(np.column_stack((np.trace(turned, axis1=1, axis2=2), turned.reshape(-1, 9))), 6)
        best = int(np.lexsort(keys.T[::-1])[-1])
        i, j, k = _AXES[best].tolist()
        return (i, j, k), tuple(np.flatnonzero(_SIGNS[best] < 0).tolist())

    def canonical(self) -> Grid:
        """This grid with its axes permuted and flipped to lie closest to RAS; the same voxels."""
        return self._canonical

    @cached_property
    def _canonical(self) -> Grid:
        axes, flips = self.canonical_order()
        affine = np.eye(4)
        affine[:3, :3] = self.affine[:3, axes]
        affine[:3, 3] = self.affine[:3, 3]
        shape = [self.shape[a] for a in axes]
        for axis in flips:
            affine[:3, 3] += affine[:3, axis] * (shape[axis] - 1)
            affine[:3, axis] *= -1
        return Grid((shape[0], shape[1], shape[2]), affine)

    def to_canonical(self, data: AnyArray) -> AnyArray:
        """An array on this grid (ni, nj, nk, …), in the order of `canonical()`."""
        axes, flips = self.canonical_order()
        return np.flip(data.transpose((*axes, *range(3, data.ndim))), axis=flips)

    def from_canonical(self, data: AnyArray) -> AnyArray:
        """The inverse of `to_canonical`, for an array of three axes."""
        axes, flips = self.canonical_order()
        return np.flip(data, axis=flips).transpose(np.argsort(axes))

    def box_from_canonical(self, box: Box) -> Box:
        """A box of indices of `canonical()` in this grid's own: the voxels of `to_canonical(data)[box]`.

        >>> Grid((2, 3, 4), np.diag([-1.0, 2.0, 3.0, 1.0])).box_from_canonical((slice(0, 1), slice(1, 3), slice(0, 2)))
        (slice(1, 2, None), slice(1, 3, None), slice(0, 2, None))
        """
        axes, flips = self.canonical_order()
        counts = self.canonical().shape
        own = [
            slice(count - side.stop, count - side.start) if axis in flips else side
            for axis, (side, count) in enumerate(zip(box, counts, strict=True))
        ]
        i, j, k = (own[axis] for axis in np.argsort(axes))
        return i, j, k

    def __repr__(self) -> str:
        codes = "".join(
            "LR"[d > 0] if w == 0 else "PA"[d > 0] if w == 1 else "IS"[d > 0] for w, d in self._axis_signs()
        )
        size = " × ".join(str(n) for n in self.shape)
        return f"Grid({size}, {' × '.join(f'{s:.3g}' for s in self.spacing)} mm, {codes})"

    def _axis_signs(self) -> list[tuple[int, float]]:
        axes, _ = self.canonical_order()
        world_of = {axis: world for world, axis in enumerate(axes)}
        return [(world_of[axis], float(self.affine[world_of[axis], axis])) for axis in range(3)]


@dataclass(frozen=True, eq=False)
class Volume:
    """Numbers on a grid, with their unit. A fourth axis, where there is one, counts measurements (diffusion).

    `data` (ni, nj, nk) or (ni, nj, nk, n), read-only. `unit` is "" for arbitrary signal, "um2_per_ms" for ADC.

    >>> Volume(np.zeros((2, 3, 4, 7), dtype=np.float32), Grid((2, 3, 4), np.diag([1.0, 2.0, 3.0, 1.0])))
    Volume(Grid(2 × 3 × 4, 1 × 2 × 3 mm, RAS), 7 measurements, float32)
    """

    data: AnyArray
    grid: Grid
    unit: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", _on_grid(self.data, self.grid, allow_4d=True))

    def canonical(self) -> Volume:
        """The same voxels in the order closest to RAS."""
        return Volume(self.grid.to_canonical(self.data), self.grid.canonical(), self.unit)

    def crop(self, box: Box) -> Volume:
        """The part inside a box of indices, in its place."""
        return Volume(self.data[box], self.grid.crop(box), self.unit)

    def __repr__(self) -> str:
        count = f", {self.data.shape[3]} measurements" if self.data.ndim == 4 else ""
        return f"Volume({self.grid!r}{count}, {self.data.dtype}{', ' + self.unit if self.unit else ''})"


@dataclass(frozen=True, eq=False)
class Mask:
    """One region: true voxels on a grid. `data` (ni, nj, nk) bool, read-only.

    2 · 3 · 4 voxels of 1 · 2 · 3 mm³:

    >>> mask = Mask(np.ones((2, 3, 4), dtype=bool), Grid((2, 3, 4), np.diag([1.0, 2.0, 3.0, 1.0])))
    >>> round(mask.volume_mm3, 6)
    144.0
    """

    data: BoolArray
    grid: Grid

    def __post_init__(self) -> None:
        data = np.asarray(self.data)
        if data.dtype != np.bool_:
            raise _bad_grid(f"a mask of {data.dtype}", "booleans (threshold a label map or a probability first)")
        object.__setattr__(self, "data", _on_grid(data, self.grid, allow_4d=False))

    @property
    def volume_mm3(self) -> float:
        """Number of true voxels × the volume of one."""
        return self.count * self.grid.voxel_volume_mm3

    @cached_property
    def count(self) -> int:
        """Number of true voxels."""
        return 0 if self._tight is None else int(np.count_nonzero(self.data[self._tight]))

    def canonical(self) -> Mask:
        """The same voxels in the order closest to RAS."""
        return self._canonical

    @cached_property
    def _canonical(self) -> Mask:
        return Mask(self.grid.to_canonical(self.data), self.grid.canonical())

    def crop(self, box: Box) -> Mask:
        """The part inside a box of indices, in its place."""
        return Mask(self.data[box], self.grid.crop(box))

    def box(self, margin_mm: float = 0.0) -> Box | None:
        """The smallest box of indices round the true voxels, widened by a margin; None when there are none."""
        return None if self._tight is None else _widened(self._tight, self.data.shape, self.grid.spacing, margin_mm)

    @cached_property
    def _tight(self) -> Box | None:
        return bounding_box(self.data, self.grid.spacing)

    def __repr__(self) -> str:
        return f"Mask({self.grid!r}, {self.volume_mm3 / 1000:.3g} ml)"


def embed(part: Mask, grid: Grid) -> Mask:
    """A mask on a crop of a grid, in whatever order, put back on the whole grid: false outside the crop.

    Raises `GeometryError` when their voxels do not coincide: nothing is resampled.

    >>> grid = Grid((2, 3, 4), np.diag([1.0, 2.0, 3.0, 1.0]))
    >>> part = Mask(np.ones((1, 3, 2), dtype=bool), grid.crop((slice(0, 1), slice(0, 3), slice(1, 3))))
    >>> embed(part, grid).data[:, 0].astype(int).tolist()
    [[0, 1, 1, 0], [0, 0, 0, 0]]
    """
    canonical, whole = part.canonical(), grid.canonical()
    box = whole.box_of(canonical.grid)
    if box is None:
        raise _bad_grid(f"a mask on {part.grid!r}", f"a crop of {grid!r}")
    if canonical.grid.shape == whole.shape:
        return Mask(grid.from_canonical(canonical.data), grid)
    data = np.zeros(whole.shape, dtype=bool)
    data[box] = canonical.data
    return Mask(grid.from_canonical(data), grid)


def bounding_box(data: BoolArray, spacing: Sequence[float], margin_mm: float = 0.0) -> Box | None:
    """The smallest box round the true voxels of (ni, nj, nk), widened by whole voxels of at least the margin.

    3 mm are three voxels along i, two along j, one along k:

    >>> data = np.zeros((9, 8, 7), dtype=bool)
    >>> data[4, 4, 4] = True
    >>> bounding_box(data, (1.0, 2.0, 4.0), margin_mm=3.0)
    (slice(1, 8, None), slice(2, 7, None), slice(3, 6, None))
    """
    tight = tight_box(data)
    return None if tight is None else _widened(tight, data.shape, spacing, margin_mm)


def _widened(tight: tuple[slice, ...], shape: Sequence[int], spacing: Sequence[float], margin_mm: float) -> Box:
    """A box of indices with whole voxels of at least the margin round it, within an array of that shape."""
    pads = [int(np.ceil(margin_mm / step)) for step in spacing]
    i, j, k = (
        slice(max(0, side.start - pad), min(count, side.stop + pad))
        for side, pad, count in zip(tight, pads, shape, strict=True)
    )
    return i, j, k


def _on_grid(data: AnyArray, grid: Grid, *, allow_4d: bool) -> AnyArray:
    array = np.asarray(data)
    if array.shape[:3] != grid.shape or array.ndim not in ((3, 4) if allow_4d else (3,)):
        raise _bad_grid(f"an array of shape {array.shape}", f"the grid's shape {grid.shape}")
    view = array.view()
    view.flags.writeable = False
    return view


def _bad_grid(got: str, expected: str) -> GeometryError:
    return GeometryError(
        "an image without a usable geometry",
        got=got,
        expected=expected,
        remedy="export the image again with its geometry, or correct the file's header",
    )
