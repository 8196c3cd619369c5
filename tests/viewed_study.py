"""A small study for the page, and waiting for what its session works out in threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pnst.measurement.settings import MeasureSettings
from pnst.settings import RunSettings
from pnst.viewer.session import Session
from scenes import Scene

SCENE = Scene(radius=9, halo=5, limb=24, reach=34, spacing=(1.3, 1.5, 3.0))
LINE = ((31.0, -25.0, 210.0), (49.0, -25.0, 210.0))
WORDS = "31,-25,210:49,-25,210"
"""The same line for the command line."""
QUICK = RunSettings(measure=MeasureSettings.without_intervals())
SECONDS = 120


def wait(session: Session, until: Callable[[], Any]) -> None:
    with session.changed:
        assert session.changed.wait_for(until, SECONDS), "nothing came of it"


def settled(session: Session) -> Session:
    """The session once nothing is under way."""
    wait(session, lambda: session.queue.last is None and not session.saving.stage)
    wait(session, lambda: not session.now().case.lesions or session.answers.is_complete or session.answers.refusal)
    return session
