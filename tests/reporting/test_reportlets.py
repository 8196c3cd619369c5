"""Reasons and numbers before they become HTML. Witnesses: the measurements that they were made from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pnst.classification.assess import assess
from pnst.reporting.reportlets import key_numbers, reasons, reportlets


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
    weights = [abs(reason.log_odds) for reason in reasons(made.m, a)]
    assert weights == sorted(weights, reverse=True)


def test_intervals_stand_beside_their_number_once(made):
    size = replace(made.m.size, intervals={"volume_ml": (10.11, 11.02)})
    m = replace(made.m, size=size)
    rows = reportlets(made.study, made.lesion, m)[0].rows
    assert [(r.value.text, r.interval.text) for r in rows if r.interval] == [("10.6", "10.1 – 11.0")]
    assert not any("interval" in r.title.lower() for r in rows)
    assert key_numbers(m)[1].number.interval.text == "10.1 – 11.0"
