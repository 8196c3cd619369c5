"""`Assessment`: the probability of malignancy of one lesion, with its uncertainty and its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pnst.classification.assessment_entry import checked_entry
from pnst.classification.prediction import Input
from pnst.evidence.rule import RuleResult

if TYPE_CHECKING:
    import pandas as pd

DISCLAIMER = (
    "Research software, not a medical device. The probability rests on published figures alone; "
    "it was not validated on images of nerve sheath tumours."
)

TRAINED = "trained model"
"""How the name of a model that was learnt from a cohort begins."""
TRAINED_DISCLAIMER = (
    "Research software, not a medical device. The probability rests on the lesions that the model was trained on, "
    "which its model card describes; it was not validated elsewhere."
)


@dataclass(frozen=True, eq=False)
class Assessment:
    """Contributions and logit(prior) sum to logit(probability); the numbers are there also when `abstained`."""

    case_id: str
    label: str
    probability: float
    interval: tuple[float, float]
    """95 % credible interval: the parameters' uncertainty, new-study spread included."""
    prior: float
    contributions: Mapping[str, float]
    """Predictor → log-odds; positive speaks for malignant. Computed when first read."""
    at_priors: Mapping[float, float]
    """Prior → probability."""
    rules: tuple[RuleResult, ...] = ()
    warnings: tuple[str, ...] = ()
    abstained: str | None = None
    """The reason, or None."""
    model: str = ""
    inputs: tuple[Input, ...] = ()
    """What entered; empty after `from_dict`, as assessment.json keeps the contributions only."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "at_priors", MappingProxyType(dict(self.at_priors)))

    def __getstate__(self) -> dict[str, Any]:
        # A mapping proxy cannot be pickled, and worker processes send assessments back.
        return {**self.__dict__, "at_priors": dict(self.at_priors)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()

    def to_dict(self) -> dict[str, Any]:
        """One entry of `lesions` in assessment.json."""
        return {
            "label": self.label,
            "probability": self.probability,
            "interval": list(self.interval),
            "prior": self.prior,
            "at_priors": {f"{prior:g}": probability for prior, probability in self.at_priors.items()},
            "contributions": dict(self.contributions),
            "abstained": self.abstained,
            "rules": [rule.to_dict() for rule in self.rules],
            "warnings": list(self.warnings),
            "model": self.model,
        }

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any], case_id: str) -> Assessment:
        """The inverse of `to_dict`. Raises `ValueError` for what `to_dict` cannot have given."""
        one = checked_entry(entry)
        low, high = one.interval
        return cls(
            case_id=case_id,
            label=one.label,
            probability=one.probability,
            interval=(low, high),
            prior=one.prior,
            contributions=one.contributions,
            at_priors=one.at_priors,
            rules=tuple(RuleResult.from_dict(rule.model_dump()) for rule in one.rules),
            warnings=tuple(one.warnings),
            abstained=one.abstained,
            model=one.model,
        )

    def row(self) -> dict[str, Any]:
        """Flat probability, low, high, prior, abstained and warnings, for a table."""
        low, high = self.interval
        return {
            "probability": self.probability,
            "low": low,
            "high": high,
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
        return TRAINED_DISCLAIMER if self.is_trained else DISCLAIMER

    @property
    def is_trained(self) -> bool:
        """Whether a model learnt from a cohort gave the answer, and not the published evidence."""
        return self.model.startswith(TRAINED)

    def _repr_html_(self) -> str:
        low, high = self.interval
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td>{value:+.2f}</td></tr>" for name, value in self.contributions.items()
        )
        notes = [*([f"abstained: {self.abstained}"] if self.abstained else []), *self.warnings, self.disclaimer]
        return (
            f"<table><caption>{escape(self.case_id)}, lesion {escape(self.label)}: probability of malignancy "
            f"{self.probability:.2f} (95 % credible interval {low:.2f}–{high:.2f}) at prior {self.prior:.3f}</caption>"
            f"<tr><th>predictor</th><th>log-odds</th></tr>{rows}</table>"
            f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul>"
        )

    def __str__(self) -> str:
        low, high = self.interval
        return f"probability {self.probability:.2f} ({low:.2f}–{high:.2f}) at prior {self.prior:.3f}"
