"""What tests of the lesion's interior share: the table of families without the others, and an even tumour."""

from __future__ import annotations

import pytest

from interiors import Interior
from measurement.interior_measurements import NOISE, measure_interior
from pnst.measurement import measure as measuring
from pnst.measurement.measurements import Measurements

INTERIOR = ("enhancement", "cyst", "t1_high", "target", "heterogeneity")
TABLE = tuple(line for line in measuring.FAMILIES if line[0] in INTERIOR)


@pytest.fixture
def only_the_interior(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of families without those that look outside the lesion: they take most of the time."""
    monkeypatch.setattr(measuring, "FAMILIES", TABLE)


@pytest.fixture(scope="session")
def even_tumour() -> Measurements:
    """A tumour 10 % brighter than muscle on T1, bright on T2, enhancing evenly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring, "FAMILIES", TABLE)
        return measure_interior(Interior(noise=NOISE))
