"""How uneven the lesion's signal is, by the intensity statistics of the IBSI."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.kernels.statistics import coefficient_of_variation, entropy_bits
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, join_warnings
from pnst.study import Role, Series
from pnst.typing import FloatArray


@dataclass(frozen=True, kw_only=True)
class Heterogeneity(Family):
    """Over all voxels of the lesion, its edge and the image's noise included."""

    variation_t1: float | None = None
    """SD ÷ mean."""
    variation_t2: float | None = None
    """SD ÷ mean, on T2, else on fat-suppressed T2."""
    entropy_t2: float | None = None
    """Bits, of the histogram in a fixed number of bins between the lowest and the highest signal."""


def measure_heterogeneity(context: Context) -> Outcome:
    """Coefficients of variation on T1 and T2, entropy on T2; what lacks its series is a half that is skipped."""
    chosen = {"t1": context.series(Role.T1), "t2": context.series(Role.T2, Role.T2_FS)}
    values: dict[str, FloatArray] = {}
    skipped: dict[str, str] = {}
    for name, series in chosen.items():
        try:
            values[name] = _values(context, series, name)
        except NotMeasurable as reason:
            skipped[name] = str(reason)
    if not values:
        raise NotMeasurable(join_warnings(*skipped.values()))
    variation = {name: coefficient_of_variation(intensities) for name, intensities in values.items()}
    seen = [series for name, series in chosen.items() if series is not None and name in values]
    return Outcome(
        Heterogeneity(
            variation_t1=variation.get("t1"),
            variation_t2=variation.get("t2"),
            entropy_t2=entropy_bits(values["t2"], context.settings.heterogeneity.entropy_bins)
            if "t2" in values
            else None,
            quality=join_warnings(*context.views.quality_flags(*seen)),
        ),
        skipped=skipped,
    )


def _values(context: Context, series: Series | None, name: str) -> FloatArray:
    """(n,): the signal of the lesion's voxels."""
    if series is None:
        raise NotMeasurable(f"no {name.upper()} series")
    inside = context.views.interior(series)
    values = inside.volume.data[inside.lesion.data]
    values = values[np.isfinite(values)]
    if not values.size or float(values.mean(dtype=np.float64)) <= 0:
        raise NotMeasurable(f"the lesion holds no signal on {name.upper()}")
    return np.asarray(values)
