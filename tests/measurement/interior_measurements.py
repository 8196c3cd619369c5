"""Measurements of what lies inside a lesion, and the grids and noise they are made on."""

from __future__ import annotations

from interiors import Interior
from pnst.measurement.measurements import Measurements
from pnst.study import Role
from without_intervals import measure

GRIDS = [(0.9, 1.0, 3.0), (4.0, 0.8, 0.7), (1.1, 1.2, 1.3)]
NOISE = 26.0
"""SNR 20 of the tumour on T2, 27 after contrast, 13 on T1."""


def measure_interior(body: Interior, *roles: Role) -> Measurements:
    """Every family, on the body's series of these roles; on all where none is named."""
    return measure(body.study(*roles), body.lesion())
