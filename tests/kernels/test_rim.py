"""Rays through layers of known thickness."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.rim import RimRule, fat_rim

STEP = 0.25
RULE = RimRule(10.0, 1.0, 0.5, 3.0, 15.0, 0.25, 2.5)
X = np.arange(0, 25 + STEP / 2, STEP)


def layers(*parts: tuple[float, float]) -> np.ndarray:
    """A ray of (thickness in mm, fat fraction) layers; the last goes on."""
    ray, start = np.zeros(len(X)), 0.0
    for thickness, fraction in parts:
        ray[start <= X] = fraction
        start += thickness
    return ray[None]


def covered(ray: np.ndarray) -> bool:
    return bool(fat_rim(ray, STEP, RULE).covered[0])


def test_a_rim_before_muscle_covers():  # the sign itself
    found = fat_rim(layers((0.5, 0.0), (3.0, 1.0), (99, 0.0)), STEP, RULE)
    assert found.covered[0]
    assert found.thickness[0] == pytest.approx(3.0, abs=0.3)


@pytest.mark.parametrize("fraction", [0.2, 0.35, 0.6])
def test_a_rim_diluted_by_thick_slices_still_covers(fraction):  # the integral is blind to slice phase
    assert covered(layers((0.0, 0.0), (1.6 / fraction, fraction), (99, 0.0)))


@pytest.mark.parametrize(
    ("ray", "why"),
    [
        (layers((99, 0.0)), "no fat"),
        (layers((0.5, 0.0), (0.7, 1.0), (99, 0.0)), "too little fat"),
        (layers((4.0, 0.0), (3.0, 1.0), (99, 0.0)), "fat begins too far out"),
        (layers((0.0, 1.0), (99, 1.0)), "nothing but fat"),
        (layers((0.0, 0.0), (4.0, 1.0), (99, -0.5)), "air beyond, as under the skin"),
        (layers((0.0, 0.0), (15.5, 1.0), (99, 0.0)), "muscle too far"),
    ],
)
def test_saying_no(ray, why):
    assert not covered(ray), why


def test_the_ramp_from_fat_to_air_is_no_muscle():  # a partial-volume edge passes through 0
    ray = layers((0.0, 0.0), (4.0, 1.0), (99, -0.5))[0]
    ramp = np.interp(X, [3.0, 5.0], [1.0, -0.5])
    assert not covered(np.where(X > 3, ramp, ray)[None])


def test_a_ray_that_leaves_the_image_is_not_seen():
    ray = layers((0.5, 0.0), (3.0, 1.0), (99, 0.0))
    ray[:, X > 6] = np.nan
    found = fat_rim(ray, STEP, RULE)
    assert not found.seen[0]
    assert not found.covered[0]
