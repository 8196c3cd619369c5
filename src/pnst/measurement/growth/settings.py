"""Settings of a comparison of dates."""

from __future__ import annotations

from pydantic import Field

from pnst.preprocessing.settings import DateAlignmentSettings
from pnst.stage_settings import StageSettings


class CompareSettings(StageSettings):
    """When two outlines are one lesion, and when it has grown."""

    progression_fraction: float = Field(0.20, gt=0)
    """Published (REiNS): an increase of the volume from here on, against baseline or best response, is progression."""
    response_fraction: float = Field(0.20, gt=0, lt=1)
    """Published (REiNS): a decrease of the volume from here on, against baseline, is a partial response."""
    adc_repeatability_fraction: float = Field(0.114, gt=0)
    """Published: a change of the mean ADC under this is within what repeating gives (variation 4.1 %)."""
    least_overlap_fraction: float = Field(0.2, gt=0, le=1)
    """Outlines of two dates that share this much of the smaller one are one lesion (ours)."""
    imaged_fraction: float = Field(0.95, gt=0, le=1)
    """A lesion has vanished only from a date whose images show this much of its surface's place (ours)."""
    between_dates: DateAlignmentSettings = Field(default_factory=DateAlignmentSettings)
