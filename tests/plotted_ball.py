"""A ball in three series on oblique grids, with a shell and an ADC in closed form, and its measurements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

import pnst
from pnst.study import Source

CENTRE_MM = np.array([21.0, -14.0, 33.0])
RADIUS_MM, SHELL_MM = 13.0, 18.0
B_VALUES = (0.0, 400.0, 800.0)


@dataclass(frozen=True)
class PlottedBall:
    """The study, the lesion, and what was measured of it."""

    study: pnst.Study
    lesion: pnst.Lesion
    m: pnst.Measurements


def oblique(shape: tuple[int, int, int], spacing: tuple[float, float, float]) -> pnst.Grid:
    """Round the ball but off its middle, turned about two axes, stored left to right and head to foot."""
    (a, b), (c, d) = ((np.cos(t), np.sin(t)) for t in (0.16, 0.22))
    turn = np.array([[a, -b, 0], [b, a, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, c, -d], [0, d, c]])
    affine = np.eye(4)
    affine[:3, :3] = turn * np.array(spacing) * (-1, 1, -1)
    affine[:3, 3] = CENTRE_MM - affine[:3, :3] @ (np.array(shape) / 2 + (1.3, -2.1, 0.4))
    return pnst.Grid(shape, affine)


def away(grid: pnst.Grid) -> np.ndarray:
    """(ni, nj, nk): distance of every voxel's centre from the ball's, in mm."""
    return np.linalg.norm(grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)) - CENTRE_MM, axis=-1)


FINE, COARSE = oblique((96, 82, 17), (0.9, 1.05, 3.6)), oblique((47, 43, 14), (1.9, 1.7, 4.4))


def adc_at(grid: pnst.Grid) -> np.ndarray:
    """(ni, nj, nk), µm²/ms: from the middle of the ball outwards 0.9 to 1.3, muscle 1.9."""
    return np.where(away(grid) < RADIUS_MM, 0.9 + 0.4 * away(grid) / RADIUS_MM, 1.9)


@cache
def plotted_ball() -> PlottedBall:
    """Made once: measured without intervals."""
    rng = np.random.default_rng(3)
    inside, shell = away(FINE) < RADIUS_MM, away(FINE) < SHELL_MM
    images = {pnst.Role.T1: 200 + 60 * inside, pnst.Role.T2_FS: 100 + 300 * inside + 150 * (shell & ~inside)}
    series = {
        role: pnst.Series(role, pnst.Volume(_noisy(image, rng), FINE), Source("simulated", ""))
        for role, image in images.items()
    }
    signal = 800 * np.exp(-np.array(B_VALUES) / 1000 * adc_at(COARSE)[..., None])
    dwi = pnst.Volume(_noisy(signal, rng), COARSE)
    series[pnst.Role.DWI] = pnst.Series(pnst.Role.DWI, dwi, Source("simulated", ""), b_values=B_VALUES)
    study = pnst.Study("ball", series)
    lesion = pnst.Lesion("tumour", pnst.Mask(inside, FINE), "simulation")
    return PlottedBall(study, lesion, pnst.measure(study, lesion, pnst.MeasureSettings.without_intervals()))


def _noisy(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(image + rng.normal(0, 4, image.shape), dtype=np.float32)
