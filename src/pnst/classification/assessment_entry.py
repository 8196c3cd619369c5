"""One entry of assessment.json, checked: a damaged file is refused, not half used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pnst.evidence.rule import Result
from pnst.stage_settings import first_error

Probability = Annotated[float, Field(ge=0, le=1)]
Prior = Annotated[float, Field(gt=0, lt=1)]
WrittenPrior = Annotated[Prior, Field(strict=False)]
"""A key of JSON is a text."""


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class RuleEntry(_Entry):
    """A published rule and what it says."""

    name: str
    source: str
    population: str
    positive_when: str
    speaks_for: str
    performance: str
    result: Result
    reason: str
    inputs: dict[str, bool | float | str | None]
    warnings: list[str]


class AssessmentEntry(_Entry):
    """What `Assessment.to_dict` gives."""

    label: str
    probability: Probability
    interval: Annotated[list[Probability], Field(min_length=2, max_length=2)]
    prior: Prior
    at_priors: dict[WrittenPrior, Probability]
    contributions: dict[str, float]
    abstained: str | None
    rules: list[RuleEntry]
    warnings: list[str]
    model: str


def checked_entry(entry: Mapping[str, Any]) -> AssessmentEntry:
    """The entry. Raises `ValueError`, which names the first key that is missing, unknown or of another kind."""
    try:
        return AssessmentEntry.model_validate(dict(entry))
    except ValidationError as error:
        raise ValueError(first_error(error)) from error
