"""The figures of a cohort's page: one measured column by diagnosis."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from pnst.reporting.canvas import DPI, Picture
from pnst.reporting.cohort_summary import Distribution
from pnst.reporting.evaluation_figures import COLOURS, QUIET
from pnst.typing import FloatArray

MAX_POINTS = 400
"""Dots of one group that are drawn; boxes are of all values."""


def distribution_picture(distribution: Distribution) -> Picture:
    """Boxes (quartiles, and the range within 1.5 of their distance) over dots, a row a group."""
    groups = _filled(distribution)
    figure = Figure(figsize=(4.2, 0.9 + 0.42 * len(groups)), dpi=DPI, facecolor="white", layout="constrained")
    axes = figure.add_subplot()
    draw_distribution(distribution, axes)
    axes.tick_params(labelsize=8)
    axes.xaxis.label.set_fontsize(9)
    stream = io.BytesIO()
    FigureCanvasAgg(figure).print_png(stream, metadata={"Software": None})
    medians = ", ".join(f"{name} {np.median(values):.3g}" for name, values in groups)
    return Picture(stream.getvalue(), f"{distribution.title} by diagnosis; medians: {medians}", "")


def draw_distribution(distribution: Distribution, axes: Axes) -> None:
    """Boxes over dots, a row a group; what is measured, with its unit, below."""
    groups = _filled(distribution)
    rng = np.random.default_rng(0)
    for place, (_, values) in enumerate(groups):
        shown = values if len(values) <= MAX_POINTS else rng.choice(values, MAX_POINTS, replace=False)
        heights = place + rng.uniform(-0.22, 0.22, len(shown))
        axes.plot(shown, heights, "o", color=COLOURS[place % len(COLOURS)], markersize=3, alpha=0.55, linewidth=0)
    axes.boxplot(
        [values for _, values in groups],
        positions=range(len(groups)),
        orientation="horizontal",
        widths=0.5,
        showfliers=False,
        medianprops={"color": "black", "linewidth": 1.6},
        boxprops={"color": QUIET},
        whiskerprops={"color": QUIET},
        capprops={"color": QUIET},
    )
    axes.set_yticks(range(len(groups)), [f"{_plain(name)} ({len(values)})" for name, values in groups])
    axes.set_xlabel(_plain(distribution.title))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _filled(distribution: Distribution) -> list[tuple[str, FloatArray]]:
    return [(name, values) for name, values in distribution.groups if len(values)]


def _plain(text: str) -> str:
    """A text that is no formula to matplotlib, in a label's room."""
    return (text if len(text) <= 40 else f"{text[:38]}…").replace("$", r"\$")
