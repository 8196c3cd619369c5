"""A role against the facts: one sentence for each that contradicts it, none for what is not known."""

from __future__ import annotations

import pytest

from pnst.io.role_contradictions import role_contradictions
from pnst.study import Acquisition, Role


@pytest.mark.parametrize(
    ("role", "facts", "said"),
    [
        (Role.T1, Acquisition(contrast_agent=True), ["that a contrast agent was given"]),
        (Role.T1, Acquisition(contrast_agent=False, fat_suppressed=False), []),
        (Role.T1, Acquisition(), []),
        (Role.T1_POST, Acquisition(contrast_agent=False), ["that no contrast agent was given"]),
        (Role.T1_POST, Acquisition(contrast_agent=True, fat_suppressed=True), []),
        (Role.T1_POST, Acquisition(), []),
        (Role.T1, Acquisition(contrast_agent=True, fat_suppressed=True), ["contrast agent was given", "fat was"]),
        (Role.T2, Acquisition(fat_suppressed=True, contrast_agent=True), ["that fat was suppressed"]),
        (Role.T2_FS, Acquisition(fat_suppressed=False), []),
        (Role.DWI, Acquisition(fat_suppressed=True, contrast_agent=True), []),
    ],
)
def test_a_fact_against_the_role_is_a_sentence(role, facts, said):
    notes = role_contradictions(role, facts)
    assert len(notes) == len(said)
    assert all(note.startswith(f"{role}: ") and words in note for note, words in zip(notes, said, strict=True))
