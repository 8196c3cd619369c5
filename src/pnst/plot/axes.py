"""The axes that a figure is drawn on: those that were given, or new ones of pyplot's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def axes_or_new(ax: Axes | None, size_in: tuple[float, float] | None = None) -> Axes:
    """`ax`, or the only axes of a new figure of this size (width, height in inches; None: pyplot's own).

    Nothing is shown and no backend is chosen: that is pyplot's and the user's.
    """
    if ax is not None:
        return ax
    from matplotlib import pyplot

    new: Axes = pyplot.figure(figsize=size_in, layout="constrained").add_subplot()
    return new
