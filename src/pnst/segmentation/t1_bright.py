"""What is bright on T1 inside a lesion: blood (or protein), and fat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import Mask
from pnst.kernels.components import bounded_components, component_medians
from pnst.kernels.statistics import robust_sd
from pnst.segmentation.interior import Interior
from pnst.segmentation.settings import T1HighSettings
from pnst.segmentation.tissue import FatScale
from pnst.typing import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class T1Bright:
    """The T1-bright pieces, on the interior's grid."""

    blood: Mask
    fat: Mask
    edge_fat: Mask
    """What an infiltrating edge mixes in of the fat outside; a part of it holds too little to be bright."""
    max_blood_ml: float
    """Volume of the largest connected piece of blood."""
    whole: bool
    """More than half of the lesion is brighter than muscle by the share of the step that counts: the lesion itself."""
    fat_known: bool
    """Whether fat could be told from blood."""


def t1_bright(
    inside: Interior, scale: FatScale, t2_fs: FloatArray | None, edge_fat: BoolArray, settings: T1HighSettings
) -> T1Bright:
    """Find, bound and sort the T1-bright pieces, `edge_fat` left out.

    `t2_fs` is fat-suppressed T2 on the interior's grid, if there is one. A piece is fat as a whole: voxel by voxel the
    shell of a fat inclusion, where half of the fat is as bright on T1 as blood, would be left over.
    """
    data, core = inside.volume.data, inside.core
    allowed = core & ~edge_fat
    brighter = scale.muscle + settings.fat_step_fraction * (scale.fat - scale.muscle)
    ground = _ground(data, allowed, brighter, settings)
    values = data[ground]
    median = float(np.median(values)) if values.size else 0.0
    level = max(median + settings.lesion_sd * robust_sd(values), brighter) if values.size else np.inf
    seeds = allowed & (np.nan_to_num(inside.smooth) > level)
    pieces = bounded_components(seeds, data, median, allowed, inside.reach)
    sizes = np.bincount(pieces.ravel())
    fat = np.zeros(len(sizes), dtype=bool)
    of_lesion, of_pieces = _t2_medians(t2_fs, pieces, ground)
    fat[1:] = of_pieces < settings.fat_t2_ratio * of_lesion
    blood = ~fat
    blood[0] = False
    grid = inside.volume.grid
    return T1Bright(
        Mask(blood[pieces], grid),
        Mask(fat[pieces], grid),
        Mask(edge_fat, grid),
        float(sizes[blood].max(initial=0)) * grid.voxel_volume_mm3 / 1000,
        whole=bool(np.mean(data[allowed] > brighter) > 0.5) if allowed.any() else False,
        fat_known=bool(np.isfinite([of_lesion, *of_pieces[sizes[1:] > 0]]).all()),
    )


def _ground(data: FloatArray, allowed: BoolArray, brighter: float, settings: T1HighSettings) -> BoolArray:
    """(ni, nj, nk) what bright pieces are held against: the lesion, or its darker part where most of it is a bleed.

    Its darker part is another tissue, and not the darker half of one, when both stand apart by more than their spread.
    """
    values = data[allowed]
    bright, dark = values[values > brighter], values[values <= brighter]
    if bright.size <= dark.size or dark.size < settings.min_ground_fraction * values.size:
        return allowed
    spread = robust_sd(bright) + robust_sd(dark)
    apart = np.median(bright) - np.median(dark) > settings.separation_sd * spread
    return np.asarray(allowed & (data <= brighter)) if apart else allowed


def _t2_medians(t2_fs: FloatArray | None, pieces: IntArray, core: BoolArray) -> tuple[float, FloatArray]:
    """Medians of the lesion and of each piece on fat-suppressed T2; NaN where that series does not show them."""
    whole = np.zeros(0) if t2_fs is None else t2_fs[core & np.isfinite(t2_fs)]
    if t2_fs is None or not whole.size:
        return float("nan"), np.full(int(pieces.max(initial=0)), np.nan)
    return float(np.median(whole)), component_medians(pieces, t2_fs)
