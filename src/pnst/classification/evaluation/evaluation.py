"""What an evaluation consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
from pnst.html_table import html_notes, html_table
from pnst.typing import BoolArray

if TYPE_CHECKING:
    import pandas as pd


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

    def row(self) -> dict[str, Any]:
        """Flat: the model's name and numbers; None for what cannot be estimated."""
        low, high = self.area.bootstrap or (None, None)
        hit = self.at_threshold
        return {
            "model": self.predictions.name,
            "auc": self.area.value,
            "auc_low": low,
            "auc_high": high,
            "brier": self.reliability.brier,
            "calibration_slope": self.reliability.slope,
            "calibration_intercept": self.reliability.intercept,
            "sensitivity": None if hit is None else hit.sensitivity.value,
            "specificity": None if hit is None else hit.specificity.value,
            "abstained": self.abstained,
        }

    def cells(self) -> tuple[str, ...]:
        """One line of a table for notebooks."""
        area = "cannot be estimated" if self.area.value is None else f"{self.area.value:.3f}"
        ends = "" if self.area.bootstrap is None else " – ".join(f"{end:.2f}" for end in self.area.bootstrap)
        return self.predictions.name, area, ends, f"{self.reliability.brier:.3f}", str(self.abstained)

    def __repr__(self) -> str:
        area = "none" if self.area.value is None else f"{self.area.value:.3f}"
        return f"ModelResult({self.predictions.name!r}, area {area})"


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

    def rows(self) -> list[dict[str, Any]]:
        """One row a model: its area with the bootstrap's 95 % interval, its calibration, and what it gets right."""
        return [result.row() for result in self.models]

    def to_frame(self) -> pd.DataFrame:
        """`rows` as a table."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def __repr__(self) -> str:
        return f"Evaluation({self._lesions}; models: {', '.join(result.predictions.name for result in self.models)})"

    def _repr_html_(self) -> str:
        head = ("Model", "Area under the ROC curve", "95 % interval", "Brier score", "Abstained")
        rows = [result.cells() for result in self.models]
        return html_table(f"{self.label}: {self._lesions}", head, rows) + html_notes(self.notes)

    @property
    def _lesions(self) -> str:
        return f"{len(self.malignant)} lesions, {int(self.malignant.sum())} of them malignant"
