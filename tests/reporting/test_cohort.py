"""The page of a cohort. Witness: what it was given, escaped; nothing from elsewhere."""

from __future__ import annotations

import re

import pandas as pd

from pnst.reporting.cohort import SHOWN, cohort_page

FAILURE = {"case": "x", "lesion": "", "stage": "reading", "what": "<b>no</b>", "got": "a", "remedy": "draw one"}


def page(table: pd.DataFrame, **changes) -> str:
    given = {"counts": {"there": len(table), "failed": 0}, "failures": [], "links": {}} | changes
    return cohort_page(table, given["counts"], given["failures"], given["links"])


def table(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"case": [f"c{n}" for n in range(count)], "label": "1", "diagnosis": "<i>", "size.volume_ml": 1.0 * count}
    )


def test_cases_are_linked_and_texts_escaped():
    text = page(table(2), links={"c0": "parts/c 0/report.html"}, failures=[FAILURE], counts={"there": 2, "failed": 1})
    assert 'href="parts/c%200/report.html"' in text
    assert "c1</th>" in text
    assert "<b>no</b>" not in text
    assert "&lt;i&gt;" in text
    assert "2 lesions in 2 cases, 1 failed" in text
    assert not re.search(r'(src|href)="(?!data:|#|parts/)', text)


def test_many_cases_are_cut_and_said_to_be():
    text = page(table(SHOWN + 5))
    assert text.count('<th scope="row">c') == SHOWN
    assert f"The first {SHOWN} lesions" in text


def test_an_empty_cohort_has_a_page():
    assert "0 lesions in 0 cases" in page(table(0))
