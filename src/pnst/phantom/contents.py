"""Exact columns of what the tumour holds: cyst, blood, target and enhancement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pnst.image import Grid
from pnst.phantom import definitions as of
from pnst.phantom.inclusion import Ball
from pnst.phantom.interior import SimulatedInterior
from pnst.phantom.shape import Shape
from pnst.phantom.surface import Surface, weighted_quantile
from pnst.phantom.surround import Value
from pnst.phantom.tissue import Tissue
from pnst.study import Role
from pnst.typing import BoolArray, FloatArray

LATTICE = 40
"""Points across an inclusion, of which part is looked for that lies deep."""

CAVITIES = (Tissue.CYST, Tissue.NECROSIS)


@dataclass(frozen=True, eq=False)
class TissueSignals:
    """What one series shows: its grid, and the noiseless signal of each pure tissue."""

    grid: Grid
    signal: FloatArray
    """(tissues,)."""


def shares(shape: Shape, volume_mm3: float) -> dict[Tissue, float]:
    """Volume of the inclusions of each tissue ÷ the tumour's: they lie whole and apart inside, so closed forms."""
    volume_shares: dict[Tissue, float] = {}
    for ball in shape.balls:
        tissue = ball.inclusion.tissue
        volume_shares[tissue] = volume_shares.get(tissue, 0.0) + ball.volume_mm3 / volume_mm3
    return volume_shares


def cyst_truth(
    shape: Shape, volume_mm3: float, interior: SimulatedInterior, signals: Mapping[Role, TissueSignals]
) -> dict[str, Value]:
    """The columns of `cyst`; a core that takes up too little contrast agent is necrosis by the definition."""
    volume_shares = shares(shape, volume_mm3)
    necrosis = volume_shares.get(Tissue.NECROSIS, 0.0)
    if core_is_unenhanced(interior, signals):
        necrosis += interior.share(interior.mixture[:, Tissue.HYPOVASCULAR_CORE] > 0.5)
    fraction = volume_shares.get(Tissue.CYST, 0.0) + necrosis
    present = fraction * volume_mm3 / 1000 >= of.CYST_ML and fraction >= of.CYST_LESION_FRACTION
    return {"fraction": fraction, "necrosis_fraction": necrosis, "present": present}


def t1_high_truth(
    shape: Shape, volume_mm3: float, interior: SimulatedInterior, signals: Mapping[Role, TissueSignals]
) -> dict[str, Value]:
    """The columns of `t1_high`: present where one bleed is large enough, as much of it deep; None where no series tells
    it from fat, and where most of the tumour is blood. Without a T1 series its voxels are taken to be nothing.
    """
    fraction = shares(shape, volume_mm3).get(Tissue.BLOOD, 0.0)
    if not {Role.T2_FS, Role.FAT, Role.WATER} & set(signals) or fraction > 0.5:
        return {"fraction": fraction, "present": None}
    pixel = sorted(signals[Role.T1].grid.spacing)[1] if Role.T1 in signals else 0.0
    bleeds = [ball for ball in shape.balls if ball.inclusion.tissue is Tissue.BLOOD]
    deep = [_deep_ml(ball, interior.surface, of.BLOOD_DEEP_MM + pixel) for ball in bleeds]
    least = max(of.BLOOD_ML, of.BLOOD_LESION_FRACTION * volume_mm3 / 1000)
    return {"fraction": fraction, "present": max(deep, default=0.0) >= least}


def _deep_ml(ball: Ball, surface: Surface, depth_mm: float) -> float:
    """Volume of the part of an inclusion that lies deeper than that below the tumour's surface, on a lattice."""
    ticks = (np.arange(LATTICE) + 0.5) / LATTICE * 2 - 1
    points = ball.centre + ball.reach_mm * np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), -1).reshape(-1, 3)
    points = points[ball.distance(points) < 0]
    share = float(np.mean(surface.distance(points) < -depth_mm)) if len(points) else 0.0
    return share * ball.volume_mm3 / 1000


def target_truth(interior: SimulatedInterior, signals: TissueSignals) -> dict[str, Value]:
    """The columns of `target` on a T2-weighted series: signal of the outer third of depth ÷ that of the inner."""
    signal = interior.mixture @ signals.signal
    outer, inner = interior.thirds(signals.grid)
    if not outer.any() or not inner.any():
        return {}
    core = interior.mean(signal, inner)
    ratio = interior.mean(signal, outer) / core
    variation = float(np.sqrt(max(0.0, interior.mean((signal - core) ** 2, inner)))) / core
    return {
        "rim_core_ratio": ratio,
        "core_variation": variation,
        "present": ratio >= of.RIM_CORE_RATIO and variation <= of.CORE_VARIATION,
    }


def enhancement_truth(interior: SimulatedInterior, signals: Mapping[Role, TissueSignals]) -> dict[str, Value]:
    """The columns of `enhancement`, off the edge voxels of the contrast-enhanced series and less fat."""
    relative = relative_enhancement(interior, signals)
    grid = signals[Role.T1_POST].grid
    known = interior.eroded_less_fat(grid)
    if not known.any():
        return {}
    enhancing = known & (relative > of.ENHANCING_FRACTION)
    truth: dict[str, Value] = {"enhancing_fraction": interior.share(enhancing) / interior.share(known)}
    outer, inner = interior.thirds(grid)
    if outer.any() and inner.any():
        ratio = interior.mean(relative, outer) / max(of.MIN_CORE_FRACTION, interior.mean(relative, inner))
        truth |= {"rim_core_ratio": ratio, "peripheral": ratio >= of.PERIPHERAL_RATIO}
    return truth


def relative_enhancement(interior: SimulatedInterior, signals: Mapping[Role, TissueSignals]) -> FloatArray:
    """(n,): (post ÷ its muscle) ÷ (pre ÷ its muscle) − 1 at the tumour's points."""
    before, after = signals[Role.T1].signal, signals[Role.T1_POST].signal
    pre, post = interior.mixture @ before, interior.mixture @ after
    return np.asarray(post / after[Tissue.MUSCLE] / (pre / before[Tissue.MUSCLE]) - 1)


def core_is_unenhanced(interior: SimulatedInterior, signals: Mapping[Role, TissueSignals]) -> bool:
    """Whether the hypovascular core takes up less than a quarter of the lesion's 75th percentile."""
    core: BoolArray = interior.mixture[:, Tissue.HYPOVASCULAR_CORE] > 0.5
    if not core.any() or not {Role.T1, Role.T1_POST} <= set(signals):
        return False
    relative = relative_enhancement(interior, signals)
    known = interior.eroded_less_fat(signals[Role.T1_POST].grid) & (interior.mixture[:, Tissue.BLOOD] < 0.5)
    reference = weighted_quantile(relative[known], interior.volumes[known], 0.75)
    return interior.mean(relative, core) < of.ENHANCEMENT_SHARE * reference
