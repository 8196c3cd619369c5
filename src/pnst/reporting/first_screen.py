"""What stands on a lesion's first screen beside the answer: why, what it looks like, and what was not measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pnst.measurement.measurements import Measurements
from pnst.reporting.best_seen import best_seen
from pnst.reporting.canvas import Picture
from pnst.reporting.figures import lesion_picture
from pnst.reporting.published_figures import predictor_families
from pnst.reporting.reasons import Reason
from pnst.reporting.skipped_parts import skipped_parts
from pnst.study import Lesion, Study

MOST_REASONS = 5


@dataclass(frozen=True)
class FirstScreen:
    """Beside the answer itself."""

    reasons: tuple[Reason, ...]
    """What weighs most."""
    others: int
    """How many findings stand further down alone."""
    picture: Picture | None
    missing: tuple[tuple[str, str], ...]
    """Families that a predictor of malignancy is read off and that were not measured, and why."""


def first_screen(study: Study, lesion: Lesion, m: Measurements, explained: Sequence[Reason]) -> FirstScreen:
    """The strongest reasons, the lesion where it is seen best, and what is missing of the predictors."""
    series = best_seen(study, lesion)
    named = predictor_families()
    skipped = {part: why for part, why in m.skipped.items() if part.partition(".")[0] in named}
    shown = tuple(explained[:MOST_REASONS])
    picture = None if series is None else lesion_picture(series, lesion)
    return FirstScreen(shown, len(explained) - len(shown), picture, tuple(skipped_parts(skipped)))
