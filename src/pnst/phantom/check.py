"""Refusal of descriptions that cannot be simulated."""

from __future__ import annotations

import numpy as np

from pnst.errors import SettingError


def require(condition: bool | np.bool_, name: str, got: str, expected: str) -> None:
    """Raise `SettingError` naming the field unless the condition holds."""
    if not condition:
        raise SettingError(
            f"a simulated study cannot be made with this {name}",
            got=got,
            expected=expected,
            remedy=f"change {name} in the specification",
        )


def require_min(name: str, value: float, min_value: float) -> None:
    """Raise `SettingError` unless the value is finite and not below the minimum."""
    require(bool(np.isfinite(value)) and value >= min_value, name, f"{value}", f"a finite number ≥ {min_value}")


def require_range(name: str, value: float, low: float, high: float) -> None:
    """Raise `SettingError` unless low ≤ value ≤ high."""
    require(bool(np.isfinite(value)) and low <= value <= high, name, f"{value}", f"{low} to {high}")
