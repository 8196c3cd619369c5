"""`evaluation_report`: how models agree with a known diagnosis, as one self-contained HTML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pnst.reporting.report import environment

if TYPE_CHECKING:
    from pnst.classification.evaluation.evaluation import Evaluation
    from pnst.classification.metrics.proportions import Proportion


def evaluation_report(evaluation: Evaluation) -> str:
    """Figures and tables of an evaluation; nothing is loaded from elsewhere, and all text from files is escaped."""
    from pnst.classification.evaluation.checklist import checklist
    from pnst.classification.evaluation.serialise import DISCLAIMER
    from pnst.reporting.evaluation_figures import calibration_picture, decision_picture, roc_picture

    page = environment().get_template("evaluation.html.j2")
    return page.render(
        evaluation=evaluation,
        lesions=len(evaluation.malignant),
        malignant=int(evaluation.malignant.sum()),
        pictures=[roc_picture(evaluation), calibration_picture(evaluation), decision_picture(evaluation)],
        checklist=checklist(evaluation),
        disclaimer=DISCLAIMER,
        number=_number,
        ends=_ends,
        proportion=_proportion,
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".replace("-", "−")


def _ends(interval: tuple[float, float] | None) -> str:
    return "cannot be estimated" if interval is None else f"{_number(interval[0])} – {_number(interval[1])}"


def _proportion(part: Proportion) -> tuple[str, str]:
    """The share, and its counts with the interval."""
    if part.value is None or part.interval is None:
        return "–", ""
    low, high = part.interval
    return f"{100 * part.value:.1f} %", f"{part.count}/{part.total}; {100 * low:.1f} – {100 * high:.1f}"
