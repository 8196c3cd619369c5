"""What was done on the page, step by step, each step as the whole that it left: undoing is going back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pnst.viewer.marks import Marks
from pnst.workflow.case import Case

if TYPE_CHECKING:
    from pnst.measurement.family import Value

MOST_STEPS = 30
"""A step that segments keeps its mask and probability: some 50 MB of a large series."""


@dataclass(frozen=True, eq=False)
class Step:
    """The case, the marks and the reader's words after one edit."""

    done: str
    """The edit in words, for the button that undoes it."""
    case: Case
    """The study as it was read, with its lesions; nothing is measured in it."""
    marks: Marks = field(default_factory=Marks)
    overrides: Mapping[str, Value] = field(default_factory=dict)
    active: int = 0
    """The lesion that is drawn and shown, counted from 0."""


class History:
    """The steps, and which of them holds now."""

    def __init__(self, first: Step) -> None:
        self._steps, self._at = [first], 0

    @property
    def now(self) -> Step:
        """The step that holds."""
        return self._steps[self._at]

    def add(self, step: Step) -> None:
        """One more step; what was undone before it is gone, and so is the oldest of more than `MOST_STEPS`."""
        self._steps = [*self._steps[: self._at + 1], step][-MOST_STEPS - 1 :]
        self._at = len(self._steps) - 1

    def undo(self) -> None:
        """Back by one step; nothing where there is none."""
        self._at = max(self._at - 1, 0)

    def redo(self) -> None:
        """Forward by one step; nothing where there is none."""
        self._at = min(self._at + 1, len(self._steps) - 1)

    @property
    def undoable(self) -> str | None:
        """What `undo` takes back, in words; None where nothing."""
        return self.now.done if self._at else None

    @property
    def redoable(self) -> str | None:
        """What `redo` does again, in words; None where nothing."""
        return self._steps[self._at + 1].done if self._at + 1 < len(self._steps) else None
