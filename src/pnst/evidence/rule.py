"""A published rule, and what it says of one lesion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from scipy.special import betaincinv

from pnst.evidence.population import Patient, mismatches
from pnst.evidence.published import publications

Result = Literal["positive", "negative", "indeterminate", "cannot be evaluated"]
Columns = Mapping[str, Any]
"""Column → checked value of one lesion, a reader's judgements already in place; missing columns are absent or None."""


@dataclass(frozen=True)
class Verdict:
    """What a rule decides, why, and what must be said with it."""

    result: Result
    reason: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class RulePerformance:
    """The counts that the source reports: true positives of n malignant, true negatives of n benign lesions."""

    true_positive: int
    n_malignant: int
    true_negative: int | None
    n_benign: int

    @property
    def sensitivity(self) -> float:
        """True positives ÷ malignant lesions."""
        return self.true_positive / self.n_malignant

    @property
    def specificity(self) -> float | None:
        """True negatives ÷ benign lesions; None where the source's count is not available."""
        return None if self.true_negative is None else self.true_negative / self.n_benign

    def __str__(self) -> str:
        text = f"sensitivity {self.true_positive}/{self.n_malignant}"
        if self.true_negative is None:
            return f"{text}, specificity not available"
        return f"{text}, specificity {self.true_negative}/{self.n_benign}"


def clopper_pearson_interval(positive: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's interval of a proportion."""
    tail = (1 - level) / 2
    low = 0.0 if positive == 0 else float(betaincinv(positive, total - positive + 1, tail))
    high = 1.0 if positive == total else float(betaincinv(positive + 1, total - positive, 1 - tail))
    return low, high


@dataclass(frozen=True)
class RuleResult:
    """One published rule applied to one lesion."""

    name: str
    source: str
    """Key of the study in `studies.csv`."""
    population: str
    positive_when: str
    speaks_for: str
    """What a positive result says: "malignant", or what the source recommends."""
    performance: str
    """The source's own counts; no claim about this patient."""
    result: Result
    reason: str
    inputs: Mapping[str, object] = field(default_factory=dict)
    """Column → value that was used; None where it is missing."""
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in assessment.json."""
        return {
            "name": self.name,
            "source": self.source,
            "population": self.population,
            "positive_when": self.positive_when,
            "speaks_for": self.speaks_for,
            "performance": self.performance,
            "result": self.result,
            "reason": self.reason,
            "inputs": dict(self.inputs),
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> RuleResult:
        """The inverse of `to_dict`."""
        return cls(**{**entry, "warnings": tuple(entry["warnings"])})


@dataclass(frozen=True)
class Rule:
    """A published rule: its source, the columns it needs, and the function that decides once they are all there."""

    name: str
    source: str
    positive_when: str
    inputs: tuple[str, ...]
    decide: Callable[[Columns], Verdict]
    performance: RulePerformance | None = None
    population: str | None = None
    """Where the row names a narrower one than the study does."""
    speaks_for: str = "malignant"
    lacking: tuple[str, ...] = ()
    """Required settings that were not given."""

    def __call__(self, columns: Columns, patient: Patient | None = None) -> RuleResult:
        """Apply the rule to one lesion; a missing input or setting makes it "cannot be evaluated"."""
        needs = [*self.lacking, *(name for name in self.inputs if columns.get(name) is None)]
        lacking = Verdict("cannot be evaluated", f"needs {', '.join(needs)}")
        verdict = lacking if needs else self.decide(columns)
        outside = mismatches(patient, self.source) if patient is not None else ()
        return RuleResult(
            name=self.name,
            source=self.source,
            population=self.population or publications()[self.source].population,
            positive_when=self.positive_when,
            speaks_for=self.speaks_for,
            performance=str(self.performance) if self.performance else "not reported as counts",
            result=verdict.result,
            reason=verdict.reason,
            inputs={name: columns.get(name) for name in self.inputs},
            warnings=(*verdict.warnings, *(f"outside the rule's population: {reason}" for reason in outside)),
        )
