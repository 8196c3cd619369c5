"""Undo and redo over whole steps. Witness: the steps themselves."""

from __future__ import annotations

from pnst.study import Study
from pnst.viewer.history import MOST_STEPS, History, Step
from pnst.workflow.case import Case

CASE = Case(Study("A", {}), ())


def steps(count: int) -> tuple[History, list[Step]]:
    made = [Step(f"edit {n}", CASE) for n in range(count)]
    history = History(made[0])
    for step in made[1:]:
        history.add(step)
    return history, made


def test_undo_goes_back_and_redo_forward_and_both_stop_at_the_ends():
    history, made = steps(3)
    assert (history.now, history.undoable, history.redoable) == (made[2], "edit 2", None)
    for _ in range(5):
        history.undo()
    assert (history.now, history.undoable, history.redoable) == (made[0], None, "edit 1")
    for _ in range(5):
        history.redo()
    assert history.now is made[2]


def test_a_new_edit_drops_what_was_undone():
    history, made = steps(3)
    history.undo()
    history.add(made[0])
    assert (history.now, history.redoable) == (made[0], None)
    history.undo()
    assert history.now is made[1]


def test_the_oldest_steps_go_first():
    history, made = steps(MOST_STEPS + 5)
    for _ in made:
        history.undo()
    assert history.now is made[4]
