"""T1-bright pieces in a lesion. Witness: the voxels of spheres at known levels."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import oblique
from pnst.image import Mask, Volume
from pnst.segmentation.interior import Interior, crop_interior
from pnst.segmentation.settings import T1HighSettings, TissueSettings
from pnst.segmentation.t1_bright import T1Bright, t1_bright
from pnst.segmentation.tissue import FatScale

GRID = oblique((52, 47, 43), (0.8, 0.9, 1.0))
INDEX = np.stack(np.meshgrid(*[np.arange(n) for n in GRID.shape], indexing="ij"), axis=-1)
POINTS = (INDEX - (25.5, 23.0, 21.0)) * GRID.spacing
SCALE = FatScale(muscle=300.0, fat=1000.0)
BLEED_MM, SPECK_MM = 6.0, 3.0


def ball(radius: float, x: float = 0.0) -> np.ndarray:
    return np.linalg.norm(POINTS - (x, 0, 0), axis=-1) < radius


BLEED, SPECK = ball(BLEED_MM, -8), ball(SPECK_MM, 9)


def lesion(t1: np.ndarray) -> Interior:
    """A ball of 17 mm on an image with noise of 8."""
    noisy = t1 + np.random.default_rng(1).normal(scale=8, size=GRID.shape)
    inside = Mask(ball(17), GRID)
    return crop_interior(Volume(noisy.astype(np.float32), GRID), inside, TissueSettings().lesion_smoothing_mm)


def bright(t1: np.ndarray, t2: np.ndarray | None = None, edge_fat: np.ndarray | None = None) -> T1Bright:
    interior = lesion(t1)
    on_t2 = None if t2 is None else interior.resample_like(Volume(t2.astype(np.float32), GRID))
    mixed = np.zeros(GRID.shape) if edge_fat is None else edge_fat.astype(np.float32)
    mixed = interior.resample_like(Volume(mixed.astype(np.float32), GRID)) > 0
    return t1_bright(interior, SCALE, on_t2, mixed, T1HighSettings())


def ml(piece: np.ndarray) -> float:
    return float(np.count_nonzero(piece) * GRID.voxel_volume_mm3 / 1000)


def test_a_bleed_is_as_large_as_its_sphere():  # its voxels; of two pieces the larger one counts
    pieces = bright(np.where(BLEED | SPECK, 700.0, 330.0), np.full(GRID.shape, 500.0))
    assert pieces.blood.volume_mm3 / 1000 == pytest.approx(ml(BLEED) + ml(SPECK), rel=0.01)
    assert pieces.max_blood_ml == pytest.approx(ml(BLEED), rel=0.01)
    assert not pieces.fat.data.any()
    assert (pieces.whole, pieces.fat_known) == (False, True)


@pytest.mark.parametrize("level", [330.0, 440.0])  # even; and an even one that is brighter than muscle
def test_an_even_lesion_holds_nothing_bright(level):
    pieces = bright(np.full(GRID.shape, level), np.full(GRID.shape, 500.0))
    assert not pieces.blood.data.any()
    assert pieces.max_blood_ml == 0


def test_a_piece_that_is_dark_on_fat_suppressed_t2_is_fat_as_a_whole():
    pieces = bright(np.where(BLEED | SPECK, 900.0, 330.0), np.where(SPECK, 60.0, 500.0))
    assert pieces.fat.volume_mm3 / 1000 == pytest.approx(ml(SPECK), rel=0.01)
    assert pieces.blood.volume_mm3 / 1000 == pytest.approx(ml(BLEED), rel=0.01)


def test_without_fat_suppressed_t2_fat_is_not_told_from_blood():
    pieces = bright(np.where(BLEED, 900.0, 330.0))
    assert pieces.fat_known is False
    assert pieces.max_blood_ml == pytest.approx(ml(BLEED), rel=0.01)


def test_what_an_edge_mixes_in_of_fat_is_left_out():
    t1 = np.where(BLEED | SPECK, 700.0, 330.0)
    pieces = bright(t1, np.full(GRID.shape, 500.0), edge_fat=ball(SPECK_MM + 2, 9))
    assert pieces.blood.volume_mm3 / 1000 == pytest.approx(ml(BLEED), rel=0.01)
    assert pieces.edge_fat.volume_mm3 / 1000 == pytest.approx(ml(ball(SPECK_MM + 2, 9)), rel=0.01)


def test_a_lesion_that_is_bright_itself_is_told():
    pieces = bright(np.full(GRID.shape, 600.0), np.full(GRID.shape, 500.0))
    assert pieces.whole is True
    assert not pieces.blood.data.any()
