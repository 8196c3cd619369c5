"""REiNS categories, said yes, no and undetermined. Witness: MEASUREMENTS.md's definition."""

from __future__ import annotations

import pytest

from pnst.measurement.growth.category import PROGRESSION, RESPONSE, STABLE, categorise, is_certain
from pnst.measurement.growth.settings import CompareSettings

SETTINGS = CompareSettings()


@pytest.mark.parametrize(
    ("from_baseline", "from_best", "category"),
    [
        (0.20, 0.20, PROGRESSION),
        (0.199, 0.199, STABLE),
        (-0.20, -0.20, RESPONSE),
        (-0.199, 0.0, STABLE),
        (-0.10, 0.20, PROGRESSION),
        (-0.40, 0.25, PROGRESSION),
        (-0.40, 0.19, RESPONSE),
        (0.0, 0.0, STABLE),
    ],
)
def test_each_category(from_baseline, from_best, category):
    assert categorise(from_baseline, from_best, SETTINGS) == category


def test_it_is_certain_where_the_whole_interval_gives_it():
    assert is_certain(PROGRESSION, (0.21, 0.4), (0.21, 0.4), SETTINGS)
    assert not is_certain(PROGRESSION, (0.19, 0.4), (0.19, 0.4), SETTINGS)
    assert not is_certain(STABLE, (-0.21, 0.1), (-0.1, 0.1), SETTINGS)
    assert is_certain(STABLE, (-0.19, 0.1), (-0.1, 0.1), SETTINGS)


@pytest.mark.parametrize("ends", [(None, (0.3, 0.4)), ((0.3, 0.4), None)])
def test_without_an_interval_nothing_is_certain(ends):
    assert not is_certain(PROGRESSION, *ends, SETTINGS)
