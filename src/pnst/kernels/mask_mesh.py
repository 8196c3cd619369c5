"""The staircase surface of a mask, which compares with other tools; what is measured is `kernels.surface`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.kernels.box import bounding_box
from pnst.kernels.mesh import Mesh
from pnst.typing import BoolArray


def mask_mesh(mask: BoolArray, spacing: Sequence[float]) -> Mesh:
    """The staircase surface of a mask (ni, nj, nk), which may not be empty: marching cubes (Lewiner et al. 2003)
    half-way between voxel centres, as IBSI 1 asks for. Vertices in mm from the first voxel's centre.

    The surface that is measured is not this one but that of `kernels.surface`; this one compares with other tools.

    One voxel of 2 × 3 × 4 mm is an octahedron, whose volume is 4/3 · 1 · 1.5 · 2 mm³:

    >>> mesh = mask_mesh(np.ones((1, 1, 1), dtype=bool), (2.0, 3.0, 4.0))
    >>> round(mesh.volume_mm3, 6), np.ptp(mesh.vertices, axis=0).tolist()
    (4.0, [2.0, 3.0, 4.0])
    """
    from skimage.measure import marching_cubes

    box = bounding_box(mask)
    if box is None:
        raise ValueError("the mask is empty")
    padded = np.pad(mask[box], 1).astype(np.float32)
    vertices, faces, _, _ = marching_cubes(padded, 0.5)
    first = np.array([side.start - 1 for side in box])
    return Mesh((vertices.astype(np.float64) + first) * np.asarray(spacing), faces)
