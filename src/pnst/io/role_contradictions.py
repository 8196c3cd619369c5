"""Roles that the user gives, by a file's name or in words, against what the header says: the user's word is taken."""

from __future__ import annotations

from pnst.study import Acquisition, Role


def role_contradictions(role: Role, acquisition: Acquisition) -> tuple[str, ...]:
    """A sentence for each fact of the acquisition that contradicts the role; facts that are not known say nothing.

    >>> role_contradictions(Role.T1, Acquisition(contrast_agent=True))
    ('t1: the header says that a contrast agent was given; the role is taken as named',)
    """
    facts = {
        "that a contrast agent was given": role is Role.T1 and acquisition.contrast_agent is True,
        "that no contrast agent was given": role is Role.T1_POST and acquisition.contrast_agent is False,
        "that fat was suppressed": role in (Role.T1, Role.T2) and acquisition.fat_suppressed is True,
    }
    return tuple(
        f"{role}: the header says {fact}; the role is taken as named" for fact, holds in facts.items() if holds
    )
