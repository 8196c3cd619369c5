"""The diffusion series of a body of one ADC in air."""

from __future__ import annotations

import numpy as np

from bodies import tilted
from pnst.image import Grid, Volume
from pnst.measurement.adc_map import decay_map
from pnst.measurement.settings import AdcSettings
from pnst.study import Role, Series, Source

SHAPE, SPACING = (46, 41, 7), (2.0, 2.2, 5.0)
B = (0.0, 50.0, 400.0, 800.0)
S0, SNR = 900.0, 25.0
SOURCE = Source("simulated", "0" * 64)


def grid(shape=SHAPE) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = tilted((7, -11, 5)) * SPACING
    return Grid(shape, affine)


def inside(shape=SHAPE) -> np.ndarray:
    """A body in air."""
    i, j = np.ogrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    return np.broadcast_to(((i / 0.8) ** 2 + (j / 0.7) ** 2 < 1)[..., None], shape)


def dwi(adc=1.4, b_values=B, noise=S0 / SNR, air="noise", shape=SHAPE, order="F", seed=5) -> Series:
    """A body of one ADC with a smooth texture, in air that is noise or zero-filled."""
    rng = np.random.default_rng(seed)
    texture = 1 + 0.15 * np.sin(np.arange(shape[0]) / 7)[:, None, None] * np.cos(np.arange(shape[1]) / 6)[:, None]
    clean = np.where(inside(shape), S0 * texture, 0)[..., None] * np.exp(-np.array(b_values) * adc / 1000)
    data = np.hypot(clean + noise * rng.normal(size=clean.shape), noise * rng.normal(size=clean.shape))
    if air == "zero":
        data[~inside(shape)] = 0
    stored = np.asarray(data, dtype=np.float32, order=order)
    return Series(Role.DWI, Volume(stored, grid(shape)), SOURCE, tuple(b_values))


def fitted(series: Series, **options):
    return decay_map(series, series.volume, AdcSettings(), **options)
