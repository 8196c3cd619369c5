"""The components of a stack's slices, and the distance to their outlines, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.outline import SliceSampling, outlines, resample

SAMPLING = SliceSampling((0.6, 0.7), (1.0, 1.0), (3, 3))


def discs(*where: tuple[int, float, float, float]) -> np.ndarray:
    """A stack of 5 slices with discs (slice, i and j of the centre in mm, radius in mm)."""
    i, j = np.meshgrid(np.arange(60) * 0.6, np.arange(64) * 0.7, indexing="ij")
    stack = np.zeros((5, 60, 64), dtype=bool)
    for k, x, y, radius in where:
        stack[k] |= (i - x) ** 2 + (j - y) ** 2 < radius**2
    return stack


def test_distance_to_a_disc_is_that_of_a_circle():  # closed form: R − r
    (part,) = outlines(discs((2, 18.1, 22.3, 9.0)), SAMPLING)
    i, j = np.meshgrid(np.arange(60) * 0.6, np.arange(64) * 0.7, indexing="ij")
    exact = 9.0 - np.hypot(i - 18.1, j - 22.3)
    error = (part.distance[0] - exact)[np.abs(exact) < 0.5]
    assert abs(error.mean()) < 0.04
    assert error.std() < 0.13  # a fifth of a pixel; unsmoothed it is 0.15
    assert part.parabolic[0].max() == pytest.approx(81, rel=0.02)


def test_components_are_told_apart_within_and_across_slices():  # by hand: 1, 2 and 3 discs in slices 1, 2 and 4
    two, three = [(2, 9, 10, 4), (2, 25, 30, 5)], [(4, 7, 8, 3), (4, 18, 30, 3), (4, 29, 12, 3)]
    stack = discs((1, 9, 10, 4), *two, *three)
    groups = list(outlines(stack, SAMPLING))
    assert [group.slices.tolist() for group in groups] == [[1, 2, 4], [2, 4], [4]]
    whole = np.zeros_like(stack)
    for group in groups:
        for k, pixels in zip(group.slices, group.pixels, strict=True):
            assert not (whole[k] & pixels).any()
            whole[k] |= pixels
    np.testing.assert_array_equal(whole, stack)


@pytest.mark.parametrize("place", [(18.1, 22.3, 9.0), (29.2, 38.1, 4.0), (8.3, 20.2, 4.0)])
def test_a_slice_changes_nothing_in_another(place):  # invariant: the slices' distances are taken in one call
    alone = next(outlines(discs((2, *place)), SAMPLING))
    among = next(outlines(discs((1, 31, 38.5, 3), (2, *place), (3, 8, 12, 4)), SAMPLING))
    np.testing.assert_array_equal(among.distance[1], alone.distance[0])


@pytest.mark.parametrize("step", [0.4, 1.0, 1.7])
def test_samples_of_a_plane_lie_on_it(step):  # closed form: linear interpolation is exact there
    values = np.add.outer(2.0 * np.arange(9), -0.5 * np.arange(11)).astype(np.float32)
    resampled = resample(values, (step, 1.0))
    where = np.minimum(np.arange(len(resampled)) * step, 8)
    np.testing.assert_allclose(resampled, np.add.outer(2.0 * where, -0.5 * np.arange(11)), atol=1e-4)
    assert where[-1] == 8
