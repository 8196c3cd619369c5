"""`Assessment`: the probability of malignancy of one lesion, with its uncertainty and its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pnst.classification.assessment_entry import checked_entry
from pnst.classification.findings import Finding
from pnst.classification.prediction import Input
from pnst.classification.predictor_titles import predictor_title
from pnst.evidence.body import Evidence
from pnst.evidence.question import question_named
from pnst.evidence.rule import RuleResult
from pnst.html_table import html_notes, html_table

if TYPE_CHECKING:
    import pandas as pd

DISCLAIMER = (
    "Research software, not a medical device. The probability rests on published figures alone; "
    "it was not validated on images of nerve sheath tumours."
)
GROWN_DISCLAIMER = (
    "Research software, not a medical device. The probability rests on published figures and on what the sites that it "
    "names counted; it was not validated on images of nerve sheath tumours."
)
NO_ANSWER_DISCLAIMER = "Research software, not a medical device."

MAX_ANSWER = 120
"""Characters of an answer in a short line."""

TRAINED = "trained model"
"""How the name of a model that was learnt from a cohort begins."""
TRAINED_DISCLAIMER = (
    "Research software, not a medical device. The probability rests on the lesions that the model was trained on, "
    "which its model card describes; it was not validated elsewhere."
)


@dataclass(frozen=True, eq=False)
class Assessment:
    """What the evidence says of one lesion. The numbers are there also when `abstained`; where no published row speaks
    of such a lesion there is no question, and no probability.

    Contributions and logit(prior) sum to logit(probability).
    """

    case_id: str
    label: str
    question: str | None
    """"malignant" or "intradural"; None where none is asked."""
    of_class: str | None
    """The class whose probability is given."""
    probability: float | None
    interval: tuple[float, float] | None
    """95 % credible interval: the parameters' uncertainty, new-study spread included."""
    odds_factor: float | None
    """What the prior's odds are multiplied by: the geometric mean over draws, while the probability is a mean, too; the
    two need not agree exactly."""
    odds_factor_interval: tuple[float, float] | None
    prior: float | None
    findings: Mapping[str, Finding]
    """Predictor → what it adds beside the others, and what it says alone. Computed when first read."""
    at_priors: Mapping[float, float]
    """Prior → probability."""
    rules: tuple[RuleResult, ...] = ()
    warnings: tuple[str, ...] = ()
    abstained: str | None = None
    """The reason, or None."""
    model: str = ""
    inputs: tuple[Input, ...] = ()
    """What entered; empty after `from_dict`, as assessment.json keeps the findings only."""
    evidence: Evidence | None = None
    """What the parameters of the evidence model come from; None for other models, and after `from_dict`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "at_priors", MappingProxyType(dict(self.at_priors)))

    def __getstate__(self) -> dict[str, Any]:
        # A mapping proxy cannot be pickled, and worker processes send assessments back.
        return {**self.__dict__, "at_priors": dict(self.at_priors)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()

    @property
    def contributions(self) -> dict[str, float]:
        """Predictor → log-odds beside the others; positive speaks for the class that is asked about."""
        return {name: finding.contribution for name, finding in self.findings.items()}

    @property
    def alone(self) -> dict[str, float]:
        """Predictor → log-odds by itself; without those of which a model has no such number."""
        return {name: finding.alone for name, finding in self.findings.items() if finding.alone is not None}

    def to_dict(self) -> dict[str, Any]:
        """One entry of `lesions` in assessment.json."""
        return {
            "label": self.label,
            "question": self.question,
            "class": self.of_class,
            "probability": self.probability,
            "interval": None if self.interval is None else list(self.interval),
            "odds_factor": self.odds_factor,
            "odds_factor_interval": None if self.odds_factor_interval is None else list(self.odds_factor_interval),
            "prior": self.prior,
            "at_priors": {f"{prior:g}": probability for prior, probability in self.at_priors.items()},
            "contributions": self.contributions,
            "contribution_intervals": _intervals(self.findings, "contribution_interval"),
            "alone": self.alone,
            "alone_intervals": _intervals(self.findings, "alone_interval"),
            "abstained": self.abstained,
            "rules": [rule.to_dict() for rule in self.rules],
            "warnings": list(self.warnings),
            "model": self.model,
        }

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any], case_id: str) -> Assessment:
        """The inverse of `to_dict`. Raises `ValueError` for what `to_dict` cannot have given."""
        one = checked_entry(entry)
        return cls(
            case_id=case_id,
            label=one.label,
            question=one.question,
            of_class=one.of_class,
            probability=one.probability,
            interval=_pair(one.interval),
            odds_factor=one.odds_factor,
            odds_factor_interval=_pair(one.odds_factor_interval),
            prior=one.prior,
            findings={
                name: Finding(
                    contribution=contribution,
                    contribution_interval=_pair(one.contribution_intervals.get(name)),
                    alone=one.alone.get(name),
                    alone_interval=_pair(one.alone_intervals.get(name)),
                )
                for name, contribution in one.contributions.items()
            },
            at_priors=one.at_priors,
            rules=tuple(RuleResult.from_dict(rule.model_dump()) for rule in one.rules),
            warnings=tuple(one.warnings),
            abstained=one.abstained,
            model=one.model,
        )

    def row(self) -> dict[str, Any]:
        """Flat, for a table: question, class, probability, low, high, odds_factor, prior, abstained and warnings."""
        low, high = self.interval or (None, None)
        return {
            "question": self.question,
            "class": self.of_class,
            "probability": self.probability,
            "low": low,
            "high": high,
            "odds_factor": self.odds_factor,
            "prior": self.prior,
            "abstained": self.abstained,
            "warnings": "; ".join(self.warnings),
        }

    def to_frame(self) -> pd.DataFrame:
        """One row of a table: case_id, label and `row`."""
        import pandas as pd

        return pd.DataFrame([{"case_id": self.case_id, "label": self.label, **self.row()}])

    @property
    def disclaimer(self) -> str:
        """What the probability rests on, and that this is no medical device."""
        if self.question is None:
            return NO_ANSWER_DISCLAIMER
        if self.is_trained:
            return TRAINED_DISCLAIMER
        return GROWN_DISCLAIMER if ", with " in self.model or ", own " in self.model else DISCLAIMER

    @property
    def is_trained(self) -> bool:
        """Whether a model learnt from a cohort gave the answer, and not the published evidence."""
        return self.model.startswith(TRAINED)

    @property
    def answers(self) -> str:
        """What the probability is of, in words."""
        asked = None if self.question is None else question_named(self.question)
        return "nothing that was asked" if asked is None else asked.names_of

    def _repr_html_(self) -> str:
        rows = [
            (predictor_title(name), _signed(one.contribution), _ends(one.contribution_interval), _signed(one.alone))
            for name, one in sorted(self.findings.items(), key=lambda item: -abs(item[1].contribution))
        ]
        notes = [*([f"abstained: {self.abstained}"] if self.abstained else []), *self.warnings, self.disclaimer]
        head = ("Finding", "Log-odds beside the others", "95 % interval", "Alone")
        lesion = [f"lesion {self.label}"] if self.label else []  # a mapping can be assessed without naming it
        caption = ", ".join(filter(None, (self.case_id, *lesion)))
        return html_table(": ".join(filter(None, (caption, str(self)))), head, rows) + html_notes(notes)

    def __repr__(self) -> str:
        doubt = "; abstained" if self.abstained is not None and self.probability is not None else ""
        lesion = f"{self.case_id!r}, lesion {self.label!r}: " if self.case_id or self.label else ""
        return f"Assessment({lesion}{shorten(str(self), MAX_ANSWER, placeholder=' …')}{doubt})"

    def __str__(self) -> str:
        if self.probability is None or self.interval is None:
            return f"no probability: {self.abstained}"
        low, high = self.interval
        of = f"probability of {self.answers}"
        return f"{of} {self.probability:.2f} (95 % credible interval {low:.2f}–{high:.2f}) at prior {self.prior:.3f}"


def _intervals(findings: Mapping[str, Finding], name: str) -> dict[str, list[float]]:
    ends = {predictor: getattr(finding, name) for predictor, finding in findings.items()}
    return {predictor: list(interval) for predictor, interval in ends.items() if interval is not None}


def _pair(ends: Sequence[float] | None) -> tuple[float, float] | None:
    return None if ends is None else (ends[0], ends[1])


def _ends(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else " to ".join(map(_signed, interval))


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.2f}".replace("-", "−")
