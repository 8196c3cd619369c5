"""Fluid and necrosis among pieces that do not enhance. Witness: levels that were drawn."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.segmentation.enhancing import Unenhanced, fluid_bright

PIECES = np.zeros((6, 5, 4), dtype=np.int32)
PIECES[1, 1], PIECES[4, 3] = 2, 3
"""Bounding left nothing of piece 1."""
FOUND = Unenhanced(PIECES, 0.1, PIECES == 0)


def test_a_piece_that_bounding_empties_hides_no_other():
    """Regression: without voxels it has no median, which read as a T2 that does not show it."""
    fluid = fluid_bright(FOUND, np.choose(PIECES, [100.0, 0.0, 140.0, 120.0]), 1.3)
    assert fluid is not None
    assert np.array_equal(fluid, PIECES == 2)


@pytest.mark.parametrize("lost", [2, 3])
def test_a_piece_that_t2_does_not_show_is_neither(lost):
    assert fluid_bright(FOUND, np.where(lost == PIECES, np.nan, 100.0), 1.3) is None
