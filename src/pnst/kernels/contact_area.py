"""How much of a surface lies within a distance of something."""

from __future__ import annotations

import numpy as np

from pnst.kernels.mesh import Mesh
from pnst.typing import FloatArray


def area_below(mesh: Mesh, values: FloatArray, level: float) -> float:
    """mm² of the mesh where a function, known at its vertices (n,) and linear on each face, is below a level.

    A box of 2 × 3 × 4 mm, up to a height of 1 mm: its bottom and a quarter of its sides, 6 + 10 mm².

    >>> vertices = np.indices((2, 2, 2)).reshape(3, 8).T * (2.0, 3.0, 4.0)
    >>> quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    >>> mesh = Mesh(vertices, np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]))
    >>> round(area_below(mesh, vertices[:, 2], 1.0), 9)
    16.0
    """
    corners = np.asarray(values, dtype=np.float64)[mesh.faces] - level
    below = corners < 0
    count = below.sum(axis=1)
    share = (count == 3).astype(np.float64)
    for some in (1, 2):
        mixed = count == some
        # The corner that is alone on its side cuts a triangle off: as large as both shares of its sides.
        alone = np.argmax(below[mixed] if some == 1 else ~below[mixed], axis=1)
        own, first, second = (corners[mixed, (alone + step) % 3] for step in range(3))
        cut = own / (own - first) * own / (own - second)
        share[mixed] = cut if some == 1 else 1 - cut
    return float(share @ mesh.face_areas)
