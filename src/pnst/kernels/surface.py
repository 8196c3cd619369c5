"""A smooth surface from a binary mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pnst.kernels.mesh import Mesh

FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class LevelSet:
    """A function sampled on a fine grid, positive inside the lesion; its zero level is the surface."""

    values: npt.NDArray[np.float32]
    origin: tuple[float, float, float]
    """Where sample (0, 0, 0) lies, in the mask's index space."""
    step: tuple[float, float, float]
    """Distance between samples in the mask's index space."""

    def mesh(self) -> Mesh:
        """The zero level, in the mask's index space, outward oriented."""
        from skimage.measure import marching_cubes

        vertices, faces, _, _ = marching_cubes(self.values, 0.0, gradient_direction="ascent")
        return Mesh(vertices * np.asarray(self.step) + np.asarray(self.origin), faces)

    def inside(self, shape: Sequence[int], to_mask_index: FloatArray) -> BoolArray:
        """Which voxels of another grid have their centres inside."""
        from scipy.ndimage import affine_transform

        scale = np.diag([*(1 / np.asarray(self.step)), 1.0])
        shift = np.eye(4)
        shift[:3, 3] = -np.asarray(self.origin)
        to_mine = scale @ shift @ to_mask_index
        out = affine_transform(self.values, to_mine[:3, :3], to_mine[:3, 3], tuple(shape), order=1, cval=-1.0)
        return np.asarray(out > 0)


def level_set(mask: BoolArray, spacing: Sequence[float]) -> LevelSet:
    """Signed distance to the mask's own boundary."""
    import edt

    padded = np.pad(mask, 2)
    inside = edt.edt(padded.astype(np.uint8), anisotropy=tuple(spacing))
    outside = edt.edt((~padded).astype(np.uint8), anisotropy=tuple(spacing))
    return LevelSet((inside - outside).astype(np.float32), (-2.0, -2.0, -2.0), (1.0, 1.0, 1.0))
