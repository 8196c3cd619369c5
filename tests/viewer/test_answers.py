"""Answers beside the page: first without intervals, then with; the newest edit wins. Witness: `pnst.measure`."""

from __future__ import annotations

import threading

import pnst
from pnst.settings import RunSettings
from pnst.viewer import answers as answers_module
from pnst.viewer.marks import Stroke
from viewed_study import settled, wait


def test_a_first_answer_has_the_values_and_the_last_one_the_intervals_of_measure(open_session, with_lesion):
    session = open_session(with_lesion, settings=RunSettings())
    wait(session, lambda: session.answers.current)
    first = session.answers.current
    assert not first.is_final
    settled(session)
    last = session.answers.current
    assert last.is_final
    case = pnst.run(with_lesion)
    assert last.case.measurements[0].to_dict() == case.measurements[0].to_dict()
    assert last.case.assessments[0].to_dict() == case.assessments[0].to_dict()
    values = {name: value for name, value in case.measurements[0].columns().items() if not name.endswith("_interval")}
    assert first.case.measurements[0].columns() == values


def test_an_older_edits_answer_never_takes_the_place_of_a_newer_ones(open_session, with_lesion, monkeypatch):
    gate, asked = threading.Event(), []
    plain = answers_module.measured

    def slow(case, *args):
        asked.append(case)
        if len(asked) == 1:
            assert gate.wait(60)
        return plain(case, *args)

    monkeypatch.setattr(answers_module, "measured", slow)
    session = open_session(with_lesion)
    wait(session, lambda: asked)
    session.paint(Stroke("lesion", ((52.0, -25.0, 210.0),), 2.0, (0.0, 0.0, 1.0), 3.0))
    wait(session, lambda: session.queue.last is None)
    settled(session)
    newer = session.answers.current
    gate.set()
    session.undo()
    settled(session)
    older = session.answers.current
    assert older.of is not newer.of
    session.redo()
    settled(session)
    assert session.answers.current.case.measurements[0] is not older.case.measurements[0]
    assert session.answers.current.of is newer.of


def test_what_cannot_be_measured_is_told_and_an_inner_fault_without_its_text(open_session, with_lesion, monkeypatch):
    def fail(*args):
        raise RuntimeError("a private path")

    monkeypatch.setattr(answers_module, "measured", fail)
    session = open_session(with_lesion)
    wait(session, lambda: session.answers.refusal)
    assert "private" not in str(session.answers.refusal)
    assert session.answers.current is None
