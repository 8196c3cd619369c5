"""The values of an ADC map that were averaged, as a histogram."""

from __future__ import annotations

from functools import partial

import numpy as np
from matplotlib.axes import Axes

from pnst.image import Mask, Volume
from pnst.measurement.measurements import Measurements
from pnst.reporting.canvas import ADC_RANGE, Picture
from pnst.reporting.evaluation_figures import figure_png
from pnst.reporting.numbers import ADC_UNIT

BIN = 0.05
"""In µm²/ms."""
AVERAGED, DARKEST = "#0072b2", "#ff2a00"
"""Blue, and the red of the darkest part on the map."""


def averaged_values(m: Measurements) -> np.ndarray[tuple[int], np.dtype[np.floating]]:
    """(n,): the map's values, in µm²/ms, at the voxels that `adc.mean_um2_per_ms` is the mean of; none without them."""
    adc, solid = m.regions.get("adc"), m.regions.get("solid")
    if not isinstance(adc, Volume) or not isinstance(solid, Mask):
        return np.empty(0)
    return np.asarray(adc.data[solid.data])


def histogram_pictures(m: Measurements) -> list[Picture]:
    """The histogram as a picture of a page; none without ADC."""
    if m.adc is None or not averaged_values(m).size:
        return []
    caption = "Voxels of what was averaged by their ADC, with its mean and the mean of its darkest part."
    drawn = figure_png(partial(draw_histogram, m))
    return [Picture(drawn, "Histogram of ADC over what was averaged", caption)]


def draw_histogram(m: Measurements, axes: Axes) -> None:
    """Voxels against ADC over what was averaged, its mean and that of its darkest part. `ValueError` without ADC."""
    if m.adc is None:
        raise ValueError("no ADC was measured")
    values = averaged_values(m)
    low, high = min(ADC_RANGE[0], float(values.min())), max(ADC_RANGE[1], float(values.max()))
    edges = np.arange(np.floor(low / BIN), np.ceil(high / BIN) + 1) * BIN
    axes.hist(values, edges.tolist(), color=AVERAGED, alpha=0.75, label=m.adc.region)
    mean, dark = m.adc.mean_um2_per_ms, m.adc.dark_um2_per_ms
    axes.axvline(mean, color="black", linewidth=1.4, label=f"mean {mean:.2f}")
    axes.axvline(dark, color=DARKEST, linewidth=1.4, linestyle="--", label=f"darkest part {dark:.2f}")
    axes.set(xlabel=f"ADC ({ADC_UNIT})", ylabel="voxels")
    # Above the bars: the best place among them is sought by matplotlib bar by bar, and warned of where that takes long.
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False, fontsize="x-small")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
