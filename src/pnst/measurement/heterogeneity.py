"""How uneven the lesion's signal is, by the intensity statistics of the IBSI."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import FloatArray
from pnst.kernels.statistics import coefficient_of_variation, entropy_bits
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome
from pnst.study import Role, Series


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
    found: dict[str, float] = {}
    skipped: dict[str, str] = {}
    remarks = set()
    for name, series in (("t1", context.series(Role.T1)), ("t2", context.series(Role.T2, Role.T2_FS))):
        try:
            values = _values(context, series, name)
        except NotMeasurable as reason:
            skipped[name] = str(reason)
            continue
        found[f"variation_{name}"] = coefficient_of_variation(values)
        if name == "t2":
            found["entropy_t2"] = entropy_bits(values, context.settings.heterogeneity.entropy_bins)
        cut_off = context.cut_off(series) if series is not None else None
        remarks |= {f"{name}: {cut_off}"} if cut_off else set()
    if not found:
        raise NotMeasurable("; ".join(dict.fromkeys(skipped.values())))
    return Outcome(Heterogeneity(**found, quality="; ".join(sorted(remarks)) or None), skipped=skipped)


def _values(context: Context, series: Series | None, name: str) -> FloatArray:
    """(n,): the signal of the lesion's voxels."""
    if series is None:
        raise NotMeasurable(f"no {name.upper()} series")
    inside = context.inside(series)
    values = inside.volume.data[inside.lesion.data]
    values = values[np.isfinite(values)]
    if not values.size or float(values.mean(dtype=np.float64)) <= 0:
        raise NotMeasurable(f"the lesion holds no signal on {name.upper()}")
    return np.asarray(values)
