"""A published rule, and what it says of one lesion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from scipy.special import betaincinv

from pnst.evidence.population import Patient, mismatches
from pnst.evidence.published import publications
from pnst.evidence.question import MALIGNANT
from pnst.evidence.rule_words import NAMES

Result = Literal["positive", "negative", "indeterminate", "cannot be evaluated"]
Columns = Mapping[str, Any]
"""Column → checked value of one lesion, a reader's judgements already in place; missing columns are absent or None."""


@dataclass(frozen=True)
class Verdict:
    """What a rule decides, what was seen, the columns where that was read, and what must be said with it."""

    result: Result
    seen: str
    used: Columns
    warnings: tuple[str, ...] = ()


HOLDS: Mapping[Result, str] = {
    "positive": "holds",
    "negative": "does not hold",
    "indeterminate": "undecided",
    "cannot be evaluated": "not evaluated",
}
"""A result in words: that of a rule which speaks for benign, called negative, would read as its reverse."""


@dataclass(frozen=True)
class Consequences:
    """What it means for the lesion that a rule holds, and that it does not."""

    positive: str
    negative: str

    def of(self, result: Result) -> str:
        """Behind what was seen."""
        decided = {"positive": f", {self.positive}", "negative": f", {self.negative}"}
        return decided.get(result, "; the rule decides nothing")


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
        text = f"sensitivity {_share(self.true_positive, self.n_malignant)}"
        if self.true_negative is None:
            return f"{text}, specificity not available"
        return f"{text}, specificity {_share(self.true_negative, self.n_benign)}"

    @property
    def consequences(self) -> Consequences:
        """How often the source saw each result in its malignant and in its benign lesions."""
        positive, negative = self.true_positive, self.n_malignant - self.true_positive
        benign = None if self.true_negative is None else self.n_benign - self.true_negative
        return Consequences(
            f"which speaks for malignancy ({_seen_in(positive, self.n_malignant, benign, self.n_benign)})",
            f"which speaks against malignancy "
            f"({_seen_in(negative, self.n_malignant, self.true_negative, self.n_benign)})",
        )


def _share(count: int, total: int) -> str:
    return f"{count}/{total} ({100 * count / total:.0f} %)"


def _seen_in(malignant: int, n_malignant: int, benign: int | None, n_benign: int) -> str:
    if benign is None:
        return f"as in {malignant} of {n_malignant} malignant lesions of the source; of its benign ones it is not known"
    return f"as in {malignant} of {n_malignant} malignant and {benign} of {n_benign} benign lesions of the source"


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
    """Whether it holds, what was seen, and what that means for this lesion: a sentence."""
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
    consequences: Consequences
    performance: RulePerformance | None = None
    population: str | None = None
    """Where the row names a narrower one than the study does."""
    speaks_for: str = "malignant"
    lacking: tuple[str, ...] = ()
    """Required settings that were not given."""

    def __call__(self, columns: Columns, patient: Patient | None = None) -> RuleResult:
        """Apply the rule to one lesion; a missing input or setting makes it "cannot be evaluated"."""
        missing = [name for name in self.inputs if columns.get(name) is None]
        if missing or self.lacking:
            verdict = Verdict("cannot be evaluated", self._needs(missing), {n: columns.get(n) for n in self.inputs})
            reason = verdict.seen
        else:
            verdict = self.decide(columns)
            reason = f"{HOLDS[verdict.result]}: {verdict.seen}{self._consequence(verdict.result, patient)}"
        return RuleResult(
            name=self.name,
            source=self.source,
            population=self.population or publications()[self.source].population,
            positive_when=self.positive_when,
            speaks_for=self.speaks_for,
            performance=str(self.performance) if self.performance else "not reported as counts",
            result=verdict.result,
            reason=reason,
            inputs=dict(verdict.used),
            warnings=(*verdict.warnings, *outside_population(patient, self.source)),
        )

    def _needs(self, missing: list[str]) -> str:
        return f"needs {', '.join((*self.lacking, *(f'{NAMES[name]} ({name})' for name in missing)))}"

    def _consequence(self, result: Result, patient: Patient | None) -> str:
        place = foreign_place(patient)
        if place is not None:
            return f"; the rule was made on peripheral and extradural lesions and says nothing of {place} ones"
        return self.consequences.of(result)


def foreign_place(patient: Patient | None) -> str | None:
    """The place of a lesion of which no rule speaks; None where they may."""
    location = None if patient is None else patient.location
    return None if location in (None, *MALIGNANT.places) else location


def outside_population(patient: Patient | None, source: str) -> tuple[str, ...]:
    """Why a rule's source does not speak of this patient."""
    if patient is None:
        return ()
    place = foreign_place(patient)
    known = mismatches(patient if place is None else replace(patient, location=None), source)
    of_place = () if place is None else (f"its lesions are peripheral or extradural, this one is {place}",)
    return tuple(f"outside the rule's population: {reason}" for reason in (*of_place, *known))
