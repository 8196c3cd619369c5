"""Descriptions of a study that cannot be simulated."""

from __future__ import annotations

from typing import Any

import pytest

from pnst.errors import SettingError
from pnst.phantom import Spec
from pnst.study import Role


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("snr", 0.0),
        ("bias", 1.5),
        ("roles", ()),
        ("roles", (Role.T1, Role.T1)),
        ("b_values", (800.0,)),
        ("b_values", (0.0, -5.0)),
    ],
)
def test_an_impossible_study_is_refused(field: str, value: Any) -> None:
    with pytest.raises(SettingError, match=field):
        Spec(**{field: value})
