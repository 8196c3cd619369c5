"""The models whose spread about a trained one is its interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from pnst.classification.settings import TrainSettings
from pnst.classification.training.scorer import Scorer
from pnst.errors import InputError
from pnst.typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from pnst.classification.training.fitting import Fitted

Progress = Callable[[str], None]

WITHOUT_INTERVAL = {
    "boosting": "boosting has no interval that holds: its trees lean towards the middle by as much as resampling "
    "spreads them, and no resampling shows it; 0–1 stands for an interval that is not known",
    "evidence-offset": "evidence-offset has no interval that holds: its penalty takes from the features what no "
    "resampling shows, as the rest of the score is given; 0–1 stands for an interval that is not known",
}
"""Kind of model → why its interval is refused."""


def replicates(
    fitted: Fitted,
    matrix: FloatArray,
    malignant: BoolArray,
    groups: IntArray,
    settings: TrainSettings,
    progress: Progress = lambda _: None,
) -> Iterator[Scorer]:
    """Lines within the curvature of a recalibration, refits of a logistic regression; none where no interval holds."""
    if settings.model in WITHOUT_INTERVAL:
        return
    if fitted.lines:
        yield from (Scorer(fitted.pipeline, *line) for line in fitted.lines)
        return
    yield from _refits(fitted, matrix, malignant, groups, settings, progress)


def leaning(log_odds: FloatArray, drawn: Sequence[FloatArray]) -> float:
    """How far a calibrated answer leans to the middle, as a share of its own distance from there.

    Calibration moves a score that varies by chance to what it is worth in the mean: of what sets an answer apart from
    the others, chance is the variance over replicates (k, n) ÷ the variance over lesions of the answers (n,), and so
    much further out lies the truth (the reliability ratio of Fuller 1987, to its first order; at most 1).

    >>> leaning(np.array([-2.0, 2.0]), [np.array([-1.0, 2.0]), np.array([-3.0, 2.0])])
    0.25
    """
    among = float(np.var(log_odds))
    return min(1.0, float(np.var(drawn, axis=0, ddof=1).mean()) / among) if among > 0 else 0.0


def _refits(
    fitted: Fitted,
    matrix: FloatArray,
    malignant: BoolArray,
    groups: IntArray,
    settings: TrainSettings,
    progress: Progress,
) -> Iterator[Scorer]:
    """The chosen candidate refitted and calibrated on groups drawn with replacement.

    Malignant and benign groups are drawn together: their share is as uncertain as the rest.
    A group that was drawn twice is one group to the inner folds, so that its lesions are never in two of them.
    """
    from pnst.classification.training.fitting import refit

    rng = np.random.default_rng(settings.seed)
    order = np.argsort(groups, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    for number in range(1, settings.replicates + 1):
        progress(f"interval {number} of {settings.replicates}")
        again = None
        while again is None:
            drawn = rng.integers(0, len(members), len(members))
            rows = np.concatenate([members[group] for group in drawn])
            # A resample with hardly any of one class cannot be split, and is drawn again; the cohort itself could be.
            with suppress(InputError):
                again = refit(fitted, matrix[rows], malignant[rows], groups[rows], settings)
        yield Scorer(again.pipeline, again.slope, again.intercept)
