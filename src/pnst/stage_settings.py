"""What the settings of every stage are: frozen, strict about unknown keys, and finite."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class StageSettings(BaseModel):
    """Base of each stage's settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
