"""`pnst.plot.growth`: the growth curve of one lesion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pnst.errors import InputError
from pnst.plot.axes import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pnst.measurement.growth.growth import Growth, LesionGrowth


def growth(g: Growth, label: str | None = None, ax: Axes | None = None) -> Axes:
    """Volume in ml against days since the first date, as on the page of `pnst compare`.

    Parameters
    ----------
    g : what `pnst.compare` returned
    label : which lesion, by its label; None: the only one
    ax : where to draw; None: on new axes of pyplot's

    Raises
    ------
    InputError : no such lesion, several without a label, or one that was measured on a single date
    """
    lesion = _chosen(g, label)
    if len(lesion.measured) < 2:
        raise InputError(
            "a growth curve needs two dates",
            got=f"lesion {lesion.label!r}, measured on {len(lesion.measured)}",
            expected="two or more dates that have it",
            remedy="choose another lesion (label=)",
        )
    from pnst.reporting.growth_figures import draw_curve

    axes = axes_or_new(ax)
    draw_curve(lesion, (g.settings.progression_fraction, g.settings.response_fraction), axes)
    return axes


def _chosen(g: Growth, label: str | None) -> LesionGrowth:
    named = [lesion for lesion in g.lesions if label in (None, lesion.label)]
    if len(named) == 1:
        return named[0]
    raise InputError(
        "several lesions, and no label" if named else "no lesion of this label",
        got="None" if label is None else repr(label),
        expected=", ".join(lesion.label for lesion in g.lesions),
        remedy="name one of them (label=)",
    )
