"""Lesions followed through dates. Witness: balls whose overlap is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from measurement.growth.dated import limb, oblique
from pnst.measurement.growth.following import follow, overlap_matrix, overlap_of


def balls(*places, grid=None, radius=8.0):
    return limb({str(n): (place, radius) for n, place in enumerate(places)}, grid=grid)[1]


def lens(radius, apart):
    """Share of a ball in another of the same radius: closed form of two spherical caps."""
    return (1 - apart / (2 * radius)) ** 2 * (1 + apart / (4 * radius))


@pytest.mark.parametrize("apart", [0.0, 3.0, 8.0, 15.9])
def test_overlap_is_that_of_two_balls(apart):
    """On voxels of their own, each turned its own way."""
    (one,) = balls((0, 0, 0))
    (other,) = balls((apart * 0.6, apart * 0.8, 0), grid=oblique((3, -2, 1), (-5, 2, 30)))
    for pair in ((one, other), (other, one)):
        assert overlap_of(*pair) == pytest.approx(lens(8.0, apart), abs=0.03)


def test_the_smaller_one_counts():
    (small,), (large,) = balls((2, 0, 0), radius=4.0), balls((0, 0, 0), radius=12.0)
    assert overlap_of(small, large) == overlap_of(large, small) == pytest.approx(1.0, abs=0.02)
    (far,) = balls((0, 0, 25), radius=4.0)
    assert overlap_of(far, large) == 0.0


def test_no_lesion_of_a_date_makes_an_empty_matrix():
    assert overlap_matrix([], balls((0, 0, 0))).shape == (0, 1)


def test_the_greatest_total_overlap_decides():
    """The nearest pair alone would leave the other lesion without a partner."""
    first = balls((0, 0, 0), (10, 0, 0))
    later = balls((7, 0, 0), (-6, 0, 0))
    shares = overlap_matrix(first, later)
    assert shares[0, 0] > 0.3
    assert follow([first, later], 0.2).tracks == ((0, 1), (1, 0))


def test_new_vanished_and_back_again():
    first, second, third = balls((0, 0, -15)), balls((0, 0, 15)), balls((1, 0, 15), (0, 1, -15))
    assert follow([first, second, third], 0.2).tracks == ((0, None, 1), (None, 0, 0))


def test_too_little_in_common_is_another_lesion():
    pair = balls((0, 0, 0)), balls((0, 10, 0))
    share = lens(8.0, 10.0)
    assert follow(pair, share + 0.04).tracks == ((0, None), (None, 0))
    assert follow(pair, share - 0.04).tracks == ((0, 0),)


def test_what_merges_is_told():
    first = balls((-6, 0, 0), (6, 0, 0), radius=5.0)
    (one,) = balls((0, 0, 0), radius=13.0)
    followed = follow([first, [one]], 0.2)
    assert sorted(track[1] is None for track in followed.tracks) == [False, True]
    ((when, index, later, other, share),) = followed.shared
    assert (when, later, other) == (0, 1, 0)
    assert followed.tracks[index][1] is None
    assert share == pytest.approx(1.0, abs=0.03)


def test_nothing_further_is_shared_by_lesions_apart():
    first = balls((-12, 0, 0), (12, 0, 0))
    assert follow([first, first], 0.2).shared == ()
    assert np.array(follow([first, first], 0.2).tracks).tolist() == [[0, 0], [1, 1]]
