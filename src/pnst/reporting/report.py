"""`report`: one lesion's measurements and assessment as one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pnst.classification.burden import burden
from pnst.errors import InputError
from pnst.measurement.measurements import Measurements
from pnst.measurement.overrides import check_overrides
from pnst.reporting.answer import answer_of
from pnst.reporting.burden_table import burden_table
from pnst.reporting.contact_sheet import contact_sheet
from pnst.reporting.differential import differential
from pnst.reporting.first_screen import first_screen
from pnst.reporting.key_numbers import key_numbers
from pnst.reporting.numbers import log_odds, percent, quantity, sentence, signed, significant
from pnst.reporting.page_viewer import ViewerImage, viewer_program
from pnst.reporting.question_words import QuestionWords, question_words
from pnst.reporting.reasons import axis_of, reasons
from pnst.reporting.reportlets import reportlets
from pnst.reporting.rule_rows import rule_table
from pnst.reporting.skipped_parts import skipped_parts
from pnst.reporting.vocabulary import column_title, facts, family_words, role_title
from pnst.study import Lesion, Series, Study

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment

UNKNOWN_SETTINGS = "the settings that these measurements were made with are not known"
Finding = tuple[Lesion, Measurements, "Assessment"]


def report(study: Study, lesion: Lesion, m: Measurements, a: Assessment) -> str:
    """One HTML file with the odds, the probability and its reasons, the numbers, the pictures and what it all rests on.

    Nothing is loaded from elsewhere: pictures are data URIs, the style is inline, there is no script (the
    viewer of `pnst run` has one).
    Equal input gives equal text. All text that comes from files is escaped.

    Raises `InputError` when measurements, assessment and study are not of one case and lesion, `SettingError` for an
    override that there cannot be.

    A ball of radius 10 mm, 4/3·π = 4.19 ml, in a study without images:

    >>> import numpy as np
    >>> import pnst
    >>> i, j, k = np.ogrid[-12.5:13, -11.5:12, -6.5:7]
    >>> ball = i**2 + j**2 + (2 * k) ** 2 < 100
    >>> mask = pnst.Mask(ball, pnst.Grid(ball.shape, np.diag([1.0, 1.0, 2.0, 1.0])))
    >>> study, lesion = pnst.Study("A", {}), pnst.Lesion("ball", mask, "simulation")
    >>> m = pnst.measure(study, lesion)
    >>> html = pnst.report(study, lesion, m, pnst.assess(m))
    >>> "4.21" in html, "not a medical device" in html, "<script" in html
    (True, True, False)
    """
    return report_lesions(study, [(lesion, m, a)])


def report_lesions(
    study: Study,
    findings: Sequence[Finding],
    unmeasured: Sequence[str] = (),
    images: Sequence[Sequence[ViewerImage]] = (),
) -> str:
    """The report of a study with several lesions: a table of all of them, the most suspicious first, then `report`'s
    content for each in that order, in one file. `unmeasured` are the labels of lesions that could not be measured;
    `images`, of each lesion, are what a viewer shows: with them, and only then, the page has a script.
    """
    for lesion, m, a in findings:
        _of_one_case(study, lesion, m, a)
        check_overrides(m.overrides)
    whole = burden(study, [f[0] for f in findings], [f[1] for f in findings], [f[2] for f in findings], unmeasured)
    shown = [tuple(of_lesion) for of_lesion in images] or [()] * len(findings)
    lesions = [
        _lesion(study, *findings[one.number - 1]) | {"number": one.number, "images": shown[one.number - 1]}
        for one in whole.lesions
    ]
    series = [_series(s) for s in study.series.values()]
    page = environment().get_template("report.html.j2")
    rests_on = _rests_on([a for _, _, a in findings])
    return page.render(
        case_id=study.case_id,
        burden=burden_table(whole) if whole.is_several else None,
        told=whole.no_region is None,
        lesions=lesions,
        series=series,
        notes=study.notes,
        rests_on=rests_on,
        program=viewer_program() if any(shown) else None,
    )


def _rests_on(assessments: Sequence[Assessment]) -> dict[str, Any]:
    """Which explanations the end of the page needs: of a trained model, and of each question that was answered."""
    words = dict.fromkeys(w for a in assessments if (w := _by_published_figures(a)) is not None)
    return {"trained": any(a.is_trained for a in assessments), "figures": [w.rests_on for w in words]}


def _by_published_figures(a: Assessment) -> QuestionWords | None:
    return None if a.is_trained else question_words(a)


def _lesion(study: Study, lesion: Lesion, m: Measurements, a: Assessment) -> dict[str, Any]:
    """What the page says of one lesion."""
    explained = reasons(m, a)
    return {
        "label": lesion.label,
        "made_by": lesion.made_by,
        "a": a,
        "answer": answer_of(a),
        "reasons": explained,
        "axis": axis_of(explained),
        "rules": rule_table(a.rules, m),
        "differential": differential(m) if a.question == "intradural" else None,
        "key_numbers": key_numbers(m),
        "reportlets": reportlets(study, lesion, m),
        "skipped": skipped_parts(m.skipped),
        "overrides": [(_column(name), quantity(name, value)) for name, value in m.overrides.items()],
        "warnings": list(dict.fromkeys((*a.warnings, *m.warnings))),
        "notes": (*lesion.notes, *(() if m.settings else (UNKNOWN_SETTINGS,))),
        "provenance": m.provenance,
        "settings": m.settings.model_dump() if m.settings else {},
        "first": first_screen(study, lesion, m, explained),
        "slices": contact_sheet(study, lesion),
    }


def _series(series: Series) -> dict[str, Any]:
    """What the page says of one series: its role, geometry, physics and digest; never a name, ID, date or path."""
    grid = series.volume.grid
    return {
        "role": role_title(series.role),
        "shape": " × ".join(str(n) for n in series.volume.data.shape),
        "spacing": " × ".join(f"{s:.3g}" for s in grid.spacing),
        "facts": facts(series),
        "format": series.source.format,
        "digest": series.source.digest,
        "notes": series.notes,
    }


def _column(name: str) -> str:
    family, _, column = name.rpartition(".")
    return f"{family_words(family).title}: {column_title(column, family)}" if family else column_title(column)


def _of_one_case(study: Study, lesion: Lesion, m: Measurements, a: Assessment) -> None:
    """Refuses to put one patient's numbers beside another's pictures."""
    cases = {study.case_id, m.case_id, a.case_id or m.case_id}  # a mapping can be assessed without naming its case
    labels = {lesion.label, m.label, a.label or m.label}
    if len(cases) > 1 or len(labels) > 1:
        raise InputError(
            "a report whose parts are not of one case and lesion",
            got=f"cases {', '.join(sorted(cases))}; lesions {', '.join(sorted(labels))}",
            expected="study, lesion, measurements and assessment of the same case and lesion",
            remedy="measure this lesion in this study, and assess those measurements",
        )


@cache
def environment() -> Environment:
    """The templates; what is put into them is escaped."""
    environment = Environment(
        loader=PackageLoader("pnst.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        function.__name__: function for function in (percent, signed, log_odds, significant, sentence)
    }
    return environment
