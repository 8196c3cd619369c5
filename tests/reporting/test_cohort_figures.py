"""Figures of a cohort. Witness: the picture is there, and says its medians in words."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from pnst.reporting.cohort_figures import distribution_picture, draw_distribution
from pnst.reporting.cohort_summary import Distribution


def test_a_picture_of_two_groups_and_an_empty_one():
    groups = (("a $x$", np.array([1.0, 2.0, 9.0])), ("none", np.array([])), ("b", np.arange(5000.0)))
    picture = distribution_picture(Distribution("size.volume_ml", "Size: volume (ml)", groups))
    assert picture.data.startswith(b"\x89PNG")
    assert picture.alt == "Size: volume (ml) by diagnosis; medians: a $x$ 2, b 2.5e+03"
    again = distribution_picture(Distribution("size.volume_ml", "Size: volume (ml)", groups))
    assert again.data == picture.data


def test_the_picture_is_what_is_drawn_on_axes():
    """Invariant: the label below the axis names the measure and its unit, and the groups their counts."""
    axes = Figure().add_subplot()
    draw_distribution(
        Distribution("size.volume_ml", "Size: volume (ml)", (("a $x$", np.array([1.0, 2.0, 9.0])),)), axes
    )
    assert axes.get_xlabel() == "Size: volume (ml)"
    assert [text.get_text() for text in axes.get_yticklabels()] == [r"a \$x\$ (3)"]
