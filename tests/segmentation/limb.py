"""A limb of tissues with known levels under magnitude noise, beside air, fat and bone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bodies import oblique
from pnst.image import Grid, Mask, Volume
from pnst.segmentation.perilesional import Perilesional, crop_perilesional

GRID = oblique((84, 78, 17), (1.2, 1.3, 4.0))
T1 = {"lesion": 330.0, "muscle": 300.0, "fat": 1000.0, "bone": 60.0, "marrow": 900.0, "air": 0.0}
STIR = {"lesion": 520.0, "muscle": 110.0, "fat": 160.0, "bone": 20.0, "marrow": 130.0, "air": 0.0}
SIGMA = 12.0


@dataclass(frozen=True)
class Limb:
    """A ball in muscle, a bone beside it, fat round both, air outside; radii in mm about the grid's middle."""

    lesion: float = 9.0
    muscle: float = 33.0
    fat: float = 45.0
    grid: Grid = GRID

    @property
    def tissue(self) -> np.ndarray:
        """(ni, nj, nk) names."""
        index = np.stack(np.meshgrid(*[np.arange(n) for n in self.grid.shape], indexing="ij"), axis=-1)
        x, y, z = np.moveaxis((index - (np.array(self.grid.shape) - 1) / 2) * self.grid.spacing, -1, 0)
        out = np.full(self.grid.shape, "air", dtype="<U8")
        across = np.hypot(x, y)
        out[across < self.fat] = "fat"
        out[across < self.muscle] = "muscle"
        bone = np.hypot(x + 20, y - 4)
        out[(bone < 9) & (across < self.muscle)] = "bone"
        out[(bone < 6) & (across < self.muscle)] = "marrow"
        out[x * x + y * y + z * z < self.lesion**2] = "lesion"
        return out

    def perilesional(self, levels: dict[str, float], sigma: float = SIGMA, seed: int = 3) -> Perilesional:
        """The surroundings in an image of these levels with magnitude noise."""
        tissue, rng = self.tissue, np.random.default_rng(seed)
        clean = np.vectorize(levels.get, otypes=[float])(tissue)
        noise = rng.normal(scale=sigma, size=(2, *self.grid.shape))
        data = np.hypot(clean + noise[0], noise[1]).astype(np.float32)
        return crop_perilesional(Volume(data, self.grid), Mask(tissue == "lesion", self.grid))

    def cropped(self, name: str, perilesional: Perilesional) -> np.ndarray:
        """Where the tissue of that name lies, on the surroundings' grid."""
        whole = Mask(self.tissue == name, self.grid)
        start = np.rint(self.grid.to_index(perilesional.volume.grid.affine[:3, 3])).astype(int)
        return whole.data[tuple(slice(a, a + n) for a, n in zip(start, perilesional.volume.grid.shape, strict=True))]


LIMB = Limb()
