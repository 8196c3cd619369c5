"""Triangle meshes: areas, volumes, normals, and what follows from them. Coordinates in mm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
IntArray = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Mesh:
    """A closed triangle mesh: `vertices` (n, 3) in mm, `faces` (m, 3) vertex numbers, outward by the right hand."""

    vertices: FloatArray
    faces: IntArray
