"""The target sign: a bright rim round a dark, even core on T2."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import Mask
from pnst.kernels.morphology import dilate
from pnst.kernels.noise import noise_sd
from pnst.kernels.statistics import coefficient_of_variation
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, join_warnings
from pnst.study import Role


@dataclass(frozen=True, kw_only=True)
class Target(Family):
    """T2 signal by depth below the surface."""

    rim_core_ratio: float
    """Mean of the outer third ÷ that of the inner third."""
    core_variation: float
    """SD ÷ mean of the inner third, the image's noise taken off."""
    core_variation_threshold: float
    """Greatest `core_variation` of a core that counts as even."""
    present: bool
    present_threshold: float
    """Least `rim_core_ratio`."""
    series: str
    """The role it was read on."""


def measure_target(context: Context) -> Outcome:
    """Signal of the outer and the inner third of the lesion, fat left out, on T2, else on fat-suppressed T2."""
    series, settings = context.series(Role.T2, Role.T2_FS), context.settings.target
    if series is None or series.role is None:
        raise NotMeasurable("no T2 series")
    inside = context.views.interior(series)
    data = inside.volume.data
    _, fat = context.lesion_tissue.t1_bright_on(inside.volume)
    outer, inner = (third & ~dilate(fat) for third in context.views.thirds(inside))
    rim, core = data[outer], data[inner]
    if not rim.size or not core.size:
        raise NotMeasurable(
            "the lesion is too small for its voxels: its outer or its inner third holds none that is off the edge"
        )
    mean = float(core.mean(dtype=np.float64))
    if mean <= 0:
        raise NotMeasurable("the lesion's inner third holds no signal on T2")
    noise = noise_sd(np.nan_to_num(data), inside.core, inside.volume.grid.slice_axis)
    ratio = max(float(rim.mean(dtype=np.float64)), 0.0) / mean
    variation = coefficient_of_variation(core, noise if np.isfinite(noise) else 0.0)
    return Outcome(
        Target(
            rim_core_ratio=ratio,
            core_variation=variation,
            core_variation_threshold=settings.core_variation,
            present=ratio >= settings.rim_core_ratio and variation <= settings.core_variation,
            present_threshold=settings.rim_core_ratio,
            series=str(series.role),
            quality=join_warnings(*context.views.quality_flags(series)),
        ),
        regions={"target_core": Mask(inner, inside.volume.grid)},
    )
