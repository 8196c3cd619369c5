"""The axes that figures are drawn on. Witness: matplotlib's own state."""

from __future__ import annotations

import matplotlib
from matplotlib.figure import Figure

from pnst.plot.axes import axes_or_new


def test_what_is_given_is_used_and_pyplot_hears_nothing_of_it():
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    axes = Figure().add_subplot()
    assert axes_or_new(axes) is axes
    assert pyplot.get_fignums() == before


def test_new_axes_are_pyplots_of_the_size_asked_for_and_the_backend_stays():
    matplotlib.use("agg")
    from matplotlib import pyplot

    backend = matplotlib.get_backend()
    axes = axes_or_new(None, (3.5, 2.0))
    assert pyplot.gca() is axes
    assert tuple(axes.figure.get_size_inches()) == (3.5, 2.0)
    assert matplotlib.get_backend() == backend
    pyplot.close(axes.figure)
