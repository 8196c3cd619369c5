"""Figures of a cohort. Witness: the picture is there, and says its medians in words."""

from __future__ import annotations

import numpy as np

from pnst.reporting.cohort_figures import distribution_picture
from pnst.reporting.cohort_summary import Distribution


def test_a_picture_of_two_groups_and_an_empty_one():
    groups = (("a $x$", np.array([1.0, 2.0, 9.0])), ("none", np.array([])), ("b", np.arange(5000.0)))
    picture = distribution_picture(Distribution("size.volume_ml", "Size: volume (ml)", groups))
    assert picture.png.startswith(b"\x89PNG")
    assert picture.alt == "Size: volume (ml) by diagnosis; medians: a $x$ 2, b 2.5e+03"
    again = distribution_picture(Distribution("size.volume_ml", "Size: volume (ml)", groups))
    assert again.png == picture.png
