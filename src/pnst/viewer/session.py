"""One study on the page: what holds, what was done to it, and what is being worked out. It outlives every reload."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pnst.errors import PnstError
from pnst.image import Grid
from pnst.measurement.overrides import check_overrides
from pnst.segmentation.prompt import Prompt, Scribbles
from pnst.segmentation.segment import grid_of
from pnst.settings import RunSettings
from pnst.study import Role
from pnst.viewer.answers import Answers
from pnst.viewer.edit_queue import EditQueue, Job
from pnst.viewer.history import History, Step
from pnst.viewer.marks import Marks, Stroke, marks_of
from pnst.viewer.overlays import Overlays
from pnst.viewer.saving import Saving, check_folder
from pnst.viewer.shown_series import ADC_MAP, ShownSeries, shown_series
from pnst.viewer.strokes import scribbles_of
from pnst.workflow.case import Case
from pnst.workflow.editing import correct, segment_anew, start_case
from pnst.workflow.inputs import CaseInputs, Progress, no_progress

if TYPE_CHECKING:
    from pnst.measurement.family import Value


class Session:
    """What every request reads and changes, under one lock.

    Raises as `run` does for a study, a lesion or a prompt that cannot be read.
    """

    def __init__(
        self, inputs: CaseInputs, settings: RunSettings, out: Path | None, progress: Progress = no_progress
    ) -> None:
        self.changed = threading.Condition(threading.RLock())
        check_folder(out, inputs)
        case, self.inputs, how = start_case(inputs, settings, progress)
        self.settings = settings
        self.series = shown_series(case.study)
        self.history = History(Step(how, case, marks_of(case.prompt), dict(inputs.overrides)))
        self.refusal: PnstError | None = None
        self.answers = Answers(self.inputs, settings, self.changed, self.now)
        self.saving = Saving(inputs, settings, out, self.changed, self.now, self.answers)
        self.queue = EditQueue(self.changed, self.now, self._finish, self._refuse)
        self._overlays: tuple[tuple[Case, int, bool], Overlays] | None = None
        self.pictures = 0
        """Counts the changes of what lies over the images."""
        self.answers.update()

    def now(self) -> Step:
        """The step that holds."""
        with self.changed:
            return self.history.now

    @property
    def has_unsaved_edits(self) -> bool:
        """Whether stopping now would lose something."""
        with self.changed:
            return not self.saving.is_saved and (self.history.undoable is not None or self.queue.last is not None)

    @property
    def overlays(self) -> Overlays:
        """What lies over the images now."""
        with self.changed:
            step, answer = self.history.now, self.answers.current
            key = step.case, step.active, answer is not None  # intervals change no region
            if self._overlays is None or self._overlays[0] != key:
                self._overlays = key, Overlays(step.case, step.active, None if answer is None else answer.case)
                self.pictures += 1
            return self._overlays[1]

    def shown(self, key: str) -> ShownSeries | None:
        """A series of the study, or the ADC map that was measured; None where there is none of that key."""
        return self.overlays.shown_adc if key == ADC_MAP else self.series.get(key)

    def mark(self, marks: Marks, done: str) -> None:
        """Keep what was drawn: the line, its short axis, the ends. Strokes stay as they are."""
        with self.changed:
            step = self.history.now
            self._add(replace(step, done=done, marks=replace(marks, strokes=step.marks.strokes)))

    def judge(self, column: str, value: Value) -> None:
        """A reader's word on a sign; None takes it back. Raises `SettingError` for what none may judge."""
        if value is not None:
            check_overrides({column: value})
        with self.changed:
            words = {name: word for name, word in self.history.now.overrides.items() if name != column}
            words |= {} if value is None else {column: value}
            self._add(replace(self.history.now, done="reader's word", overrides=words))
            self.answers.update()

    def choose(self, number: int) -> None:
        """Show and draw another lesion (from 0); one that is not there changes nothing."""
        with self.changed:
            if 0 <= number < len(self.history.now.case.lesions):
                self._add(replace(self.history.now, done="another lesion", active=number))

    def segment(self) -> None:
        """Segment from the line, then correct by strokes that wait; without a line from the strokes alone.

        Raises as `Marks.prompt` does.
        """
        with self.changed:
            step = self.history.now
            marks, number = step.marks, step.active
            line: Prompt | None = marks.prompt() if marks.line or not marks.strokes else None
            scribbles = scribbles_of(marks.strokes, self._grid(step)) if marks.strokes else None
            while (last := self.queue.last) is not None and last == "segmentation":
                self.queue.drop_last()  # a newer one takes its place

        def work(step: Step, progress: Progress) -> Case:
            prompt = line if line is not None else scribbles
            assert prompt is not None  # noqa: S101  # `marks.prompt` refuses
            case = segment_anew(step.case, number, prompt, self.inputs, self.settings, progress)
            return correct(case, number, scribbles, progress) if line is not None and scribbles is not None else case

        self.queue.add(Job("segmentation", work))

    def paint(self, stroke: Stroke) -> None:
        """A stroke: it corrects the lesion at once, or waits for `segment` where there is none."""
        with self.changed:
            step = self.history.now
            if not step.case.lesions and self.queue.last is None:
                marks = replace(step.marks, strokes=(*step.marks.strokes, stroke))
                scribbles_of(marks.strokes, self._grid(step))  # refused where it paints nothing
                self._add(replace(step, done="stroke", marks=marks))
                return
            number = step.active

        def work(step: Step, progress: Progress) -> Case:
            return correct(step.case, number, self._scribbles(stroke, step.case, number), progress)

        self.queue.add(Job("correction", work))

    def undo(self) -> None:
        """Take the last edit back; one that is still being worked on is dropped."""
        with self.changed:
            if not self.queue.drop_last():
                self.history.undo()
            self._moved()

    def redo(self) -> None:
        """Do again what was undone."""
        with self.changed:
            if self.queue.last is None:
                self.history.redo()
            self._moved()

    def _scribbles(self, stroke: Stroke, case: Case, number: int) -> Scribbles:
        return scribbles_of([stroke], case.lesions[number].mask.grid)

    def _grid(self, step: Step) -> Grid:
        if step.case.lesions:
            return step.case.lesions[step.active].mask.grid
        return grid_of(step.case.study, None if self.inputs.on is None else Role(self.inputs.on))

    def _add(self, step: Step) -> None:
        self.history.add(step)
        self._moved()

    def _moved(self) -> None:
        self.refusal = None
        self.saving.refusal = None
        self.answers.update()
        self.changed.notify_all()

    def _finish(self, job: Job, case: Case) -> None:
        now = self.history.now
        self._add(replace(now, done=job.done, case=case, marks=replace(now.marks, strokes=())))

    def _refuse(self, error: PnstError) -> None:
        self.refusal = error
