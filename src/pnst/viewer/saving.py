"""Saving: the files of `pnst run`, once the step that was to be saved is measured to the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from pnst.errors import PnstError, SettingError
from pnst.settings import RunSettings
from pnst.viewer.answers import Answers
from pnst.viewer.history import Step
from pnst.viewer.refusals import inner_fault
from pnst.workflow.case import Case, report_case, write_case
from pnst.workflow.inputs import CaseInputs, given_paths

NEWER = PnstError(
    "not saved",
    got="a newer edit while the one to be saved was still being measured",
    expected="an edit that is measured to the end",
    remedy="save again",
)


def check_folder(out: Path | None, inputs: CaseInputs) -> None:
    """Before the work starts: raise `InputError` for a folder that cannot be written, or that holds an input."""
    if out is not None:
        from pnst.io.results import refuse_inputs

        refuse_inputs(out, given_paths(inputs))


class Saving:
    """Writes what holds into one folder, in a thread of its own."""

    def __init__(
        self,
        inputs: CaseInputs,
        settings: RunSettings,
        out: Path | None,
        changed: threading.Condition,
        now: Callable[[], Step],
        answers: Answers,
    ) -> None:
        self._inputs, self._settings, self._out = inputs, settings, out
        self._changed, self._now, self._answers = changed, now, answers
        self._saved: Step | None = None
        self._thread: threading.Thread | None = None
        self.stage = ""
        self.refusal: PnstError | None = None

    @property
    def has_folder(self) -> bool:
        """Whether there is a folder to save into."""
        return self._out is not None

    @property
    def is_saved(self) -> bool:
        """Whether the lesions and words that hold are what was written last."""
        step, saved = self._now(), self._saved
        return saved is not None and saved.case is step.case and saved.overrides is step.overrides

    def start(self) -> None:
        """Save what holds now. Raises `SettingError` without a folder or a lesion."""
        with self._changed:
            step = self._now()
            if self._out is None or not step.case.lesions:
                raise _nothing(self._out)
            if self.stage:
                return
            self.stage, self.refusal = "waiting for the measurements", None
            self._thread = threading.Thread(target=self._save, args=(step, self._out), daemon=True)
            self._thread.start()

    def join(self) -> None:
        """Wait for files that are being written."""
        if self._thread is not None and self.stage == "writing":
            self._thread.join()

    def _save(self, step: Step, out: Path) -> None:
        refusal: PnstError | None = None
        try:
            self._write(self._measured(step), out)
        except PnstError as error:
            refusal = error
        except Exception as error:
            refusal = inner_fault(error)
        with self._changed:
            self.stage, self.refusal = "", refusal
            self._saved = step if refusal is None else self._saved
            self._changed.notify_all()

    def _measured(self, step: Step) -> Case:
        """The complete answer to a step. Raises what refused it, or `NEWER`."""
        with self._changed:
            self._changed.wait_for(
                lambda: not _same(self._now(), step) or self._answers.is_complete or self._answers.refusal is not None
            )
            if not _same(self._now(), step):
                raise NEWER
            answer = self._answers.current
            if self._answers.refusal is not None or answer is None:
                raise self._answers.refusal or NEWER
            self.stage = "writing"
            self._changed.notify_all()
            return answer.case

    def _write(self, case: Case, out: Path) -> None:
        from pnst.io.results import results_folder

        with results_folder(out, given_paths(self._inputs)) as folder:
            write_case(case, report_case(case), self._settings, folder)


def _same(step: Step, other: Step) -> bool:
    return step.case is other.case and step.overrides is other.overrides


def _nothing(out: Path | None) -> SettingError:
    if out is None:
        return SettingError(
            "there is no folder to save into",
            got="pnst view without --out",
            expected="pnst view STUDY --out DIR",
            remedy="start it again with --out DIR; note your line first, edits do not outlive the server",
        )
    return SettingError(
        "there is nothing to save", got="no lesion", expected="a lesion", remedy="draw a line and choose Segment"
    )
