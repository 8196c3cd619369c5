"""The lesion on axes. Witnesses: the closed form of a ball's sections, what the image shows, and the page's pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import pnst
from plotted_ball import CENTRE_MM, COARSE, FINE, RADIUS_MM, SHELL_MM, plotted_ball
from pnst.errors import InputError, SettingError
from pnst.plot.lesion_section import lesion as plot_lesion
from pnst.reporting.canvas import DPI, SIDE_IN
from pnst.reporting.figures import REGIONS, lesion_pictures, region_pictures
from pnst.reporting.outline_colours import LESION
from reporting.picture_pixels import decoded, only, pixels

ball = plotted_ball()


def drawn(role="t2_fs", regions=None, **more):
    return plot_lesion(ball.study, ball.lesion, role, regions, ax=Figure().add_subplot(), **more)


def outline(axes):
    """(n, 2): the ends of the outline's segments, in picture mm."""
    return np.concatenate(axes.collections[-1].get_segments())


def shown_in(axes):
    """(2,): the middle of what is bright in the image, where the axes show it."""
    image, (left, right, bottom, top) = np.asarray(axes.images[0].get_array()), axes.images[0].get_extent()
    image = image[..., 0].astype(float)
    rows, columns = np.nonzero(image > 325 / 400 * image.max())  # the ball's 400 against the shell's 250
    n_rows, n_columns = image.shape
    x, y = left + (columns + 0.5) * (right - left) / n_columns, top + (rows + 0.5) * (bottom - top) / n_rows
    return np.array([x.mean(), y.mean()])


def off_plane_mm(grid, axis, axes):
    """How far the slice that the title names lies from the ball's centre; the grids are stored backwards."""
    number = int(axes.get_title().split(" slice ")[1].split("/")[0])
    index = grid.canonical().to_index(CENTRE_MM)[axis]
    return (number - 1 - index) * grid.canonical().spacing[axis]


@pytest.mark.parametrize(("plane", "axis"), [(None, 2), ("axial", 2), ("coronal", 1), ("sagittal", 0)])
def test_the_outline_is_the_balls_section_and_lies_where_the_image_is_bright(plane, axis):
    axes = drawn(plane=plane)
    radius = np.sqrt(RADIUS_MM**2 - off_plane_mm(FINE, axis, axes) ** 2)
    ends = outline(axes)
    middle = (ends.min(axis=0) + ends.max(axis=0)) / 2
    np.testing.assert_allclose(np.linalg.norm(ends - middle, axis=1), radius, atol=0.7)
    np.testing.assert_allclose(middle, shown_in(axes), atol=0.4)


def test_on_a_coarser_series_with_several_volumes_it_is_the_same_ball():
    axes = drawn("dwi")
    assert axes.get_title().startswith("Diffusion, b 800 s/mm²")
    radius = np.sqrt(RADIUS_MM**2 - off_plane_mm(COARSE, 2, axes) ** 2)
    ends = outline(axes)
    np.testing.assert_allclose(np.ptp(ends, axis=0), 2 * radius, atol=0.5)


def test_another_slice_is_that_slice():
    """Closed form: five slices of 3.6 mm off the middle no ball is left, two slices off a smaller one."""
    number = int(drawn().get_title().split(" slice ")[1].split("/")[0])
    axes = drawn(slice_number=number + 2)
    assert f"slice {number + 2}/17" in axes.get_title()
    radius = np.sqrt(RADIUS_MM**2 - off_plane_mm(FINE, 2, axes) ** 2)
    np.testing.assert_allclose(np.ptp(outline(axes), axis=0), 2 * radius, atol=0.7)
    assert not drawn(slice_number=number + 5).collections[-1].get_segments()


def test_regions_are_named_coloured_and_drawn_on_their_own_series_alone():
    axes = drawn(regions={"edema": ball.m.regions["edema"]})
    names = {text.get_text(): handle for text, handle in legend(axes)}
    assert list(names) == ["Lesion", "Oedema"]
    assert to_hex(names["Lesion"].get_color()) == LESION
    assert to_hex(names["Oedema"].get_edgecolor()) == REGIONS["edema"][1]
    tint = np.asarray(axes.images[1].get_array())
    spanned = np.ptp(np.nonzero(tint[..., 3])[1]) * np.ptp(axes.images[1].get_extent()[:2]) / tint.shape[1]
    assert spanned == pytest.approx(2 * SHELL_MM, abs=3)
    assert [text.get_text() for text, _ in legend(drawn("t1", ball.m.regions))] == ["Lesion"]


def legend(axes):
    return zip(axes.get_legend().get_texts(), axes.get_legend().legend_handles, strict=True)


def off(drawn, picture):
    """Mean difference in 0–1: the page's pictures are JPEG, and their grey levels are laid without matplotlib."""
    return np.abs(drawn - pixels(picture)).mean()


def test_the_page_draws_the_same_picture():
    page = region_pictures(ball.study, ball.lesion, ball.m, "edema")
    assert min(off(on_page_axes("t2_fs", {"edema": ball.m.regions["edema"]}), one) for one in page) < 0.01
    assert min(off(on_page_axes("t2_fs", None), one) for one in page) > 0.02
    t1 = lesion_pictures(only(ball.study, pnst.Role.T1), ball.lesion)[0]
    assert off(on_page_axes("t1", None), t1) < 0.01
    assert off(on_page_axes("t2_fs", None), t1) > 0.02


def on_page_axes(role, regions):
    """(rows, columns, 3) in 0–1: what is drawn on axes like the page's, title and legend left out."""
    figure = Figure(figsize=(SIDE_IN, SIDE_IN), dpi=DPI, facecolor="black")
    axes = plot_lesion(ball.study, ball.lesion, role, regions, ax=figure.add_axes((0, 0, 1, 1)))
    axes.set_title("")
    axes.get_legend().remove()
    out = io.BytesIO()
    FigureCanvasAgg(figure).print_png(out)
    return decoded(out.getvalue())


def test_without_a_role_the_series_with_most_contrast_is_shown_on_pyplots_axes():
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    axes = pnst.plot.lesion(ball.study, ball.lesion)
    assert axes.get_title().startswith("T1\n")  # 60 over noise of 4; on T2 the shell is in between
    assert pyplot.gca() is axes
    pyplot.close(axes.figure)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(InputError, match=r"no such series.*'t1_post'.*t1, t2_fs, dwi"):
        drawn("t1_post")
    with pytest.raises(SettingError, match="no such plane"):
        drawn(plane="transversal")
    with pytest.raises(SettingError, match=r"surroundings.*slice 40"):
        drawn(slice_number=40)
    far = pnst.Grid(FINE.shape, FINE.affine + np.array([[0, 0, 0, 400.0]] + [[0, 0, 0, 0]] * 3))
    outside = pnst.Lesion("x", pnst.Mask(ball.lesion.mask.data, far), "simulation")
    with pytest.raises(InputError, match="does not lie in the t1 series"):
        plot_lesion(ball.study, outside, "t1", ax=Figure().add_subplot())
