"""Dark pieces bounded at half of their step, with the share of void in each voxel. Witness: closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.segmentation.flow_void import dark_pieces

SPACING = (0.6, 0.7, 1.2)
SHAPE = (40, 36, 24)
MUSCLE, LESION, DARK = 120.0, 520.0, 15.0


def scene(*bars: tuple[slice, slice, slice], noise: float = 3.0):
    """A lesion in the lower half along i, muscle in the upper, and dark bars."""
    data = np.full(SHAPE, MUSCLE)
    lesion = np.zeros(SHAPE, dtype=bool)
    lesion[:20] = True
    data[lesion] = LESION
    for one in bars:
        data[one] = DARK
    data = np.abs(data + np.random.default_rng(0).normal(scale=noise, size=SHAPE)).astype(np.float32)
    return data, lesion


def pieces(data, lesion, forbidden=None, seeds_below: float = 30.0):
    nothing = np.zeros(SHAPE, dtype=bool)
    return dark_pieces(
        data, data < seeds_below, nothing if forbidden is None else forbidden, lesion, MUSCLE, SPACING, 2, 4.0
    )


IN_LESION = (slice(8, 12), slice(5, 30), slice(10, 12))
IN_MUSCLE = (slice(28, 32), slice(5, 30), slice(10, 12))


def test_the_volume_of_two_bars():
    found = pieces(*scene(IN_LESION, IN_MUSCLE))
    assert found.labels.max() > 0
    for one in (IN_LESION, IN_MUSCLE):
        (label,) = np.unique(found.labels[one])
        share = found.share[found.reach == label].sum()
        assert share == pytest.approx(4 * 25 * 2, rel=0.04)
        assert np.count_nonzero(found.labels == label) == 4 * 25 * 2


def test_half_filled_voxels_count_half():
    data, lesion = scene(IN_LESION, noise=0.0)
    data[8, 5:30, 10:12] = (LESION + DARK) / 2
    found = pieces(data, lesion)
    assert found.share[found.reach > 0].sum() == pytest.approx((3.5) * 25 * 2, rel=0.01)


def test_what_is_wide_is_left_out():
    found = pieces(*scene(IN_LESION, (slice(26, 38), slice(5, 20), slice(4, 16))))
    assert set(np.unique(found.labels[20:])) == {0}
    assert found.labels[IN_LESION].all()


def test_what_meets_something_forbidden_is_left_out():
    data, lesion = scene(IN_LESION, IN_MUSCLE)
    forbidden = np.zeros(SHAPE, dtype=bool)
    forbidden[29, 6, 10] = True
    found = pieces(data, lesion, forbidden)
    assert not found.labels[IN_MUSCLE].any()
    assert found.labels[IN_LESION].all()


def test_dark_noise_beside_the_lesion_does_not_grow():
    """Muscle is under half of the step from the lesion: there its own level counts."""
    data, lesion = scene(noise=0.0)
    data[21, 10, 10] = DARK
    assert not pieces(data, lesion).labels.any()


def test_without_seeds_there_are_none():
    found = pieces(*scene())
    assert not found.labels.any()
    assert not found.share.any()


def test_voxels_without_a_number_are_no_part():
    data, lesion = scene(IN_LESION)
    data[8:12, 5:30, 12] = np.nan
    found = pieces(data, lesion)
    assert not found.labels[..., 12].any()
    assert np.isfinite(found.share).all()
