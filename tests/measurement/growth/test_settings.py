"""Settings of a comparison. Witness: MEASUREMENTS.md's published figures; values out of range."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pnst.measurement.growth.settings import CompareSettings


def test_what_is_published_stands_as_it_was_published():
    settings = CompareSettings()
    assert (settings.progression_fraction, settings.response_fraction) == (0.20, 0.20)
    assert settings.adc_repeatability_fraction == 0.114


@pytest.mark.parametrize("name", sorted(CompareSettings.model_fields.keys() - {"between_dates"}))
@pytest.mark.parametrize("value", [0.0, -0.2])
def test_none_of_them_is_nothing(name, value):
    with pytest.raises(ValidationError):
        CompareSettings(**{name: value})
