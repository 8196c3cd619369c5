"""The figure of an answer: what each finding adds to the prior's log-odds, and what that comes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from pnst.measurement.measurements import Measurements
from pnst.reporting.evaluation_figures import QUIET
from pnst.reporting.numbers import log_odds, percent
from pnst.reporting.question_words import question_words
from pnst.reporting.reasons import Bar, Reason, axis_of, reasons

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment

TOWARDS, AWAY, ANSWER = "#c65102", "#0072b2", "#1b1f24"
"""The page's own: what speaks for the class that is asked about and what against it, told apart by any colour vision;
and the answer."""


def draw_contributions(a: Assessment, axes: Axes) -> None:
    """A bar a finding in log-odds with its 95 % interval, what weighs most on top; below them the prior, and the answer
    that bars and prior sum to. Marks are labelled with the factor of the odds.

    Raises `ValueError` for an assessment without a probability.
    """
    if a.probability is None or a.prior is None:
        raise ValueError("an assessment without a probability")
    findings = reasons(Measurements(a.case_id, a.label), a)  # the page's order and titles; what was seen is not drawn
    prior = Reason(f"Prior: {percent(a.prior)} %", Bar(log_odds(a.prior)))
    ends = None if a.interval is None else (log_odds(a.interval[0]), log_odds(a.interval[1]))
    answer = Reason(f"Answer: {percent(a.probability)} %", Bar(log_odds(a.probability), ends))
    values = [reason.beside.log_odds for reason in (*findings, prior)]
    colours = [TOWARDS if value > 0 else AWAY for value in values[:-1]]
    axes.barh(range(len(values)), values, color=[*colours, QUIET], height=0.62)
    axes.plot([answer.beside.log_odds], [len(values)], "D", color=ANSWER, markersize=7)
    rows = (*findings, prior, answer)
    for place, row in enumerate(rows):
        if row.beside.interval is not None and np.isfinite(row.beside.interval).all():
            axes.plot(row.beside.interval, [place, place], color=ANSWER, linewidth=1.2)
    axes.set_yticks(range(len(rows)), [row.title for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    _draw_scale(a, rows, axes)


def _draw_scale(a: Assessment, rows: Sequence[Reason], axes: Axes) -> None:
    """The axis in factors of the odds, what its ends speak for, and the line between findings and answer."""
    words = question_words(a)
    ticks = axis_of(rows).ticks
    axes.set_xticks([mark for _, _, mark in ticks], [f"× {factor}" for _, factor, _ in ticks])
    axes.set_xlabel(f"factor of the odds of {a.answers if words is None else words.odds_of}")
    axes.axvline(0, color=QUIET, linewidth=0.8)
    axes.axhline(len(rows) - 2.5, color=QUIET, linewidth=0.5)
    if words is not None:
        away, towards = words.ends
        axes.text(0, 1, f"← {away}", color=AWAY, ha="left", va="bottom", transform=axes.transAxes)
        axes.text(1, 1, f"{towards} →", color=TOWARDS, ha="right", va="bottom", transform=axes.transAxes)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
