"""Numbers before they become HTML. Witnesses: the measurements that they were made from."""

from __future__ import annotations

from dataclasses import replace

from pnst.reporting.key_numbers import key_numbers
from pnst.reporting.reportlets import reportlets


def test_intervals_stand_beside_their_number_once(made):
    size = replace(made.m.size, intervals={"volume_ml": (10.11, 11.02)})
    m = replace(made.m, size=size)
    rows = reportlets(made.study, made.lesion, m)[0].rows
    assert [(r.value.text, r.interval.text) for r in rows if r.interval] == [("10.6", "10.1 – 11.0")]
    assert not any("interval" in r.title.lower() for r in rows)
    assert key_numbers(m)[1].number.interval.text == "10.1 – 11.0"
