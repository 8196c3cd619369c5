"""What each finding says before it becomes HTML. Witnesses: the measurements, the findings, logarithms by hand."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest

from pnst.classification.assess import assess
from pnst.classification.findings import Finding
from pnst.reporting.reasons import Axis, Bar, axis_of, reasons


@pytest.fixture(scope="module")
def a(made):
    return assess(made.m)


def test_a_reason_says_what_was_seen_and_by_whom(made, a):
    """The reader's word on oedema replaces the measured extent."""
    rows = {reason.title: reason.row for reason in reasons(made.m, a)}
    assert (rows["Size"].title, rows["Size"].value.text) == ("Longest diameter", "36.0")
    assert rows["Size"].reader is None
    assert (rows["Oedema"].title, rows["Oedema"].value.text, rows["Oedema"].reader.text) == ("Oedema", "", "no")


def test_reasons_stand_in_order_of_weight(made, a):
    weights = [abs(reason.beside.log_odds) for reason in reasons(made.m, a)]
    assert weights == sorted(weights, reverse=True)


def test_each_stands_beside_the_others_and_alone_with_both_intervals(made, a):
    of = {reason.title: reason for reason in reasons(made.m, a)}
    finding = a.findings["longest_diameter"]
    assert of["Size"].beside == Bar(finding.contribution, finding.contribution_interval)
    assert of["Size"].alone == Bar(finding.alone, finding.alone_interval)


@pytest.mark.parametrize(
    ("beside", "alone", "first"),
    [(-0.3, 0.6, "By itself this speaks for malignancy."), (0.3, -0.6, "By itself this speaks for a benign tumour.")],
)
def test_where_the_two_point_to_opposite_sides_a_sentence_says_why(made, a, beside, alone, first):
    one = replace(a, findings={"longest_diameter": Finding(beside, alone=alone)})
    assert reasons(made.m, one)[0].note.startswith(first)


@pytest.mark.parametrize(("beside", "alone"), [(0.3, 0.6), (-0.3, -0.6), (-0.04, 0.6), (0.3, -0.04), (-0.3, None)])
def test_where_they_do_not_nothing_is_explained_away(made, a, beside, alone):
    one = replace(a, findings={"longest_diameter": Finding(beside, alone=alone)})
    assert reasons(made.m, one)[0].note == ""


def test_an_intradural_finding_is_shown_as_it_was_read(made):
    m = replace(made.m, overrides={"reader.dural_tail": False})
    found = {r.title: r.row for r in reasons(m, assess(m, patient={"location": "intradural", "level": "lumbar"}))}
    assert (found["Dural tail"].title, found["Dural tail"].reader.text) == ("Dural tail", "no")
    assert found["Level of the spine"].title == "as given for the patient"
    assert found["Size"].value.text == "36.0"


def test_places_on_the_axis_are_logarithmic():
    """Closed form: −reach, 0 and reach at 0, 50 and 100 %; half of reach half way; what lies beyond at the end."""
    axis = Axis(reach=2 * log(10))
    assert [axis.place(x) for x in (-2 * log(10), 0.0, log(10), 2 * log(10), 99.0)] == [0, 50, 75, 100, 100]
    assert [(text, round(at)) for at, text, _ in axis.ticks] == [
        ("0.1", 25),
        ("0.5", 42),
        ("1", 50),
        ("2", 58),
        ("10", 75),
    ]


def test_the_axis_holds_every_bar_and_interval_and_never_less_than_a_factor_of_ten():
    reason = reasons_of((0.2, (-0.1, 0.5)))
    assert axis_of([reason]).reach == pytest.approx(log(12))
    wide = axis_of([reason, reasons_of((1.0, (-4.0, 5.0)))])
    assert 0 < wide.place(-4.0) < wide.place(5.0) < 100
    assert "2" not in [text for _, text, _ in wide.ticks]  # it would touch 1
    assert axis_of([]).reach == pytest.approx(log(12))
    assert axis_of([reasons_of((900.0, None))]).reach == pytest.approx(log(1500))


def reasons_of(bar):
    from pnst.reporting.reasons import Reason

    return Reason("x", Bar(*bar))


def test_factors_are_told_with_two_digits():
    assert Bar(log(3.333), (log(0.25), log(44.4))).odds_factor == "3.3"
    assert Bar(log(3.333), (log(0.25), log(44.4))).factor_ends == "0.25 to 44"
    assert Bar(0.1).factor_ends == ""
