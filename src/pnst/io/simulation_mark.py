"""The marks that distinguish a simulated series from a patient's, in every format."""

from __future__ import annotations

from pnst.study import Series

SIMULATED = "Simulated by pnst: no patient, no clinical evidence"

PHANTOM = "pnst phantom"
"""The manufacturer that simulated series name: `pnst.phantom.spec.MAKER`, without importing the phantom to write."""


def is_simulated(series: Series) -> bool:
    """Whether a series was simulated here, or read from files whose manufacturer says so."""
    return series.source.format == "simulated" or series.acquisition.manufacturer == PHANTOM
