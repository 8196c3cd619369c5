"""Descriptions are refused at the limit itself or beyond it, by the name of the field."""

from __future__ import annotations

import math

import pytest

from pnst.errors import SettingError
from pnst.phantom.check import require, require_min, require_range


def test_what_holds_is_let_through() -> None:
    require(True, "lobes", "3", "0, or 2 and more")
    require_min("snr", 0.1, 0.1)
    require_range("bias", 0.0, 0.0, 0.9)
    require_range("bias", 0.9, 0.0, 0.9)


@pytest.mark.parametrize("value", [0.099, -1.0, math.nan, math.inf])
def test_a_value_under_its_minimum_or_not_finite_is_refused(value: float) -> None:
    with pytest.raises(SettingError, match=r"this snr; got: .*; expected: a finite number ≥ 0\.1; remedy: change snr"):
        require_min("snr", value, 0.1)


@pytest.mark.parametrize("value", [-0.001, 0.901, math.nan])
def test_a_value_outside_its_range_is_refused(value: float) -> None:
    with pytest.raises(SettingError, match=r"this bias; got: .*; expected: 0\.0 to 0\.9"):
        require_range("bias", value, 0.0, 0.9)
