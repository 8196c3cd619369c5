"""How large, how fine and how far away an image of a person may be: bounds on what a header says."""

from __future__ import annotations

import math

import numpy as np

from pnst.errors import GeometryError
from pnst.image import Grid
from pnst.typing import FloatArray

MIN_SIDE_MM, MAX_PIXEL_MM = 0.05, 20.0
"""Bounds of a voxel: no side is shorter, no pixel (the two shorter sides) longer. Micrometres or metres are."""

MAX_EXTENT_MM, MAX_ORIGIN_MM = 2500.0, 1e4
"""No image is longer along an axis than a person with room, none lies further than a room from its origin."""

MAX_GRID_VOXELS = 1 << 27
"""Of one volume: 512 × 512 × 512. More is a damaged header, and fills the memory."""

MAX_VOXELS = 1 << 28
"""Of one image, all its measurements counted: 256 × 256 × 64 × 64."""

MAX_STORED_BYTES = 1 << 30
"""Of its voxels as a file holds them."""


def plausible_grid(shape: tuple[int, int, int], affine: FloatArray) -> Grid:
    """The grid of an image of a person.

    Raises `GeometryError` as `Grid` does, and for voxels, an extent or a place that no image of a person has: lengths
    in metres or micrometres, a damaged header.
    """
    grid = Grid(shape, affine)
    lengths, origin = np.asarray(grid.spacing), grid.affine[:3, 3]
    sides = " × ".join(f"{length:.3g}" for length in lengths)
    if lengths.min() < MIN_SIDE_MM or sorted(lengths)[1] > MAX_PIXEL_MM:
        raise _implausible(f"voxels of {sides} mm", f"sides from {MIN_SIDE_MM:g} mm, pixels up to {MAX_PIXEL_MM:g} mm")
    extents = lengths * shape
    if extents.max() > MAX_EXTENT_MM:
        extent = " × ".join(f"{length:.4g}" for length in extents)
        raise _implausible(f"{extent} mm in voxels of {sides} mm", f"at most {MAX_EXTENT_MM:g} mm along an axis")
    if np.abs(origin).max() > MAX_ORIGIN_MM:
        raise _implausible(f"an origin {np.abs(origin).max():.3g} mm away", f"at most {MAX_ORIGIN_MM:g} mm")
    if math.prod(shape) > MAX_GRID_VOXELS:
        raise _implausible(f"{math.prod(shape)} voxels", f"at most {MAX_GRID_VOXELS}")
    return grid


def _implausible(got: str, expected: str) -> GeometryError:
    return GeometryError(
        "an image without a usable geometry",
        got=got,
        expected=expected,
        remedy="export the image again with its geometry, or correct the file's header",
    )
