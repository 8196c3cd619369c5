"""Rays through layers of known thickness."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from pnst.segmentation.fat_rim import Rim, covered, fat_rim, muscle_run
from pnst.segmentation.settings import SplitFatSettings
from segmentation.fat_rays import AIR, STEP, layers

SETTINGS = SplitFatSettings()
LENGTH = 25.0
X = np.arange(0, LENGTH + STEP / 2, STEP)


def met(ray: np.ndarray) -> Rim:
    """What rays that start on the surface meet."""
    return fat_rim(ray, STEP, 0, np.zeros(len(ray)), AIR, SETTINGS)


def covers(ray: np.ndarray) -> bool:
    return bool(covered(met(ray), np.zeros((1, 3)), 1.0, SETTINGS)[0])


def test_a_rim_before_muscle_covers():  # the sign itself
    ray = layers(LENGTH, (0.5, 0.0), (3.0, 1.0), (99, 0.0))
    assert covers(ray)
    found = met(ray)
    assert found.thickness[0] == pytest.approx(3.0, abs=0.3)


@pytest.mark.parametrize("fraction", [0.2, 0.35, 0.6])
def test_a_rim_diluted_by_thick_slices_still_covers(fraction):  # the integral is blind to slice phase
    assert covers(layers(LENGTH, (0.0, 0.0), (1.6 / fraction, fraction), (99, 0.0)))


@pytest.mark.parametrize(
    ("ray", "why"),
    [
        (layers(LENGTH, (99, 0.0)), "no fat"),
        (layers(LENGTH, (0.5, 0.0), (0.7, 1.0), (99, 0.0)), "too little fat"),
        (layers(LENGTH, (4.0, 0.0), (3.0, 1.0), (99, 0.0)), "fat begins too far out"),
        (layers(LENGTH, (0.0, 1.0), (99, 1.0)), "nothing but fat"),
        (layers(LENGTH, (0.0, 0.0), (4.0, 1.0), (99, -0.5)), "air beyond, as under the skin"),
        (layers(LENGTH, (0.0, 0.0), (15.5, 1.0), (99, 0.0)), "muscle too far"),
    ],
)
def test_saying_no(ray, why):
    assert not covers(ray), why


def test_the_ramp_from_fat_to_air_is_no_muscle():  # a partial-volume edge passes through 0
    ray = layers(LENGTH, (0.0, 0.0), (4.0, 1.0), (99, -0.5))[0]
    ramp = np.interp(X, [3.0, 5.0], [1.0, -0.5])
    assert not covers(np.where(X > 3, ramp, ray)[None])


@pytest.mark.parametrize("air", [-0.24, -0.15])
def test_air_hardly_darker_than_muscle_is_no_muscle_either(air):
    """Where fat is five times as bright as muscle air lies at −0.25: within what a noisy muscle would be allowed."""
    under_skin = layers(LENGTH, (0.0, 0.0), (4.0, 1.0), (99, air))
    for darkest, covers_it in ((air, False), (-0.9, True)):
        rim = fat_rim(under_skin, STEP, 0, np.zeros(1), darkest, SETTINGS)
        assert bool(covered(rim, np.zeros((1, 3)), 1.0, SETTINGS)[0]) is covers_it


def test_without_air_or_bone_noisy_muscle_stays_muscle():
    """The darkest that shows is then muscle's own noise."""
    rng = np.random.default_rng(0)
    ray = rng.normal(scale=0.03, size=(400, 40))
    assert muscle_run(ray, STEP, float(np.percentile(ray, 0.5)), SETTINGS).any(axis=1).mean() > 0.99


def test_a_ray_that_leaves_the_image_is_not_seen():
    ray = layers(LENGTH, (0.5, 0.0), (3.0, 1.0), (99, 0.0))
    ray[:, X > 6] = np.nan
    assert not met(ray).seen[0]
    assert not covers(ray)


def blurred(thickness, sigma, inside=0.0):
    """A ray from 6 mm inside: a rim of fat on the surface of a lesion with `inside` fat, blurred by SD `sigma`."""
    x = np.arange(-6, 25 + STEP / 2, STEP)
    fat = erf((x / sigma) / np.sqrt(2)) / 2 - erf((x - thickness) / sigma / np.sqrt(2)) / 2
    return (fat + inside * (1 - erf(x / sigma / np.sqrt(2))) / 2)[None], round(6 / STEP)


@pytest.mark.parametrize("thickness", [1.2, 3.0])
@pytest.mark.parametrize("sigma", [0.6, 1.5])
def test_fat_blurred_into_the_lesion_counts(thickness, sigma):  # closed form: blurring keeps the amount
    ray, surface = blurred(thickness, sigma)
    found = fat_rim(ray, STEP, surface, np.array([3 * sigma]), AIR, SETTINGS)
    assert found.thickness[0] == pytest.approx(thickness, abs=0.05)
    outside = fat_rim(ray, STEP, surface, np.zeros(1), AIR, SETTINGS)
    assert outside.thickness[0] < thickness - 0.15


def test_the_lesions_own_signal_is_no_fat():  # a lesion a little brighter than muscle has no rim for that
    ray, surface = blurred(1e-9, 1.0, inside=0.3)
    assert (
        fat_rim(ray, STEP, surface, np.array([5.0]), AIR, SETTINGS).thickness[0] < 0.4
    )  # its blur outwards; 1.9 with it all
    bleeding = np.where(np.arange(ray.shape[1]) < surface - 8, 0.9, ray)
    assert fat_rim(bleeding, STEP, surface, np.array([5.0]), AIR, SETTINGS).thickness[0] < 0.4


@pytest.mark.parametrize("thickness", [1.2, 2.0, 4.0])
def test_a_rim_ends_where_half_of_it_is_left(thickness):  # closed form: an edge blurred along the surface
    x, y = (part.ravel() for part in np.meshgrid(np.arange(-14.5, 15), np.arange(-9.5, 10), indexing="ij"))
    fat = thickness * (1 - erf((x - 0.2) / 1.8 / np.sqrt(2))) / 2
    rim = Rim(np.ones(len(x), dtype=bool), fat, np.ones(len(x), dtype=bool))
    found = covered(rim, np.stack([x, y, np.zeros(len(x))], axis=1), 1.0, SETTINGS)
    assert found.mean() == pytest.approx(0.507, abs=0.034)  # one row of places
    fixed = (fat >= SETTINGS.least_fat_mm).mean()
    assert abs(fixed - 0.507) > 0.02 or thickness == 2.0


def test_fat_under_the_least_is_no_rim_however_even():  # the sign's own limit
    points = np.stack([np.arange(40.0), np.zeros(40), np.zeros(40)], axis=1)
    yes = np.ones(40, dtype=bool)
    assert not covered(Rim(yes, np.full(40, 0.95), yes), points, 1.0, SETTINGS).any()
    assert covered(Rim(yes, np.full(40, 1.05), yes), points, 1.0, SETTINGS).all()
    assert not covered(Rim(~yes, np.full(40, 5.0), yes), points, 1.0, SETTINGS).any()
