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
    from pnst.reporting.matching_figures import love_picture

    draw = (roc_picture, calibration_picture, decision_picture) if evaluation.models else ()
    matched = evaluation.matched
    page = environment().get_template("evaluation.html.j2")
    return page.render(
        evaluation=evaluation,
        lesions=len(evaluation.malignant),
        malignant=int(evaluation.malignant.sum()),
        pictures=[picture(evaluation) for picture in draw],
        balance=None if matched is None else love_picture(matched),
        names=_names(evaluation),
        checklist=checklist(evaluation),
        disclaimer=DISCLAIMER,
        number=_number,
        ends=_ends,
        proportion=_proportion,
        side=_side,
    )


def _names(evaluation: Evaluation) -> dict[str, list[str]]:
    """The lesions that no set holds, by case where the table names cases, else by row."""
    matched, cases = evaluation.matched, evaluation.cases
    if matched is None:
        return {}
    called = [
        f"row {row + 1}" if cases is None or not cases[row] else cases[row] for row in range(len(matched.labelled))
    ]
    return {
        "unmatched": [called[row] for row in matched.unmatched],
        "left_out": [f"{called[row]} ({why})" for row, why in matched.left_out.items()],
    }


def _side(mean: float, sd: float, kind: str) -> str:
    """A group's mean ± SD, or its share.

    >>> _side(41.234, 9.87, "number"), _side(0.625, 0.484, "share")
    ('41.2 ± 9.87', '62.5 %')
    """
    return f"{100 * mean:.1f} %" if kind != "number" else f"{mean:.3g} ± {sd:.3g}".replace("-", "−")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:z.3f}".replace("-", "−")


def _ends(interval: tuple[float, float] | None) -> str:
    return "cannot be estimated" if interval is None else f"{_number(interval[0])} – {_number(interval[1])}"


def _proportion(part: Proportion) -> tuple[str, str]:
    """The share, and its counts with the interval."""
    if part.value is None or part.interval is None:
        return "–", ""
    low, high = part.interval
    return f"{100 * part.value:.1f} %", f"{part.count}/{part.total}; {100 * low:.1f} – {100 * high:.1f}"
