"""Where fluid ends in fat on T1: closed forms, and images that do not tell."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.polar import RADIUS_STEP_MM, RAYS
from pnst.segmentation.dural_fat import sac_without_fat

RADII = np.arange(57) * RADIUS_STEP_MM
CORD, FLUID, FAT, MUSCLE = 300.0, 110.0, 800.0, 350.0
NONE = np.zeros((11, RAYS), dtype=bool)


def image(sac_mm, fat_mm, cord_mm=4.0):
    """(11, `RAYS`, 57): cord, fluid to `sac_mm` (RAYS,), fat to `fat_mm`, then muscle; borders half a mm wide."""
    out = np.full((11, RAYS, len(RADII)), CORD)
    for border, before, after in ((cord_mm, CORD, FLUID), (sac_mm, FLUID, FAT), (fat_mm, FAT, MUSCLE)):
        share = np.clip((RADII - np.broadcast_to(border, (RAYS,))[:, None]) / 0.5 + 0.5, 0, 1)
        out += (after - before) * share
    return out


def ring(radius_mm):
    return np.broadcast_to(np.asarray(radius_mm, dtype=float), (11, RAYS))


def test_the_sac_ends_where_fat_begins():  # closed form: an oval
    angles = 2 * np.pi * np.arange(RAYS) / RAYS
    sac = 7 + 0.8 * np.cos(2 * angles)
    found = sac_without_fat(image(sac, 9.5), ring(4.0), ring(9.5), NONE)
    assert found == pytest.approx(ring(sac), abs=0.3)


def test_a_cord_on_the_dura_is_followed_by_fat_without_fluid():  # closed form
    pressed = np.where(np.abs(np.arange(RAYS) - 18) < 6, 4.0, 7.0)
    values = image(np.maximum(pressed, 4.01), 9.5)
    found = sac_without_fat(values, ring(4.0), ring(9.5), NONE)
    assert found[:, 18] == pytest.approx(np.full(11, 4.0), abs=0.4)
    assert found[:, 0] == pytest.approx(np.full(11, 7.0), abs=0.4)


def test_without_fat_in_the_ring_its_border_stays():
    outer = ring(8.0)
    assert sac_without_fat(image(12.0, 13.5), ring(4.0), outer, NONE) == pytest.approx(outer)


def test_hidden_rays_are_completed():  # closed form: a circle
    hidden = NONE.copy()
    hidden[4:7, :12] = True
    values = np.where(hidden[..., None] & (RADII > 4.5), np.nan, image(7.0, 9.5))
    assert sac_without_fat(values, ring(4.0), ring(9.5), hidden) == pytest.approx(ring(7.0), abs=0.3)


@pytest.mark.parametrize(
    "values",
    [
        np.where(image(7.0, 9.5) == FLUID, 500.0, image(7.0, 9.5)),  # fluid brighter than the cord: no T1
        np.full((11, RAYS, len(RADII)), np.nan),  # the image lies elsewhere
        np.where(np.arange(RAYS)[:, None] < 10, np.nan, image(7.0, 9.5)),  # it covers a part of the ring
    ],
    ids=["bright fluid", "elsewhere", "a part"],
)
def test_an_image_that_does_not_tell_says_nothing(values):
    assert sac_without_fat(values, ring(4.0), ring(9.5), NONE) is None
