"""Closed form: half a turn about the patient's long axis."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.io.lps import LPS_TO_RAS


def test_left_becomes_minus_right_and_two_changes_are_none():
    assert (LPS_TO_RAS @ (10.0, 20.0, 30.0, 1.0)).tolist() == [-10.0, -20.0, 30.0, 1.0]
    assert np.array_equal(LPS_TO_RAS @ LPS_TO_RAS, np.eye(4))
    assert np.linalg.det(LPS_TO_RAS) == pytest.approx(1.0)  # no mirror image


def test_it_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        LPS_TO_RAS[0, 0] = 1.0
