"""Settings of the assessing stage."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

REFERRED_PRIOR = 252 / 798
"""The case mix of the 15 studies in Wilson2021: referred, mostly histology-proven lesions; not a prevalence."""

AT_PRIORS = (0.01, 0.05, 0.10)
"""The answer is given at these priors too."""


class AssessSettings(BaseModel):
    """What an assessment depends on besides the measurements."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prior: float = Field(REFERRED_PRIOR, gt=0, lt=1)
    """Probability of malignancy before anything is measured."""
    decision_probability: float | None = Field(None, gt=0, lt=1)
    """When set, an interval that contains it makes the assessment abstain."""
    draws: int = Field(400, ge=400, le=100_000)
    """Draws of the model's parameters."""
    seed: int = Field(1, ge=0)
    """Of those draws."""
    wasa_size_cutoff_mm: float | None = Field(None, gt=0)
    """The Wasa score's size cutoff in mm, which is not known to us: without it the score cannot be evaluated."""
