"""`pnst.plot.cohort`: one measured column of a cohort, by diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pnst.errors import InputError
from pnst.plot.axes import axes_or_new

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def cohort(table: pd.DataFrame, column: str | None = None, ax: Axes | None = None) -> Axes:
    """Boxes over dots, a row a diagnosis, as on the page of `pnst cohort`; all lesions together without a diagnosis.

    Parameters
    ----------
    table : one row a lesion: what `pnst.run_cohort` returned, or lesions.csv
    column : a column of numbers, such as "adc.mean_um2_per_ms"; None: the probability, else the first of the page
    ax : where to draw; None: on new axes of pyplot's

    Raises
    ------
    InputError : the table holds no such column, or no number in it
    """
    from pnst.reporting.cohort_figures import draw_distribution
    from pnst.reporting.cohort_summary import distribution, main_columns

    shown = main_columns(table)
    if column is None and shown:
        column = "probability" if "probability" in shown else shown[0]
    drawn = None if column is None or column not in table else distribution(table, column)
    if drawn is None or not any(len(values) for _, values in drawn.groups):
        raise InputError(
            "the table has no such numbers to draw",
            got="None" if column is None else repr(column),
            expected=f"a column of numbers: {', '.join(shown) or 'this table has none'}",
            remedy="name one of them (column=)",
        )
    axes = axes_or_new(ax, (6.0, 1.2 + 0.5 * len(drawn.groups)))
    draw_distribution(drawn, axes)
    return axes
