"""Damaged and hostile tables: each gives the undamaged values, or a refusal in one sentence. Seeded. Invariant."""

from __future__ import annotations

import pytest

from robustness.attack import attacked, attacked_together, counted, faults
from robustness.table_targets import TARGETS

EVERY = [10, pytest.param(1, marks=pytest.mark.slow)]


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("target", [target.name for target in TARGETS])
def test_no_input_is_read_wrong_hangs_or_escapes(target, every, tmp_path):
    module = "robustness.table_targets"
    outcomes = attacked(module, target, tmp_path, every) if every == 1 else attacked_together(module, every)[target]
    assert faults(outcomes) == []
    assert counted(outcomes)["refused"] >= len(outcomes) / 5
