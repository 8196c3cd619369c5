"""What the page shows besides images, as JSON: what holds, what can be undone, measurements, odds, a reader's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pnst.classification.assessment import NO_ANSWER_DISCLAIMER
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.measurement.overrides import READER_COLUMNS
from pnst.reporting.answer import answer_of
from pnst.reporting.numbers import percent, signed, significant
from pnst.reporting.summary import summarise
from pnst.reporting.vocabulary import FAMILIES, as_words, predictor_title
from pnst.viewer.refusals import four_parts
from pnst.workflow.segmentation import segmented_rows

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment
    from pnst.measurement.measurements import Measurements
    from pnst.viewer.answers import CaseAnswer
    from pnst.viewer.history import Step
    from pnst.viewer.session import Session


def study_dict(session: Session) -> dict[str, Any]:
    """What stays as it is while the server runs."""
    step = session.now()
    case = step.case
    lesion = case.lesions[step.active] if case.lesions else None
    return {
        "case_id": case.study.case_id,
        "series": [shown.to_dict(lesion) for shown in session.series.values()],
        "notes": [*case.study.notes, *(note for series in case.study.series.values() for note in series.notes)],
        "disclaimer": NO_ANSWER_DISCLAIMER,
        "can_save": session.saving.has_folder,
    }


def status_dict(session: Session) -> dict[str, Any]:
    """What holds now."""
    with session.changed:
        step, answer, queue = session.history.now, session.answers.current, session.queue
        overlays = session.overlays
        refusal = session.refusal or session.saving.refusal or session.answers.refusal
        marks = {name: value for name, value in asdict(step.marks).items() if name != "strokes"}
        return {
            "stage": queue.stage or session.saving.stage or session.answers.stage,
            "is_editing": queue.last is not None,
            "is_complete": queue.last is None and (not step.case.lesions or session.answers.is_complete),
            "is_saving": bool(session.saving.stage),
            "is_saved": session.saving.is_saved,
            "undo": queue.last or session.history.undoable,
            "redo": None if queue.last else session.history.redoable,
            "refusal": None if refusal is None else four_parts(refusal),
            "marks": marks | {"strokes": [asdict(stroke) for stroke in step.marks.strokes]},
            "active": step.active,
            "middle": _middle(step),
            "lesions": [
                {"label": lesion.label, "made_by": lesion.made_by, "rows": segmented_rows(lesion)}
                for lesion in step.case.lesions
            ],
            "pictures": session.pictures,
            "layers": [asdict(layer) | {"first_shown": layer.first_shown} for layer in overlays.layers],
            "adc": None if overlays.shown_adc is None else overlays.shown_adc.to_dict(),
            "words": [*words_of(session, answer)],
            "answer": None if answer is None else answer_dict(answer, step.active, session),
        }


def _middle(step: Step) -> list[float] | None:
    """RAS mm that the page begins at: the lesion's middle, or that of the line; None without either."""
    if step.case.lesions:
        low, high = step.case.lesions[step.active].world_box
        return [float(value) for value in (low + high) / 2]
    if step.marks.line is None:
        return None
    a, b = step.marks.line
    return [(one + other) / 2 for one, other in zip(a, b, strict=True)]


def answer_dict(answer: CaseAnswer, active: int, session: Session) -> dict[str, Any] | None:
    """Odds and measurements of the lesion that is shown; None where it failed."""
    label = session.history.now.case.lesions[active].label
    pairs = zip(answer.case.measurements, answer.case.assessments, strict=True)
    pair = next(((m, a) for m, a in pairs if m.label == label), None)
    if pair is None:
        return {"is_final": answer.is_final, "failure": answer.case.failures.get(label, "not measured")}
    m, a = pair
    is_current = answer.overrides is session.history.now.overrides
    summary = summarise(m, a)
    return {
        "is_final": answer.is_final and is_current,
        "title": summary.title,
        "rows": [list(row) for row in summary.rows],
        "odds": _odds(a),
        "contributions": [
            {"title": predictor_title(name), "log_odds": value, "text": signed(value)}
            for name, value in sorted(a.contributions.items(), key=lambda pair: -abs(pair[1]))
        ],
        "abstained": a.abstained,
        "warnings": [*m.warnings, *a.warnings],
        "disclaimer": a.disclaimer,
    }


def _odds(a: Assessment) -> dict[str, Any] | None:
    answer = answer_of(a)
    if answer is None:
        return None
    ends = answer.odds_interval
    return {
        "of": a.answers,
        "factor": significant(answer.odds_factor),
        "factor_value": answer.odds_factor,
        "factor_interval": None if ends is None else f"{significant(ends[0])} to {significant(ends[1])}",
        "probability": percent(answer.probability),
        "interval": f"{percent(answer.interval[0])} to {percent(answer.interval[1])}",
        "prior": percent(answer.prior),
    }


def words_of(session: Session, answer: CaseAnswer | None) -> Iterator[dict[str, Any]]:
    """Every sign that a reader may judge: what was measured, and the reader's word."""
    step = session.history.now
    label = step.case.lesions[step.active].label if step.case.lesions else None
    every = () if answer is None else answer.case.measurements
    m = next((m for m in every if m.label == label), None)
    for column, title in SIGNS.items():
        measured = "not measured" if m is None else _measured(m, column)
        yield {"column": column, "title": title, "measured": measured, "word": step.overrides.get(column)}


def _measured(m: Measurements, column: str) -> str:
    if column in READER_COLUMNS:
        return "a reader's alone"
    columns = m.columns()
    if column not in columns:
        return "not measured"
    return {True: "yes", False: "no"}.get(columns[column], "undetermined")  # type: ignore[arg-type]  # None, too


def _signs() -> Iterator[tuple[str, str]]:
    for family, words in FAMILIES.items():
        for key in words.keys:
            if key.sign is not None and FAMILY_TYPES[family].kind_of(key.sign) is bool:
                yield f"{family}.{key.sign}", key.sign_title
    yield "split_fat.applicable", "Split fat sign applicable"
    for column in READER_COLUMNS:
        yield column, as_words(column.removeprefix("reader."))


SIGNS = dict(_signs())
"""Column → title of every sign that is present or not."""
