"""The grey levels of a picture. Witnesses: closed forms, and the field."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from pnst.reporting.canvas import Canvas, window
from pnst.reporting.plane import FieldOfView
from pnst.study import Role


def test_a_flat_or_unknown_image_still_has_a_window():
    assert window(np.full((3, 4), 7.0)) == (7.0, 8.0)
    assert window(np.full((3, 4), np.nan)) == (0.0, 1.0)
    assert window(np.array([[np.nan, 1, 2], [np.nan] * 3, [3, 4, np.nan]]))[1] < 4


def test_the_window_runs_over_percentiles_and_ignores_what_is_not_known():
    """Closed form: 0 … 999 in scrambled places, 1st and 99.5th percentile 9.99 and 994.0."""
    image = np.random.default_rng(1).permutation(1000.0 * np.arange(1000) / 1000).reshape(25, 40)
    assert window(image) == pytest.approx((9.99, 994.0), abs=0.1)
    beside = np.concatenate([image, np.full((25, 40), np.nan)], axis=1)
    assert window(beside) == pytest.approx((9.99, 994.0), abs=0.1)


def test_bright_fat_beside_a_dark_lesion_does_not_turn_it_black():
    """Closed form: background 0, lesion 10 in the middle, fat 1000 round it: white at 4 × 10."""
    image = np.full((40, 40), 1000.0)
    image[0] = 0
    image[8:32, 8:32] = 10
    assert window(image) == (0.0, 40.0)
    image[8:32, 8:32] = 900
    assert window(image) == (0.0, 1000.0)


def test_a_picture_on_axes_that_are_given_fills_them_and_no_others(made):
    field = FieldOfView.around(made.study.series[Role.T1].volume, made.lesion.mesh.vertices, 2, made.lesion)
    figure = Figure()
    left, right = figure.subplots(1, 2)
    canvas = Canvas(field, axes=right)
    canvas.grey(field.volume.data)
    canvas.finish()
    assert canvas.figure is figure
    assert not left.has_data()
    assert (*right.get_xlim(), *right.get_ylim()) == field.window
    assert {"R", "L", "P"} <= {text.get_text() for text in right.texts}
