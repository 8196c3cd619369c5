"""Witness: scikit-image's `polygon2mask`, counts in closed form, and invariants of the even-odd rule."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.draw import polygon2mask

from pnst.io.masks import raster
from pnst.io.masks.raster import even_odd, windings


def test_a_rectangle_holds_the_pixels_whose_centres_it_holds():
    """Closed form: u from 1.5 to 4.5 and v from 2.5 to 7.5 hold 3 × 5 centres."""
    inside = even_odd([np.array([[1.5, 2.5], [4.5, 2.5], [4.5, 7.5], [1.5, 7.5]])], (9, 11))
    assert np.argwhere(inside).min(axis=0).tolist() == [2, 3]
    assert np.argwhere(inside).max(axis=0).tolist() == [4, 7]
    assert inside.sum() == 15


def test_edges_through_centres_are_counted_once():
    """Invariant: two rectangles that share an edge through pixel centres share no pixel and leave none out."""
    left = even_odd([np.array([[1.0, 1.0], [4.0, 1.0], [4.0, 6.0], [1.0, 6.0]])], (9, 8))
    right = even_odd([np.array([[4.0, 1.0], [7.0, 1.0], [7.0, 6.0], [4.0, 6.0]])], (9, 8))
    both = even_odd([np.array([[1.0, 1.0], [7.0, 1.0], [7.0, 6.0], [1.0, 6.0]])], (9, 8))
    assert not (left & right).any()
    assert np.array_equal(left | right, both)


@pytest.mark.parametrize("seed", range(5))
def test_polygons_agree_with_another_rasteriser(seed):
    """Witness: scikit-image. Self-crossing polygons too: both follow the even-odd rule."""
    polygon = np.random.default_rng(seed).uniform(1, 40, size=(12, 2))
    assert np.array_equal(even_odd([polygon], (43, 37)), polygon2mask((43, 37), polygon))


def test_the_direction_of_a_contour_does_not_matter():
    polygon = np.random.default_rng(9).uniform(1, 30, size=(30, 2))
    assert np.array_equal(even_odd([polygon], (33, 31)), even_odd([polygon[::-1]], (33, 31)))


def test_a_contour_that_leaves_the_image_keeps_its_inside():
    inside = even_odd([np.array([[-5.0, -5.0], [3.5, -5.0], [3.5, 40.0], [-5.0, 40.0]])], (9, 11))
    assert inside[:4].all()
    assert not inside[4:].any()


def test_the_winding_counts_the_turns_and_their_direction():
    """Closed form: once round is 1, the same loop twice 2, backwards −1."""
    square = np.array([[0.5, 0.5], [4.5, 0.5], [4.5, 4.5], [0.5, 4.5]])
    once, back = windings([square], (7, 6)), windings([square[::-1]], (7, 6))
    assert set(np.unique(once)) in ({0, 1}, {0, -1})
    assert np.array_equal(once, -back)
    assert np.array_equal(windings([np.concatenate([square, square])], (7, 6)), 2 * once)


def test_the_chunks_in_which_edges_are_taken_do_not_show(monkeypatch):
    polygon = np.random.default_rng(3).uniform(1, 40, size=(50, 2))
    whole = windings([polygon], (43, 37))
    monkeypatch.setattr(raster, "MAX_CROSSINGS", 7)
    assert np.array_equal(windings([polygon], (43, 37)), whole)
