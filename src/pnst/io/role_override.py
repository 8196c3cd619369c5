"""Roles that the user sets: which series or file serves as which, or that none does."""

from __future__ import annotations

from pnst.errors import SettingError
from pnst.study import Role

NO_SERIES = "none"
"""In place of a series: no series shall have this role."""


def parse_role(name: str) -> Role:
    """The role of that name. Raises `SettingError` that lists the roles for another word."""
    try:
        return Role(name)
    except ValueError as error:
        raise SettingError(
            f"{name!r} is no role", got=name, expected=", ".join(Role), remedy="choose one of these roles"
        ) from error
