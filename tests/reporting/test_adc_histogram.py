"""What was averaged, as a histogram. Witness: a handful of voxels that can be counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from pnst.image import Grid, Mask, Volume
from pnst.reporting.adc_histogram import averaged_values, draw_histogram

GRID = Grid((3, 2, 4), np.diag([1.8, 2.2, 5.0, 1.0]))


@pytest.fixture
def m(made):
    values = np.full(GRID.shape, np.nan)
    values[0, 0] = (0.41, 1.01, 1.02, 3.72)
    solid = Mask(np.isfinite(values), GRID)
    return replace(made.m, regions={"adc": Volume(values, GRID, "um2_per_ms"), "solid": solid})


def test_the_averaged_voxels_are_those_of_the_solid_part(m):
    assert averaged_values(m).tolist() == [0.41, 1.01, 1.02, 3.72]
    assert averaged_values(replace(m, regions={})).size == 0


def test_every_voxel_is_counted_those_beyond_the_usual_range_as_well(m):
    axes = Figure().add_subplot()
    draw_histogram(m, axes)
    bars = {round(bar.get_x(), 6): bar.get_height() for bar in axes.patches if bar.get_height()}
    assert bars == {0.4: 1, 1.0: 2, 3.7: 1}
    assert [line.get_xdata()[0] for line in axes.lines] == [m.adc.mean_um2_per_ms, m.adc.dark_um2_per_ms]
