"""Measurements and odds of the step that holds, worked out beside the page: first without intervals, then with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pnst.errors import PnstError
from pnst.settings import RunSettings
from pnst.viewer.history import Step
from pnst.viewer.refusals import inner_fault
from pnst.workflow.case import Case
from pnst.workflow.editing import Preprocessing, assessed, measured
from pnst.workflow.inputs import CaseInputs

if TYPE_CHECKING:
    from pnst.measurement.family import Value

MOST_KEPT = 6
"""Measured cases that are kept: going back to them costs nothing."""


@dataclass(frozen=True, eq=False)
class CaseAnswer:
    """What was made of a case with a reader's words."""

    of: Case
    """The case as it was edited."""
    overrides: Mapping[str, Value]
    case: Case
    """Measured and assessed."""
    is_final: bool
    """With intervals, as `pnst run` has them."""


@dataclass(frozen=True, eq=False)
class _Measured:
    case: Case
    is_final: bool


class Answers:
    """Keeps an answer to the step that holds. A newer edit's answer never gives way to an older one's.

    `changed` guards everything; `now` is the step that holds.
    """

    def __init__(
        self, inputs: CaseInputs, settings: RunSettings, changed: threading.Condition, now: Callable[[], Step]
    ) -> None:
        self._inputs, self._settings, self._changed, self._now = inputs, settings, changed, now
        self._preprocessing = Preprocessing(inputs, settings)
        self._preparing, self._repeating = threading.Lock(), threading.Lock()
        self._measured: dict[Case, _Measured] = {}
        self._under_way: set[Case] = set()
        self._refused: dict[Case, PnstError] = {}
        self._answer: CaseAnswer | None = None
        self.stage = ""

    @property
    def current(self) -> CaseAnswer | None:
        """The answer to the lesions that hold, perhaps to earlier words; None while there is none."""
        answer = self._answer
        return answer if answer is not None and answer.of is self._now().case else None

    @property
    def refusal(self) -> PnstError | None:
        """Why the case that holds cannot be measured or assessed."""
        return self._refused.get(self._now().case)

    @property
    def is_complete(self) -> bool:
        """Whether the answer is the last one to the step that holds."""
        answer, step = self.current, self._now()
        return answer is not None and answer.is_final and answer.overrides is step.overrides

    def update(self) -> None:
        """Begin to work on the step that holds; nothing where that is done or under way."""
        with self._changed:
            step = self._now()
            self._refused.pop(step.case, None)
            if not step.case.lesions or self.is_complete:
                return
            known = step.case in self._measured
            if known:
                self._start(self._score, step.case)
            if step.case not in self._under_way and not (known and self._measured[step.case].is_final):
                self._under_way.add(step.case)
                self._start(self._measure, step.case)

    def _start(self, work: Callable[[Case], None], case: Case) -> None:
        threading.Thread(target=self._guarded, args=(work, case), daemon=True).start()

    def _guarded(self, work: Callable[[Case], None], case: Case) -> None:
        try:
            work(case)
        except PnstError as error:
            self._refuse(case, error)
        except Exception as error:
            self._refuse(case, inner_fault(error))
        finally:
            with self._changed:
                self._say("", case)
                if work == self._measure:
                    self._under_way.discard(case)
                    if self._holds(case) and case not in self._refused:  # it came back by an undo meanwhile
                        self.update()

    def _refuse(self, case: Case, error: PnstError) -> None:
        with self._changed:
            self._refused = {case: error}

    def _measure(self, case: Case) -> None:
        with self._preparing:
            prepared = self._preprocessing.prepared(case, lambda stage: self._say(stage, case))
        repeats = self._settings.measure.uncertainty.repetitions > 0
        for is_final in (False, True) if repeats else (True,):
            self._say("working out intervals" if is_final else "measuring", case)
            with self._repeating if is_final and repeats else nullcontext():
                if not self._holds(case):
                    return
                self._keep(case, _Measured(measured(prepared, self._inputs, self._settings, is_final), is_final))
            self._score(case)

    def _keep(self, case: Case, result: _Measured) -> None:
        with self._changed:
            self._measured.pop(case, None)
            self._measured[case] = result
            for old in list(self._measured)[:-MOST_KEPT]:
                del self._measured[old]

    def _score(self, case: Case) -> None:
        """Assess what is measured of a case with the words that hold, until both are the last."""
        while True:
            with self._changed:
                if not self._holds(case) or case not in self._measured:
                    return
                result, words = self._measured[case], self._now().overrides
            scored = assessed(result.case, words, self._inputs, self._settings)
            for assessment in scored.assessments:
                assessment.contributions  # noqa: B018  # worked out when first read: here, not while the page waits
            with self._changed:
                if not self._holds(case):
                    return
                if self._measured.get(case) is result and self._now().overrides is words:
                    self._answer = CaseAnswer(case, words, scored, result.is_final)
                    self._refused.pop(case, None)
                    self._changed.notify_all()
                    return

    def _holds(self, case: Case) -> bool:
        with self._changed:
            return self._now().case is case

    def _say(self, stage: str, case: Case) -> None:
        with self._changed:
            if self._holds(case):
                self.stage = stage
            self._changed.notify_all()
