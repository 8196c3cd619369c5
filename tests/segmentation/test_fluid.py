"""Fluid beside a lesion. Witness: boxes of fluid at known places, and what must not be taken for it."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import oblique
from pnst.image import Mask, Volume
from pnst.segmentation.fluid import fluid
from pnst.segmentation.perilesional import Perilesional, crop_perilesional
from pnst.segmentation.settings import EdemaSettings

GRID = oblique((62, 54, 15), (1.0, 1.1, 3.0))
MUSCLE, OEDEMA, LESION, FLUID = 110.0, 330.0, 520.0, 900.0
INDEX = np.stack(np.meshgrid(*[np.arange(n) for n in GRID.shape], indexing="ij"), axis=-1)
X, Y, Z = np.moveaxis((INDEX - (30.0, 26.0, 7.0)) * GRID.spacing, -1, 0)
INSIDE = np.sqrt(X * X + Y * Y + Z * Z) < 9
POCKET = (np.abs(X - 18) < 5) & (np.abs(Y) < 8) & (np.abs(Z) < 8)
"""10 × 15 voxels in 5 slices, 4 mm from the lesion."""


def image(pocket: np.ndarray, level: float) -> Perilesional:
    """The lesion in muscle, and a pocket of that level."""
    data = np.where(INSIDE, LESION, np.where(pocket, level, MUSCLE)).astype(np.float32)
    return crop_perilesional(Volume(data, GRID), Mask(INSIDE, GRID))


def fluid_of(perilesional: Perilesional, fat_fraction: float | None = None, oedema: float = OEDEMA) -> np.ndarray:
    cells = perilesional.downsampled.grid.shape
    fraction = None if fat_fraction is None else np.full(cells, fat_fraction, dtype=np.float32)
    return fluid(perilesional, MUSCLE, oedema, fraction, EdemaSettings())


@pytest.mark.parametrize("level", [FLUID, 2 * FLUID])
def test_a_pocket_of_fluid_is_as_large_as_its_voxels(level):  # less its corners, which a disc rounds off
    pieces = fluid_of(image(POCKET, level))
    assert np.count_nonzero(pieces & POCKET) > 0.96 * np.count_nonzero(POCKET)
    assert np.count_nonzero(pieces & ~POCKET) < 0.15 * np.count_nonzero(POCKET)


@pytest.mark.parametrize(
    ("pocket", "level", "why"),
    [
        (POCKET, OEDEMA, "as bright as oedema"),
        (POCKET, 600.0, "brighter than the lesion, but by less than a quarter of its contrast"),
        (POCKET & (np.abs(Y - 0.5) < 1), 2 * FLUID, "so narrow that no disc of 2 mm fits in"),
    ],
)
def test_what_is_no_fluid(pocket, level, why):
    assert not fluid_of(image(pocket, level)).any(), why


@pytest.mark.parametrize(("fat_fraction", "wet"), [(-0.3, True), (0.0, False), (np.nan, False), (None, False)])
def test_a_pocket_as_bright_as_the_lesion_is_fluid_where_t1_shows_it_darker_than_muscle(fat_fraction, wet):
    assert fluid_of(image(POCKET, LESION), fat_fraction)[POCKET].any() == wet


def test_the_lesion_is_no_fluid_beside_itself():
    bright = image(POCKET | (np.abs(X) < 9), FLUID)
    assert not fluid_of(bright, -0.3)[bright.downsampled.lesion].any()


@pytest.mark.parametrize(("level", "wet"), [(580.0, True), (450.0, False)])
def test_fluid_ends_at_half_the_step_to_the_oedema(level, wet):
    """Closed form: beside oedema of 200, half the step to fluid of 900 is 550; what is as bright alone is none."""
    border = (np.abs(X - 18) < 9) & (np.abs(Y) < 8) & (np.abs(Z) < 8) & ~POCKET
    data = np.where(border, level, image(POCKET, FLUID).volume.data).astype(np.float32)
    pieces = fluid_of(crop_perilesional(Volume(data, GRID), Mask(INSIDE, GRID)), oedema=200.0)
    outer = border & (np.abs(X - 18) == 6) & (np.abs(Y) < 6)
    assert pieces[outer].all() == pieces[outer].any() == wet
    assert not fluid_of(image(border | POCKET, level), oedema=200.0).any()
