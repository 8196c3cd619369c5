"""What is bright on T1 inside a lesion: blood (or protein), and fat."""

from __future__ import annotations

from collections.abc import Sequence
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
    max_deep_blood_ml: float
    """The greatest part of a connected piece of blood that lies deep."""
    whole: bool
    """More than half of the lesion is brighter than muscle by the share of the step that counts: the lesion itself."""
    fat_known: bool
    """Whether fat could be told from blood."""


@dataclass(frozen=True, eq=False)
class FatWitness:
    """Another series on the interior's grid, on which blood and fat differ."""

    data: FloatArray
    """(ni, nj, nk): fat-suppressed T2 or a water image, on which fat is dark; or the fat fractions of a fat image."""
    shows_fat: bool
    """Fat is bright on it, and `data` are fat fractions."""


def t1_bright(
    inside: Interior,
    scale: FatScale,
    witnesses: Sequence[FatWitness],
    edge_fat: BoolArray,
    deep: BoolArray,
    settings: T1HighSettings,
) -> T1Bright:
    """Find, bound and sort the T1-bright pieces, `edge_fat` left out.

    `witnesses` in the order in which they are asked; `deep` (ni, nj, nk) is what no contour takes in by mistake. A
    piece is fat as a whole: voxel by voxel the shell of a fat inclusion, where half of the fat is as bright on T1 as
    blood, would be left over.
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
    count = int(pieces.max(initial=0))
    is_fat, fat_known = _told_apart(witnesses, pieces, ground, settings)
    fat, blood = np.concatenate([[[False], [False]], [is_fat, ~is_fat]], axis=1)
    deep_sizes = np.bincount(pieces[deep], minlength=count + 1)
    grid = inside.volume.grid
    return T1Bright(
        Mask(blood[pieces], grid),
        Mask(fat[pieces], grid),
        Mask(edge_fat, grid),
        float(deep_sizes[blood].max(initial=0)) * grid.voxel_volume_mm3 / 1000,
        whole=bool(np.mean(data[allowed] > brighter) > 0.5) if allowed.any() else False,
        fat_known=fat_known,
    )


def _ground(data: FloatArray, allowed: BoolArray, brighter: float, settings: T1HighSettings) -> BoolArray:
    """(ni, nj, nk) what bright pieces are held against: the lesion, or its darker part where most of it is a bleed.

    Its darker part is another tissue, and not the darker half of one, when both stand apart by more than their spread.
    """
    values = data[allowed]
    bright, dark = values[values > brighter], values[values <= brighter]
    if bright.size <= dark.size or not dark.size or dark.size < settings.min_ground_fraction * values.size:
        return allowed
    spread = robust_sd(bright) + robust_sd(dark)
    apart = np.median(bright) - np.median(dark) > settings.separation_sd * spread
    return np.asarray(allowed & (data <= brighter)) if apart else allowed


def _told_apart(
    witnesses: Sequence[FatWitness], pieces: IntArray, ground: BoolArray, settings: T1HighSettings
) -> tuple[BoolArray, bool]:
    """(n,) which of the pieces 1 … n are fat, by the first witness that shows each; and whether all are shown."""
    count = int(pieces.max(initial=0))
    filled = np.bincount(pieces.ravel(), minlength=count + 1)[1:] > 0  # of two that meet the greater number stays
    fat, told, seen = np.zeros(count, dtype=bool), ~filled, False
    for witness in witnesses:
        known = ground & np.isfinite(witness.data)
        if not known.any():
            continue
        seen, medians = True, component_medians(pieces, witness.data)
        lesion = float(np.median(witness.data[known]))
        new = ~told & np.isfinite(medians)
        limit = settings.inclusion_fat_fraction if witness.shows_fat else settings.fat_t2_ratio * lesion
        fat[new] = ((medians > limit) if witness.shows_fat else (medians < limit))[new]
        told |= new
    return fat, bool(seen and told.all())
