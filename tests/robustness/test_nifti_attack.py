"""Damaged and hostile NIfTI files: each gives the undamaged values, or a refusal in one sentence. Seeded.

Invariant; a seventy-fifth of it in every run. `robustness/attack.py` says how another format joins.
"""

from __future__ import annotations

import pytest

from robustness.attack import attacked, attacked_together, counted, faults
from robustness.nifti_targets import TARGETS

EVERY = [75, pytest.param(1, marks=pytest.mark.slow)]


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("target", [target.name for target in TARGETS])
def test_no_input_is_read_wrong_hangs_or_escapes(target, every, tmp_path):
    module = "robustness.nifti_targets"
    outcomes = attacked(module, target, tmp_path, every) if every == 1 else attacked_together(module, every)[target]
    assert faults(outcomes) == []
    assert counted(outcomes)["refused"] >= len(outcomes) / 5
