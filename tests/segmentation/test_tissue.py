"""The levels of tissues: closed forms of the fat fraction, and which modes are tissues."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.kernels.histogram import Mode
from pnst.segmentation.tissue import FatScale, tissue_modes


def test_fat_fraction_is_linear_and_not_clipped():
    """Closed form."""
    values = np.array([0.0, 300.0, 650.0, 1000.0, 1350.0])
    assert FatScale(300, 1000).fraction(values) == pytest.approx([-3 / 7, 0, 0.5, 1, 1.5], abs=1e-6)


def test_a_mode_that_holds_too_little_is_no_tissue():
    muscle, edge, fat = (
        Mode(value, value - 20, value + 20, share) for value, share in ((300, 0.4), (650, 0.04), (1000, 0.3))
    )
    assert tissue_modes([muscle, edge, fat], 0.05) == [muscle, fat]


def test_where_no_mode_holds_enough_all_of_them_stay():
    few = [Mode(300, 280, 320, 0.03), Mode(1000, 980, 1020, 0.02)]
    assert tissue_modes(few, 0.05) == few
    assert tissue_modes([], 0.05) == []
