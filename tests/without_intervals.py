"""`measure` without the repeats that intervals need: most tests ask for the values alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pnst.measurement import measure as measuring
from pnst.measurement.family import Value
from pnst.measurement.measurements import Measurements
from pnst.measurement.settings import MeasureSettings
from pnst.settings import RunSettings
from pnst.study import Lesion, Study

QUICK = MeasureSettings.without_intervals()
QUICK_RUN = RunSettings(measure=QUICK)


def measure(
    study: Study,
    lesion: Lesion,
    settings: MeasureSettings = QUICK,
    overrides: Mapping[str, Value] | None = None,
    others: Sequence[Lesion] = (),
) -> Measurements:
    """As `pnst.measure`, with the settings of this module where none are given."""
    return measuring.measure(study, lesion, settings, overrides, others)
