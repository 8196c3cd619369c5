"""What each finding adds beside the others, and what it says alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

Interval = tuple[float, float]


@dataclass(frozen=True)
class Finding:
    """One predictor's log-odds; positive speaks for the class that is asked about."""

    contribution: float
    """Beside the others: its Shapley value of logit(probability)."""
    contribution_interval: Interval | None = None
    """95 % over the draws."""
    alone: float | None = None
    """By itself, from the same prior; None where a model has no such number."""
    alone_interval: Interval | None = None


class Findings(Mapping[str, Finding]):
    """Predictor → finding, computed when first read."""

    def __init__(self, names: tuple[str, ...], compute: Callable[[], Mapping[str, Finding]]) -> None:
        self._names = names
        self._compute = compute

    @cached_property
    def _values(self) -> Mapping[str, Finding]:
        return self._compute()

    def __getitem__(self, name: str) -> Finding:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        parts = ", ".join(f"{name} {finding.contribution:+.2f}" for name, finding in self.items())
        return f"Findings({parts})"
