"""The growth curve on axes. Witness: the comparison that it was drawn from, and the picture of the page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import pnst
from measurement.growth.dated import BALLS, measured, motion
from pnst.errors import InputError
from pnst.measurement.growth.compare import compare_dates
from pnst.measurement.growth.settings import CompareSettings
from pnst.plot.growth_curve import growth
from pnst.preprocessing.settings import AlignmentSettings
from pnst.reporting.evaluation_figures import figure_png
from pnst.reporting.growth_figures import curve_picture


@pytest.fixture(scope="module")
def grown():
    dates = [measured(0, {"a": BALLS["a"]}), measured(90, {"a": (BALLS["a"][0], 9.0)}, motion())]
    return compare_dates("limb", dates, CompareSettings(), AlignmentSettings())


def test_points_lie_at_the_days_and_volumes_in_ml(grown):
    axes = Figure().add_subplot()
    assert growth(grown, ax=axes) is axes
    points = axes.containers[0].lines[0].get_xydata()
    expected = [(visit.day, visit.volume_ml) for visit in grown.lesions[0].measured]
    assert np.allclose(points, expected)
    assert "days" in axes.get_xlabel()
    assert "ml" in axes.get_ylabel()


def test_the_page_draws_the_same(grown):
    drawn = figure_png(lambda axes: growth(grown, "a", axes))
    assert drawn == curve_picture(grown.lesions[0], (0.2, 0.2)).data
    other = replace(grown, settings=replace_threshold(grown.settings))
    assert figure_png(lambda axes: growth(other, "a", axes)) != drawn


def replace_threshold(settings):
    return settings.model_copy(update={"progression_fraction": 0.5})


def test_without_axes_new_ones_are_pyplots(grown):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    axes = pnst.plot.growth(grown)
    assert pyplot.gcf() is axes.figure
    pyplot.close(axes.figure)


def test_a_curve_of_no_lesion_of_several_and_of_one_date_are_refused(grown):
    two = replace(grown, lesions=(grown.lesions[0], replace(grown.lesions[0], label="b")))
    once = replace(grown.lesions[0], visits=grown.lesions[0].visits[:1])
    with pytest.raises(InputError, match="several lesions, and no label"):
        growth(two)
    with pytest.raises(InputError, match="no lesion of this label"):
        growth(grown, "c")
    with pytest.raises(InputError, match="two dates"):
        growth(replace(grown, lesions=(once,)))
    assert growth(two, "b", Figure().add_subplot()) is not None
