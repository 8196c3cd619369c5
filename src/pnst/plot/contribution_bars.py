"""`pnst.plot.contributions`: what each finding adds to the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pnst.classification.assessment import Assessment
from pnst.errors import InputError
from pnst.plot.axes import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def contributions(a: Assessment, ax: Axes | None = None) -> Axes:
    """A bar a finding, in log-odds with its 95 % interval, in the order, words and colours of the page.

    Below them stand the prior and the answer: all bars, the prior's with them, sum to the answer's log-odds. Where the
    score should not be used, the title says why.

    Parameters
    ----------
    a : what `pnst.assess` returned for one lesion
    ax : where to draw; None: on new axes of pyplot's

    Raises
    ------
    InputError : there is no probability, as for a lesion of which no published row speaks
    """
    if a.probability is None or a.prior is None:
        raise InputError(
            "there are no contributions to draw",
            got=f"no probability: {a.abstained}",
            expected="an assessment with a probability",
            remedy="see a.abstained; what was measured is in the measurements all the same",
        )
    from pnst.reporting.contribution_figures import draw_contributions

    axes = axes_or_new(ax, (7.0, 1.4 + 0.34 * (len(a.findings) + 2)))
    draw_contributions(a, axes)
    if a.abstained is not None:
        axes.set_title(f"Not to be used: {a.abstained}".replace("$", r"\$"), fontsize="small", wrap=True, pad=20)
    return axes
