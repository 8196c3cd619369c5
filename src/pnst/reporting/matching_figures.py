"""The figure of a matched comparison: how far the groups differ in each covariate, before and after (a Love plot)."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from pnst.classification.matching.matched import LIMIT, Matched
from pnst.reporting.canvas import Picture
from pnst.reporting.evaluation_figures import COLOURS, QUIET, figure_png

MAX_ROWS = 25
"""Covariates that are drawn, the worst before matching first; the table has them all."""


def love_picture(matched: Matched) -> Picture:
    """Absolute standardised differences of each covariate before and after matching."""
    rows = sorted(
        (row for row in matched.balance if row.smd_before is not None and row.smd_after is not None),
        key=lambda row: abs(row.smd_before or 0.0),
    )[-MAX_ROWS:]
    before, after = (np.abs([getattr(row, name) for row in rows]) for name in ("smd_before", "smd_after"))

    def draw(axes: Axes) -> None:
        places = np.arange(len(rows))
        axes.hlines(places, after, before, color=QUIET, linewidth=0.8)
        axes.plot(before, places, "o", color=COLOURS[1], markersize=6, markerfacecolor="white", label="before matching")
        axes.plot(after, places, "o", color=COLOURS[0], markersize=6, label="after matching")
        axes.axvline(LIMIT, color=QUIET, linewidth=0.8, linestyle="--")
        axes.set_yticks(places, [_short(row.name) for row in rows])
        axes.set(xlabel="absolute standardised mean difference", xlim=(0, None), ylim=(-0.7, max(len(rows) - 0.3, 0.7)))
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=7.5, frameon=False)

    worst = f"{after.max():.2f}" if len(rows) else "none"
    return Picture(
        figure_png(draw),
        f"Balance of the covariates; greatest standardised difference after matching: {worst}",
        f"How far the groups differ in what they were matched by. The dashed line is at {LIMIT:g}.",
    )


def _short(name: str) -> str:
    """A column's name as it stands, no formula, in a label's room."""
    return (name if len(name) <= 28 else f"{name[:26]}…").replace("$", r"\$")
