"""Map and histogram of the ADC. Witnesses: the measured mean, and the closed form of the map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import pnst
from plotted_ball import COARSE, RADIUS_MM, plotted_ball
from pnst.errors import InputError
from pnst.plot.adc_pair import adc

ball = plotted_ball()


def drawn(m=ball.m, lesion=None):
    return adc(m, lesion, Figure(figsize=(9, 3.6)).add_subplot()).child_axes[:2]


def test_the_histogram_counts_what_was_averaged_and_its_mean_is_the_measured_one():
    """Its bars hold every voxel of the region once; their mean is the measured one but for half a bin."""
    _, histogram = drawn()
    counts = np.array([bar.get_height() for bar in histogram.patches])
    middles = np.array([bar.get_x() + bar.get_width() / 2 for bar in histogram.patches])
    solid = ball.m.regions["solid"]
    assert counts.sum() == solid.count
    assert np.average(middles, weights=counts) == pytest.approx(ball.m.adc.mean_um2_per_ms, abs=0.005)
    line = histogram.lines[0]
    assert line.get_xdata()[0] == ball.m.adc.mean_um2_per_ms
    assert line.get_label() == f"mean {ball.m.adc.mean_um2_per_ms:.2f}"
    assert histogram.get_xlabel() == "ADC (10⁻³ mm²/s)"
    assert histogram.get_ylabel() == "voxels"


def test_the_map_is_the_measured_one_in_the_range_of_every_report():
    picture, _ = drawn()
    (image,) = picture.images
    assert image.get_clim() == (0.0, 3.0)
    values = np.asarray(image.get_array())
    low, high = values[np.isfinite(values)].min(), values[np.isfinite(values)].max()
    assert low == pytest.approx(0.9, abs=0.12)
    assert high == pytest.approx(1.9, abs=0.2)


def test_the_lesions_outline_is_the_balls_section_on_the_map():
    picture, _ = drawn(lesion=ball.lesion)
    ends = np.concatenate(picture.collections[-1].get_segments())
    assert np.ptp(ends, axis=0).max() == pytest.approx(2 * RADIUS_MM, abs=1.0)
    assert "lesion (white)" in picture.get_title()
    assert "lesion" not in drawn()[0].get_title()


def test_both_lie_in_the_axes_that_were_given():
    figure = Figure(figsize=(9, 3.6))
    left, right = figure.subplots(1, 2)
    assert adc(ball.m, ax=right) is right
    assert len(right.child_axes) == 2
    figure.draw_without_rendering()
    assert len(right.child_axes) == 2
    assert not left.child_axes


def test_what_cannot_be_drawn_is_refused_with_the_reason():
    without = replace(ball.m, adc=None, skipped={"adc": "no diffusion series and no ADC map"})
    with pytest.raises(InputError, match=r"no ADC map.*no diffusion series and no ADC map"):
        drawn(without)
    with pytest.raises(InputError, match="from a file"):
        drawn(pnst.Measurements.from_dict(ball.m.to_dict(), "ball"))
    shifted = pnst.Grid(COARSE.shape, COARSE.affine + np.array([[0, 0, 0, 900.0]] + [[0, 0, 0, 0]] * 3))
    other = pnst.Lesion("other", ball.lesion.mask_on(COARSE), "simulation")
    far = pnst.Lesion("far", pnst.Mask(other.mask.data, shifted), "simulation")
    with pytest.raises(InputError, match="does not lie on this ADC map"):
        drawn(lesion=far)
