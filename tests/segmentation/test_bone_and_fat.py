"""Bone and fat that no lesion goes into. Witness: tissues drawn in known places under magnitude noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from bodies import oblique
from pnst.image import Grid, Volume
from pnst.segmentation.bone_and_fat import bone_and_fat
from segmentation.limb import GRID, T1

SIGMA = 12.0
OTHER = oblique((60, 52, 26), (1.7, 1.6, 2.6))


@dataclass(frozen=True)
class Leg:
    """A ball in muscle that touches a bone, fat round both; a bright core with a dark rim in the ball, and fat."""

    core_tissue: str = "lesion"
    radius: float = 16.0
    toward_skin: float = 0.0
    """mm that the ball lies off the limb's axis, away from the bone."""

    def places(self, grid: Grid) -> np.ndarray:
        """(ni, nj, nk, 3) mm from the middle of `GRID` along its axes."""
        index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
        return (GRID.to_index(grid.to_world(index)) - (np.array(GRID.shape) - 1) / 2) * GRID.spacing

    def tissue(self, grid: Grid) -> np.ndarray:
        x, y, z = np.moveaxis(self.places(grid), -1, 0)
        out = np.full(grid.shape, "air", dtype="<U8")
        across = np.hypot(x, y)
        out[across < 45] = "fat"
        out[across < 33] = "muscle"
        out[(x - self.toward_skin) ** 2 + y * y + z * z < self.radius**2] = "lesion"
        inner = np.hypot(np.hypot(x - 4 - self.toward_skin, y), z)
        out[inner < 7] = "bone" if self.core_tissue == "marrow" else "lesion"
        out[inner < 5] = self.core_tissue
        bone = np.hypot(x + 20, y - 4)
        out[bone < 9] = "bone"
        out[bone < 6] = "marrow"
        return out

    def t1(self, levels: dict[str, float] = T1) -> Volume:
        rng = np.random.default_rng(3)
        clean = np.vectorize(levels.get, otypes=[float])(self.tissue(GRID))
        noise = rng.normal(scale=SIGMA, size=(2, *GRID.shape))
        return Volume(np.hypot(clean + noise[0], noise[1]).astype(np.float32), GRID)

    def depth(self, grid: Grid, radius: float) -> np.ndarray:
        """Of a ball round the lesion: 1 in its middle, 0 on its surface."""
        offset = self.places(grid) - [self.toward_skin, 0, 0]
        return np.asarray(1 - (offset**2).sum(axis=-1) / radius**2)


def shares(leg: Leg, grid: Grid, radius: float = 20.0, levels: dict[str, float] = T1) -> dict[str, float]:
    """The share of each tissue within the prompt's body that is kept out."""
    tissue, depth = leg.tissue(grid), leg.depth(grid, radius)
    out = bone_and_fat(leg.t1(levels), depth, grid)
    return {
        name: float(out[where].mean()) for name in np.unique(tissue) if (where := (tissue == name) & (depth > 0)).any()
    }


@pytest.mark.parametrize("grid", [GRID, OTHER], ids=["the T1's voxels", "another series' voxels"])
def test_marrow_and_cortex_within_the_body_are_kept_out_and_nothing_else(grid):
    share = shares(Leg(), grid)
    assert share["marrow"] > 0.95
    assert share["bone"] > 0.85
    assert share["lesion"] < 0.01
    assert share["muscle"] < 0.02


@pytest.mark.parametrize("grid", [GRID, OTHER], ids=["the T1's voxels", "another series' voxels"])
def test_fat_that_goes_on_outside_is_kept_out(grid):
    """The body reaches 7 mm into the subcutis."""
    share = shares(Leg(toward_skin=18.0), grid, radius=22.0)
    assert share["fat"] > 0.9
    assert share["lesion"] < 0.01


@pytest.mark.parametrize("tissue", ["fat", "marrow"])
def test_fat_or_blood_with_a_dark_rim_inside_a_lesion_stays(tissue):
    """A bright piece that does not go on outside the body is the lesion's own."""
    leg = Leg(core_tissue=tissue)
    inner = np.hypot(np.hypot(*np.moveaxis(leg.places(GRID) - [4, 0, 0], -1, 0)[:2]), leg.places(GRID)[..., 2])
    out = bone_and_fat(leg.t1(), leg.depth(GRID, 20.0), GRID)
    assert not out[inner < 4].any()
    assert out[leg.tissue(GRID) == "bone"].any()  # and the leg's own bone is found beside it


@dataclass(frozen=True)
class Capped(Leg):
    """Fat on both poles of a small ball, in dark rings as of a capsule: slice by slice it looks like marrow."""

    radius: float = 9.0

    def tissue(self, grid: Grid) -> np.ndarray:
        out = super().tissue(grid)
        x, y, z = np.moveaxis(self.places(grid), -1, 0)
        beyond, across = (abs(z) > self.radius) & (abs(z) < self.radius + 6), np.hypot(x, y)
        out[beyond & (across < 11)] = "bone"
        out[beyond & (across < 7)] = "marrow"
        return out


def test_a_tumour_between_two_caps_that_look_like_marrow_is_no_marrow():
    """A simulated schwannoma of 1.8 ml in a rim of fat was taken for bone, all but 0.01 ml."""
    kept_out = shares(Capped(), GRID, radius=11.0)
    assert kept_out["lesion"] < 0.1


def test_an_image_that_does_not_tell_fat_from_muscle_keeps_nothing_out():
    same = dict.fromkeys(T1, 300.0)
    assert not any(shares(Leg(), GRID, levels=same).values())


def test_a_body_beside_the_t1_keeps_nothing_out():
    far = Grid(GRID.shape, GRID.affine + np.array([[0, 0, 0, 900.0]] + [[0, 0, 0, 0.0]] * 3))
    depth = 1 - (np.indices(far.shape).astype(float) ** 2).sum(axis=0) / 900
    assert not bone_and_fat(Leg().t1(), depth, far).any()
