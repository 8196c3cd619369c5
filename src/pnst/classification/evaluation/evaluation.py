"""What an evaluation consists of."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.classification.evaluation.predictions import ModelPredictions
from pnst.classification.evaluation.subgroups import Subgroup
from pnst.classification.matching.matched import Matched
from pnst.classification.metrics.decision_curve import DecisionCurve
from pnst.classification.metrics.proportions import AtThreshold
from pnst.classification.metrics.reliability import Reliability
from pnst.classification.metrics.roc import Comparison
from pnst.classification.metrics.roc_curve import Curve
from pnst.classification.settings import EvaluateSettings
from pnst.evidence.question import QuestionName
from pnst.typing import BoolArray


@dataclass(frozen=True, eq=False)
class Area:
    """The area under the ROC curve."""

    value: float | None
    """The share of pairs, of those that one and the same model answered, that are in order; None: no such pair."""
    delong: tuple[float, float] | None
    """95 % interval that takes lesions as independent; None where the classes are separated completely."""
    bootstrap: tuple[float, float] | None
    """95 % interval over resampled groups; None where under half of the resamples hold both classes."""


@dataclass(frozen=True, eq=False)
class ModelResult:
    """One model against the diagnosis."""

    predictions: ModelPredictions
    area: Area
    roc: Curve | None
    """False and true positive rates, whose area is `area`; None where it is."""
    reliability: Reliability
    at_threshold: AtThreshold | None
    """None where no threshold was stated."""
    abstained: int


@dataclass(frozen=True)
class RuleRow:
    """One published rule against the diagnosis, on the lesions where it says something."""

    name: str
    evaluated: int
    result: AtThreshold


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Models and rules against the diagnosis of one table; `serialise` writes it."""

    label: str
    groups: str | None
    malignant: BoolArray
    group_count: int
    threshold: float | None
    settings: EvaluateSettings
    models: tuple[ModelResult, ...]
    rules: tuple[RuleRow, ...]
    comparisons: tuple[Comparison, ...]
    decision: DecisionCurve
    subgroups: tuple[Subgroup, ...]
    notes: tuple[str, ...]
    cases: tuple[str, ...] | None
    """The table's column `case_id`, where it has one."""
    missing_cells: float
    """Share of empty cells in the table."""
    question: QuestionName | None = None
    """Which the diagnosis answers; None where the table does not say."""
    matched: Matched | None = None
    """The groups made comparable, and what differs; None where that was not asked for."""
