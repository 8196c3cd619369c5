"""Descriptions of a study that cannot be simulated."""

from __future__ import annotations

from typing import Any

import pytest

from pnst.errors import SettingError
from pnst.phantom import GridSpec, PatientMotion, Spec
from pnst.phantom.spec import STIR
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


@pytest.mark.parametrize(("field", "value"), [("grids", GridSpec()), ("motion", PatientMotion()), ("sequences", STIR)])
def test_what_is_said_of_a_series_that_is_not_simulated_is_refused(field: str, value: Any) -> None:
    Spec(roles=(Role.T2_FS,), **{field: {Role.T2_FS: value}})
    with pytest.raises(SettingError, match=f"this {field}; got: one for t2, adc, which is not simulated"):
        Spec(roles=(Role.T2_FS,), **{field: dict.fromkeys((Role.T2_FS, Role.T2, Role.ADC), value)})
