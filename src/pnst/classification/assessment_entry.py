"""One entry of assessment.json, checked: a damaged file is refused, not half used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pnst.evidence.question import QuestionName
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


MOST_LOG_ODDS = 700.0
"""Of one finding: its odds are still a number."""
LogOdds = Annotated[float, Field(ge=-MOST_LOG_ODDS, le=MOST_LOG_ODDS)]
Ends = Annotated[list[LogOdds], Field(min_length=2, max_length=2)]
Factor = Annotated[float, Field(ge=0)]


class AssessmentEntry(_Entry):
    """What `Assessment.to_dict` gives."""

    label: str
    question: QuestionName | None
    of_class: str | None = Field(alias="class")
    probability: Probability | None
    interval: Annotated[list[Probability], Field(min_length=2, max_length=2)] | None
    odds_factor: Factor | None
    odds_factor_interval: Annotated[list[Factor], Field(min_length=2, max_length=2)] | None
    prior: Prior | None
    at_priors: dict[WrittenPrior, Probability]
    contributions: dict[str, LogOdds]
    contribution_intervals: dict[str, Ends]
    alone: dict[str, LogOdds]
    alone_intervals: dict[str, Ends]
    abstained: str | None
    rules: list[RuleEntry]
    warnings: list[str]
    model: str

    @model_validator(mode="after")
    def _answered_or_not(self) -> Self:
        numbers = (self.probability, self.interval, self.odds_factor, self.prior)
        answer = (self.of_class, *numbers)
        without_question = self.question is None and self.odds_factor_interval is not None
        if without_question or any((value is None) != (self.question is None) for value in answer):
            raise ValueError("an answer stands beside its question, or neither is there")
        return self

    @model_validator(mode="after")
    def _lower_end_first(self) -> Self:
        intervals = [self.interval, self.odds_factor_interval]
        intervals += [*self.contribution_intervals.values(), *self.alone_intervals.values()]
        if any(ends is not None and ends[0] > ends[1] for ends in intervals):
            raise ValueError("the lower end of an interval stands first")
        return self


def checked_entry(entry: Mapping[str, Any]) -> AssessmentEntry:
    """The entry. Raises `ValueError`, which names the first key that is missing, unknown or of another kind."""
    try:
        return AssessmentEntry.model_validate(dict(entry))
    except ValidationError as error:
        raise ValueError(first_error(error)) from error
