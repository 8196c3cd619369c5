"""What the settings of every stage are: frozen, and strict about unknown keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class StageSettings(BaseModel):
    """Base of each stage's settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")
