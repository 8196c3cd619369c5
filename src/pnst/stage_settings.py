"""What the settings of every stage are: frozen, strict about unknown keys, and finite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

MAX_SHOWN = 200
"""Characters of a key, or of a reason, in a refusal."""


class StageSettings(BaseModel):
    """Base of each stage's settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """What differs from the defaults: the settings of a run are pages long."""
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if field.is_required() or value != field.get_default(call_default_factory=True):
                yield name, value


def first_error(error: ValidationError) -> str:
    """The first key that is not as it must be, and why, in one line."""
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])[:MAX_SHOWN]}: {first['msg'][:MAX_SHOWN]}"
