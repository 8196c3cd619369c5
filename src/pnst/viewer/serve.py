"""`serve`: a study on a page of this machine, until the command is ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from pnst.settings import RunSettings
from pnst.viewer.opening import opened
from pnst.viewer.server import ViewerServer
from pnst.viewer.session import Session
from pnst.workflow.inputs import CaseInputs, Progress, no_progress


def open_session(
    inputs: CaseInputs, settings: RunSettings, out: Path | None, progress: Progress = no_progress
) -> Session:
    """Read the study and begin to measure the lesion, where one is given. Raises as `run` does."""
    return Session(inputs, settings, out, progress)


def serve(session: Session, port: int | None, with_browser: bool, say: Callable[[str], None]) -> None:
    """Serve until interrupted; then wait for files that are being written, and tell what was not saved.

    Raises `SettingError` for a port that is taken.
    """
    with ViewerServer(session, port or 0) as server:
        say(f"pnst view: {server.address}")
        say("Ctrl-C ends it. Research software, not a medical device.")
        with opened(server.address) if with_browser else nullcontext():
            try:
                server.serve_forever(poll_interval=0.2)
            finally:
                session.saving.join()
                if session.has_unsaved_edits:
                    say("pnst view: edits that were not saved are gone")
