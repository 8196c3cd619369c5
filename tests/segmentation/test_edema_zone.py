"""Witness: zones with a formula, and what must not be taken for oedema."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bodies import oblique
from pnst.image import Mask, Volume, embed
from pnst.segmentation.edema_zone import EdemaZone, bound_edema, detect_edema
from pnst.segmentation.perilesional import Perilesional, crop_perilesional
from pnst.segmentation.settings import EdemaSettings
from pnst.segmentation.tissue import MuscleLevel

SPACING = (0.8, 0.9, 3.0)
GRID = oblique((83, 74, 23), SPACING)
MUSCLE, OEDEMA, LESION, FLUID, SD = 110.0, 330.0, 520.0, 760.0, 6.0
LEVEL = MuscleLevel(MUSCLE, SD, "given")
RADIUS = 11.0
SETTINGS = EdemaSettings()

INDEX = np.stack(np.meshgrid(*[np.arange(n) for n in GRID.shape], indexing="ij"), axis=-1)
X, Y, Z = np.moveaxis((INDEX - (np.array(GRID.shape) - 1) / 2 + (0.2, -0.3, 0.1)) * SPACING, -1, 0)
R = np.sqrt(X * X + Y * Y + Z * Z)


def image(
    bright: np.ndarray, level: float = OEDEMA, noise: float = SD, seed: int = 5, wet: np.ndarray | bool = False
) -> Perilesional:
    """The lesion in muscle, with `bright` (ni, nj, nk; a share of oedema, or yes and no) and fluid round it."""
    share = np.asarray(bright, dtype=float)
    data = np.where(wet, FLUID, MUSCLE + share * (level - MUSCLE))
    data = np.where(R < RADIUS, LESION, data) + np.random.default_rng(seed).normal(scale=noise, size=GRID.shape)
    return crop_perilesional(Volume(data.astype(np.float32), GRID), Mask(R < RADIUS, GRID))


def bounded(
    perilesional: Perilesional,
    fat_fraction: np.ndarray | None = None,
    level: MuscleLevel = LEVEL,
    settings: EdemaSettings = SETTINGS,
) -> EdemaZone:
    return bound_edema(perilesional, level, settings, detect_edema(perilesional, level, settings, fat_fraction))


def voxels(found: EdemaZone) -> np.ndarray:
    return embed(found.mask, GRID).data


def zone(
    bright: np.ndarray, level: float = OEDEMA, fat_fraction: np.ndarray | None = None, seed: int = 5
) -> np.ndarray:
    perilesional = image(bright, level, seed=seed)
    assert perilesional.downsampled.grid.shape == GRID.shape  # the whole image lies within reach, a cell is a voxel
    return voxels(bounded(perilesional, fat_fraction))


def ml(mask: np.ndarray) -> float:
    return float(np.count_nonzero(mask) * GRID.voxel_volume_mm3 / 1000)


def shell(h: float) -> float:
    """Volume in ml of a halo h mm thick round the lesion."""
    return float(4 / 3 * np.pi * ((RADIUS + h) ** 3 - RADIUS**3) / 1000)


@pytest.mark.parametrize("h", [3.0, 6.0, 12.0])
def test_a_halo_is_found_whole(h):
    found = zone(RADIUS + h > R)
    assert ml(found) == pytest.approx(shell(h), rel=0.06)
    assert R[found].max() <= RADIUS + h + 1e-6
    assert not (found & (R < RADIUS)).any()


def test_without_oedema_there_is_no_zone():
    """Noise alone, at three SDs, over a hundred thousand voxels."""
    for seed in range(4):
        assert ml(zone(np.zeros(GRID.shape), seed=seed)) < 0.02


def test_oedema_below_the_threshold_is_no_zone():
    """The threshold is muscle + 3 SD: 2 SD of oedema are not detected, 8 SD are."""
    assert ml(zone(R < RADIUS + 6, MUSCLE + 2 * SD)) < 0.05 * shell(6)
    assert ml(zone(R < RADIUS + 6, MUSCLE + 8 * SD)) == pytest.approx(shell(6), rel=0.08)


def test_the_zone_is_bounded_at_half_the_step():
    """A blurred boundary: a bound at 3 SDs would lie 3 mm further out, and hold half as much again."""
    h, blur = 10.0, 2.0
    ramp = np.clip((RADIUS + h + blur - R) / (2 * blur), 0, 1)  # half at RADIUS + h
    perilesional = image(ramp)
    found = bounded(perilesional)
    assert ml(found.mask.data) == pytest.approx(shell(h), rel=0.06)
    assert R[voxels(found)].max() < RADIUS + h + 1.5
    at_three_sd = ml((perilesional.volume.data > MUSCLE + 3 * SD) & (R >= RADIUS) & (RADIUS + h + blur > R))
    assert at_three_sd > 1.2 * ml(found.mask.data)


def test_the_levels_are_told():
    """Closed form: 3 SDs above muscle, and half the step to the oedema."""
    perilesional = image(R < RADIUS + 8)
    assert detect_edema(perilesional, LEVEL, SETTINGS).level == pytest.approx(MUSCLE + 3 * SD)
    assert bounded(perilesional).half_step_level == pytest.approx((MUSCLE + OEDEMA) / 2, abs=2)


def test_oedema_that_does_not_touch_the_lesion_is_left_out():
    away = (R > RADIUS + 7) & (R < RADIUS + 13)
    found = zone(away)
    assert not (found & away).any()
    assert ml(found) < 0.02  # a voxel of noise


def test_a_piece_elsewhere_does_not_come_with_the_halo():
    apart = np.sqrt((X - 24) ** 2 + (Y - 20) ** 2 + Z**2) < 5
    found = zone((R < RADIUS + 5) | apart)
    assert not (found & apart).any()
    assert ml(found) == pytest.approx(shell(5), rel=0.06)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_vessel_that_crosses_the_halo_is_not_followed(axis):
    """4 mm wide and across the whole image, as bright as free fluid."""
    along, across = (X, Y) if axis == 0 else (Y, X)
    vessel = (np.hypot(across - 3, Z) < 2) & (np.abs(along) < 30)
    found = zone((R < RADIUS + 6) | vessel)
    assert ml(found) == pytest.approx(shell(6), rel=0.08)
    assert R[found].max() < RADIUS + 6 + 4


def test_oedema_in_a_layer_beyond_a_rim_of_fat_counts():
    """A sheet of 3 mm is as thin as a vessel, but it lies along the lesion."""
    rim = (R < RADIUS + 3) & (R >= RADIUS) & (R * 0.6 < X)
    bright = (R < RADIUS + 6) & ~rim
    perilesional = image(bright)
    true = ml(bright & (R >= RADIUS))
    assert ml(voxels(bounded(perilesional))) == pytest.approx(true, rel=0.06)
    assert ml(voxels(bounded(perilesional, settings=EdemaSettings(layer_within_mm=0.0)))) < 0.94 * true  # said no


def test_a_nerve_through_the_halo_carries_no_extent():
    """2.4 mm wide and as bright as the oedema: a part of it counts to the zone, none of it to the extent."""
    nerve = (np.hypot(Y, Z) < 1.2) & (np.abs(X) < 30)
    found = bounded(image((R < RADIUS + 6) | nerve))
    distance = R[voxels(found)] - RADIUS
    assert distance[found.core].max() < 6.5
    assert ml(voxels(found)) == pytest.approx(shell(6), rel=0.06)


@pytest.mark.parametrize("width", [8.0, 10.0])
def test_a_wide_vein_beside_the_oedema_is_fluid(width):
    """Too wide for a thread: without the class of fluid it would be followed across the image."""
    vein = (np.hypot(Y - RADIUS - 5, Z) < width / 2) & (R >= RADIUS)
    perilesional = image(R < RADIUS + 6, wet=vein)
    found = voxels(bounded(perilesional))
    true = (R < RADIUS + 6) & (R >= RADIUS) & ~vein
    assert ml(found) == pytest.approx(ml(true), rel=0.08)
    assert R[found].max() < RADIUS + 6 + 1.5
    off = EdemaSettings(fluid_lesion_ratio=9.0)
    assert R[voxels(bounded(perilesional, settings=off))].max() > RADIUS + 15  # the predicate says no


@pytest.mark.parametrize("halo", [6.0, 10.0])
def test_a_pocket_of_fluid_that_touches_the_oedema_is_left_out(halo):
    pocket = (np.hypot(X - RADIUS - halo, Y) < 7) & (np.abs(Z) < 8) & (R >= RADIUS + 2)
    perilesional = image(RADIUS + halo > R, wet=pocket)
    found = voxels(bounded(perilesional))
    assert ml(found) == pytest.approx(ml((RADIUS + halo > R) & (R >= RADIUS) & ~pocket), rel=0.08)
    assert ml(found & pocket) < 0.1 * ml(pocket)  # voxels at its border
    assert R[found].max() < RADIUS + halo + 1.5


def test_fluid_without_oedema_is_known_by_its_darkness_on_t1():
    """An effusion beside a lesion nearly as bright: nothing but T1 tells it from oedema."""
    pocket = (np.hypot(X - RADIUS - 4, Y) < 7) & (np.abs(Z) < 8) & (R >= RADIUS)
    perilesional = image(pocket, level=1.05 * LESION)
    dark = np.where(pocket, -0.25, 0.0).astype(np.float32)
    assert ml(voxels(bounded(perilesional, dark))) < 0.1 * ml(pocket)
    assert ml(voxels(bounded(perilesional, np.zeros_like(dark)))) > 0.9 * ml(pocket)


def test_oedema_brighter_than_a_dark_lesion_is_no_fluid():
    perilesional = image(R < RADIUS + 8)
    dark = replace(
        perilesional, volume=Volume(np.where(R < RADIUS, 180, perilesional.volume.data).astype(np.float32), GRID)
    )
    dark = crop_perilesional(dark.volume, perilesional.lesion)
    assert ml(voxels(bounded(dark, np.full(GRID.shape, 0.02, np.float32)))) == pytest.approx(shell(8), rel=0.06)


def test_weak_oedema_beside_strong_is_bounded_at_its_own_half_step():
    """A quarter of the strength on one side: half of the usual step would lose it."""
    share = np.where(X > 0, 1.0, 0.3) * (R < RADIUS + 9)
    perilesional = image(share)
    found = voxels(bounded(perilesional))
    assert ml(found) == pytest.approx(shell(9), rel=0.08)
    usual = bounded(perilesional).half_step_level
    assert ml((perilesional.volume.data > usual) & (R >= RADIUS) & (R < RADIUS + 9)) < 0.7 * shell(9)


def test_dark_fibres_within_the_oedema_belong_to_it_and_a_clear_gap_does_not():
    """Fibres 2 mm wide hold a third of the oedema; a gap 10 mm wide is muscle."""
    halo = R < RADIUS + 12
    fibre, gap = halo & (np.abs(X - 3) < 1), halo & (np.abs(X + 2) < 5)
    found = voxels(bounded(image(np.where(fibre, 0.34, halo))))
    assert ml(found & fibre & (R >= RADIUS)) > 0.9 * ml(fibre & (R >= RADIUS))
    found = voxels(bounded(image(halo & ~gap)))
    assert ml(found & gap) < 0.1 * ml(gap & (R >= RADIUS))


def test_a_broad_tongue_of_oedema_is_followed():
    """The rule for threads says no: 14 mm are no thread."""
    tongue = (np.abs(Y) < 7) & (np.abs(Z) < 9) & (X > 0) & (X < 30)
    found = zone((R < RADIUS + 4) | tongue)
    assert X[found].max() > 28
    true = ((R < RADIUS + 4) | tongue) & (R >= RADIUS)
    assert ml(found & true) > 0.93 * ml(true)


def test_a_halo_thinner_than_a_thread_stays():
    """What lies on the lesion is no thread: the lesion counts as bright."""
    assert ml(zone(R < RADIUS + 2)) == pytest.approx(shell(2), rel=0.15)


def test_what_is_known_to_be_fat_is_left_out():
    fat = X > 6
    found = zone(R < RADIUS + 8, fat_fraction=np.where(fat, 0.9, 0.05).astype(np.float32))
    assert not (found & fat).any()
    assert ml(found) == pytest.approx(ml((R < RADIUS + 8) & (R >= RADIUS) & ~fat), rel=0.08)


def test_voxels_without_data_are_no_oedema():
    perilesional = image(R < RADIUS + 8)
    hole = (X > 12) & (X < 18)
    data = np.where(hole, np.nan, perilesional.volume.data)
    found = voxels(bounded(crop_perilesional(Volume(data, GRID), perilesional.lesion)))
    assert not (found & hole).any()
    assert ml(found) > 0.8 * ml((R < RADIUS + 8) & (R >= RADIUS) & ~hole)


@pytest.mark.parametrize(("gain", "offset"), [(0.03, 0.0), (5.0, 300.0)])
def test_gain_and_offset_change_nothing(gain, offset):
    """Law: a·I + b with a > 0, the muscle level moved likewise."""
    perilesional = image(R < RADIUS + 6)
    other = crop_perilesional(
        Volume((perilesional.volume.data * gain + offset).astype(np.float32), GRID), perilesional.lesion
    )
    level = MuscleLevel(MUSCLE * gain + offset, SD * gain, "given")
    ours, theirs = voxels(bounded(perilesional)), voxels(bounded(other, level=level))
    assert np.count_nonzero(ours ^ theirs) <= 0.001 * np.count_nonzero(ours)
