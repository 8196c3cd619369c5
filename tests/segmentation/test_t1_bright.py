"""T1-bright pieces in a lesion. Witness: the voxels of spheres at known levels."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import oblique
from pnst.image import Mask, Volume
from pnst.segmentation.interior import Interior, crop_interior
from pnst.segmentation.settings import T1HighSettings, TissueSettings
from pnst.segmentation.t1_bright import FatWitness, T1Bright, t1_bright
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
    witnesses = [] if t2 is None else [witness(interior, t2)]
    return sorted_out(interior, witnesses, edge_fat)


def witness(interior: Interior, image: np.ndarray, shows_fat: bool = False) -> FatWitness:
    return FatWitness(interior.resample_like(Volume(image.astype(np.float32), GRID)), shows_fat)


def sorted_out(
    interior: Interior, witnesses: list[FatWitness], edge_fat: np.ndarray | None = None, deep_mm: float = 17.0
) -> T1Bright:
    """What lies within `deep_mm` of the ball's centre is deep."""
    mixed = np.zeros(GRID.shape) if edge_fat is None else edge_fat.astype(np.float32)
    mixed = interior.resample_like(Volume(mixed.astype(np.float32), GRID)) > 0
    deep = interior.resample_like(Volume(ball(deep_mm).astype(np.float32), GRID)) > 0
    return t1_bright(interior, SCALE, witnesses, mixed, deep, T1HighSettings())


def ml(piece: np.ndarray) -> float:
    return float(np.count_nonzero(piece) * GRID.voxel_volume_mm3 / 1000)


def test_a_bleed_is_as_large_as_its_sphere():  # its voxels; of two pieces the larger one counts
    pieces = bright(np.where(BLEED | SPECK, 700.0, 330.0), np.full(GRID.shape, 500.0))
    assert pieces.blood.volume_mm3 / 1000 == pytest.approx(ml(BLEED) + ml(SPECK), rel=0.01)
    assert pieces.max_deep_blood_ml == pytest.approx(ml(BLEED), rel=0.01)
    assert not pieces.fat.data.any()
    assert (pieces.whole, pieces.fat_known) == (False, True)


@pytest.mark.parametrize("level", [330.0, 440.0])  # even; and an even one that is brighter than muscle
def test_an_even_lesion_holds_nothing_bright(level):
    pieces = bright(np.full(GRID.shape, level), np.full(GRID.shape, 500.0))
    assert not pieces.blood.data.any()
    assert pieces.max_deep_blood_ml == 0


def test_a_piece_that_is_dark_on_fat_suppressed_t2_is_fat_as_a_whole():
    pieces = bright(np.where(BLEED | SPECK, 900.0, 330.0), np.where(SPECK, 60.0, 500.0))
    assert pieces.fat.volume_mm3 / 1000 == pytest.approx(ml(SPECK), rel=0.01)
    assert pieces.blood.volume_mm3 / 1000 == pytest.approx(ml(BLEED), rel=0.01)


def test_without_fat_suppressed_t2_fat_is_not_told_from_blood():
    pieces = bright(np.where(BLEED, 900.0, 330.0))
    assert pieces.fat_known is False
    assert pieces.max_deep_blood_ml == pytest.approx(ml(BLEED), rel=0.01)


def test_only_what_lies_deep_of_a_piece_counts():  # the bleed's voxels within 9 mm of the middle
    interior = lesion(np.where(BLEED, 700.0, 330.0))
    pieces = sorted_out(interior, [witness(interior, np.full(GRID.shape, 500.0))], deep_mm=9.0)
    assert pieces.blood.volume_mm3 / 1000 == pytest.approx(ml(BLEED), rel=0.01)
    assert pieces.max_deep_blood_ml == pytest.approx(ml(BLEED & ball(9.0)), rel=0.01)


def test_a_fat_image_shows_fat_and_is_asked_first():
    """Witness: what is fat by the fat image is blood by the other, and the other way round."""
    interior = lesion(np.where(BLEED | SPECK, 900.0, 330.0))
    fat_image, suppressed = witness(interior, np.where(SPECK, 0.9, 0.05), True), witness(interior, 500 - 440.0 * BLEED)
    pieces = sorted_out(interior, [fat_image, suppressed])
    assert pieces.blood.volume_mm3 / 1000 == pytest.approx(ml(BLEED), rel=0.01)
    assert pieces.fat_known is True
    other_way = sorted_out(interior, [suppressed, fat_image])
    assert other_way.blood.volume_mm3 / 1000 == pytest.approx(ml(SPECK), rel=0.01)


def test_of_what_the_first_does_not_show_the_next_is_asked():
    interior = lesion(np.where(BLEED | SPECK, 900.0, 330.0))
    blind = witness(interior, np.where(POINTS[..., 0] > 3, np.nan, 500.0))  # shows the bleed alone
    assert sorted_out(interior, [blind]).fat_known is False
    both = sorted_out(interior, [blind, witness(interior, np.where(SPECK, 60.0, 500.0))])
    assert both.fat_known is True
    assert both.fat.volume_mm3 / 1000 == pytest.approx(ml(SPECK), rel=0.01)


def test_what_an_edge_mixes_in_of_fat_is_left_out():
    t1 = np.where(BLEED | SPECK, 700.0, 330.0)
    pieces = bright(t1, np.full(GRID.shape, 500.0), edge_fat=ball(SPECK_MM + 2, 9))
    assert pieces.blood.volume_mm3 / 1000 == pytest.approx(ml(BLEED), rel=0.01)
    assert pieces.edge_fat.volume_mm3 / 1000 == pytest.approx(ml(ball(SPECK_MM + 2, 9)), rel=0.01)


def test_a_lesion_that_is_bright_itself_is_told():
    pieces = bright(np.full(GRID.shape, 600.0), np.full(GRID.shape, 500.0))
    assert pieces.whole is True
    assert not pieces.blood.data.any()
