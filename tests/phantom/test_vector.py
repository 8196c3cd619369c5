"""Turns about the patient's axes, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.phantom.vector import rotation


@pytest.mark.parametrize(
    ("angles", "turned"),
    [((90, 0, 0), (0, 0, 1)), ((0, 0, 90), (-1, 0, 0)), ((0, 90, 0), (0, 1, 0)), ((90, 90, 0), (1, 0, 0))],
)
def test_where_the_anterior_axis_goes(angles: tuple[float, float, float], turned: tuple[float, ...]) -> None:
    """About x first: y goes to z; then about y: z goes to x."""
    assert rotation(angles) @ np.array([0.0, 1.0, 0.0]) == pytest.approx(turned, abs=1e-12)


def test_a_turn_keeps_lengths_and_handedness() -> None:
    turn = rotation((12.0, -40.0, 71.0))
    np.testing.assert_allclose(turn.T @ turn, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1)
