"""Roles by their names, and the refusal that lists them."""

from __future__ import annotations

import pytest

from pnst.errors import SettingError
from pnst.io.role_override import NO_SERIES, parse_role
from pnst.study import Role


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_called_by_its_value(role):
    assert parse_role(role.value) is role


@pytest.mark.parametrize("name", ["t3", "T1", "", NO_SERIES])
def test_another_word_is_refused_and_the_roles_are_listed(name):
    with pytest.raises(SettingError, match="t1, t1_post, t2, t2_fs") as refusal:
        parse_role(name)
    assert f"{name!r} is no role" in str(refusal.value)
