"""Damaged and hostile NRRD files: each gives the undamaged values, or a refusal in one sentence. Seeded. Invariant.

A fortieth of it in every run.
"""

from __future__ import annotations

import pytest

from robustness.attack import attacked, attacked_together, counted, faults
from robustness.nrrd_targets import TARGETS

EVERY = [40, pytest.param(1, marks=pytest.mark.slow)]


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("target", [target.name for target in TARGETS])
def test_no_input_is_read_wrong_hangs_or_escapes(target, every, tmp_path):
    module = "robustness.nrrd_targets"
    outcomes = attacked(module, target, tmp_path, every) if every == 1 else attacked_together(module, every)[target]
    assert faults(outcomes) == []
    assert counted(outcomes)["refused"] >= len(outcomes) / 5
