"""What `pnst inspect` shows of each series: its role, why, and what it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pnst.study import Role


@dataclass(frozen=True)
class SeriesGuess:
    """One series of a study, or the part of one that is an image by itself, as its header describes it."""

    key: str
    """The short name to give to `--role ROLE=KEY`."""
    description: str
    role: Role | None
    reason: str
    rivals: tuple[str, ...] = ()
    """Other roles it might have, and other series that might have its role."""
    shape: tuple[int, ...] | None = None
    """Columns, rows, slices, and volumes where there are several; None where it cannot be read."""
    spacing_mm: tuple[float, float, float] | None = None
    b_values: tuple[float, ...] | None = None
    """s/mm², one a volume."""
    manufacturer: str | None = None
    unit: str | None = None
    """The unit that its header writes, of an ADC map."""
    notes: tuple[str, ...] = ()
    problem: str | None = None
    """Why it cannot be read."""

    def to_dict(self) -> dict[str, Any]:
        """The entry of `pnst inspect --json`."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}
