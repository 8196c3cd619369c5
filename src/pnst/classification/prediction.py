"""What a model says of n lesions, whichever model it is, and what it takes to be a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from pnst.classification.findings import Finding
from pnst.classification.lesion_table import LesionTable
from pnst.evidence.body import Evidence
from pnst.evidence.population import Patient
from pnst.evidence.question import Question
from pnst.typing import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Input:
    """One predictor that entered, as it was read off the measurements."""

    predictor: str
    value: float
    """In the column's unit; a sign as 1 or 0."""
    weights: tuple[float, ...] | None
    """With which each level of a sign is observed, absent first; None for a diameter or an ADC."""
    counted: float | None
    """A diameter or an ADC as it counts, in the column's unit, where a bound may hold it back; None for a sign."""
    by_reader: bool


@dataclass(frozen=True, eq=False)
class Prediction:
    """One model's answers on n lesions."""

    question: Question
    model: str
    """As in `Assessment.model`."""
    prior: float
    probability: FloatArray
    """(n,)"""
    interval: FloatArray
    """(n, 2), 95 %."""
    odds_factor: FloatArray
    """(n,) what the prior's odds are multiplied by."""
    odds_factor_interval: FloatArray
    """(n, 2), 95 %."""
    held_out: BoolArray
    """(n,) where the model was trained on the lesion, and the answer is by one that had not seen its group."""
    reasons: tuple[tuple[str, ...], ...]
    """(n,) why the model itself would not have its answer used."""
    warnings: tuple[tuple[str, ...], ...]
    """(n,) what to know of each answer."""
    inputs: Callable[[int], tuple[Input, ...]]
    """What entered of one lesion."""
    findings: Callable[[int], Mapping[str, Finding]]
    """Predictor → finding of one lesion; contributions sum to logit(probability) − logit(prior)."""
    at_prior: Callable[[float], FloatArray]
    """Probability (n,) at another prior."""
    folds: IntArray | None = None
    """(n,) which of the models of cross-validation gave a held-out answer, −1 for the model itself; None: it gave all.
    Answers of two models have no common scale: only those of one are ranked."""
    evidence: Evidence | None = None
    """What the parameters come from, of the evidence model alone."""


class Model(Protocol):
    """Anything that predicts."""

    @property
    def question(self) -> Question:
        """What it answers."""

    @property
    def name(self) -> str:
        """As in `Assessment.model`."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know of this model wherever it is used."""

    def refuse_unknown_columns(self, lesions: LesionTable) -> None:
        """Raise `SettingError` for a column that this model would pass over without a word, or a cell that its column
        cannot hold."""

    def predict(
        self, lesions: LesionTable, patient: Patient, prior: float | None = None, *, cross_validated: bool = False
    ) -> Prediction:
        """The answers at a prior, the model's own where None.

        With `cross_validated`, a lesion that was trained on is given the answer of a model that had not seen its group.
        """
