"""Damaged and hostile DICOM, results, settings, models, tables and command lines, seeded.

Invariant: each gives the undamaged numbers, or a refusal in one sentence. A fortieth of it in every run.
"""

from __future__ import annotations

import importlib

import pytest

from robustness.attack import MODULES, attacked, attacked_together, counted, faults

EVERY = [40, pytest.param(1, marks=pytest.mark.slow)]
OTHERS = [module for module in MODULES if module != "nifti_targets"]
NAMED = [
    (module, target.name) for module in OTHERS for target in importlib.import_module(f"robustness.{module}").TARGETS
]


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize(("module", "target"), NAMED, ids=[target for _, target in NAMED])
def test_no_input_is_read_wrong_hangs_or_escapes(module, target, every, tmp_path):
    module = f"robustness.{module}"
    outcomes = attacked(module, target, tmp_path, every) if every == 1 else attacked_together(module, every)[target]
    assert faults(outcomes) == []
    assert counted(outcomes)["refused"] > 0
