"""The grey levels of a picture. Witnesses: closed forms, and the field."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from pnst.reporting.canvas import Canvas, window
from pnst.reporting.plane import FieldOfView
from pnst.study import Role
from reporting.picture_pixels import decoded


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
    """Closed form: a body of 10 to 30 in muscle of 20 beside fat of 1000: white is 15 % beyond its brightest."""
    image = np.full((25, 40), 20.0)
    image[:, 30:] = 1000
    body, beside = np.zeros((2, 25, 40), dtype=bool)
    body[8:17, 8:19] = True
    image[body] = np.linspace(10, 30, 99)
    beside[4:21, 4:33] = True
    low, high = window(image, body, beside & ~body)
    assert low == pytest.approx(10.2, abs=0.01)
    assert high == pytest.approx(29.9 + 0.15 * 19.7, abs=0.05)


def test_white_is_never_below_the_middle_of_an_edge():
    """Closed form: a body of 10, black 0, in fat of 1000: the edge's middle is 505, white at 1.2 times that. The same
    body at 700: at 1000 and 15 % beyond; in what is 25 bright, at 3 × 10 or 15 % beyond, whichever is less."""
    image = np.full((25, 40), 1000.0)
    body, beside = np.zeros((2, 25, 40), dtype=bool)
    body[8:17, 8:19] = True
    beside[4:21, 4:33] = True
    image[4] = 0
    image[body] = 10
    assert window(image, body, beside & ~body) == (0.0, pytest.approx(606.0))
    image[body] = 700
    assert window(image, body, beside & ~body) == (0.0, 1150.0)
    image[5:] = 25
    image[body] = 10
    assert window(image, body, beside & ~body) == (0.0, pytest.approx(28.75))


def test_a_bright_spot_does_not_leave_the_rest_of_a_body_black():
    """Closed form: a body of 10 with 5 % at 1000, black 0, in muscle of 12: white at 3 × 10."""
    image = np.full((25, 40), 12.0)
    body, beside = np.zeros((2, 25, 40), dtype=bool)
    body[8:17, 8:19] = True
    beside[4:21, 4:33] = True
    image[4] = 0
    image[body] = 10
    image[8, 8:13] = 1000
    assert window(image, body, beside & ~body) == (0.0, 30.0)


def test_a_body_outside_the_picture_leaves_the_whole_picture():
    image = np.arange(1001.0).reshape(7, 143)
    nowhere = np.zeros_like(image, dtype=bool)
    assert window(image, nowhere, nowhere)[0] == 10.0


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


def test_axes_that_are_used_again_show_nothing_of_the_picture_before(made):
    """Invariant: the same bytes after a picture with another slice, outline, zone and chord as before it."""

    def drawn(axis, **layers):
        field = FieldOfView.around(made.study.series[Role.T1].volume, made.lesion.mesh.vertices, axis, made.lesion)
        canvas = Canvas(field)
        canvas.grey(field.volume.data, made.lesion.mesh.vertices)
        if layers:
            canvas.zone(field.volume.data > 110, layers["colour"])
            canvas.outline(field.plane.cut(made.lesion.mesh), layers["colour"])
            canvas.chord(np.array([[0.0, 0.0], [9.0, 9.0]]), layers["colour"])
        return canvas.jpeg()

    first = drawn(2)
    assert drawn(1, colour="#ff0000") != first
    assert drawn(2) == first


def test_the_scale_bar_is_as_long_as_it_says_and_the_letters_are_those_of_the_plane(made):
    """Closed form: 20 mm of a picture that is 66 mm wide; the same letters as matplotlib writes for a notebook."""
    field = FieldOfView.around(made.study.series[Role.T1].volume, made.lesion.mesh.vertices, 2, made.lesion)
    black = decoded(Canvas(field).jpeg())
    rows, columns = black.shape[:2]
    width = field.window[1] - field.window[0]
    bar = (black[round(0.96 * rows) - 1 : round(0.96 * rows) + 1] > 0.7).all(axis=(0, 2))
    shown = [mm for mm in (5, 10, 20, 50) if mm <= 0.3 * width][-1]
    assert bar[: columns // 2].sum() * width / columns == pytest.approx(shown, abs=0.5)
    edges = black[:, : round(0.1 * columns)], black[:, round(0.9 * columns) :], black[: round(0.08 * rows)]
    assert all((edge > 0.7).any() for edge in edges)
    canvas = Canvas(field, axes=Figure().add_subplot())
    canvas.finish()
    assert [text.get_text() for text in canvas.axes.texts] == [*field.plane.letters, f"{shown} mm"]
