"""Other contrasts on the same anatomy, so that the network learns borders and not what T1 looks like."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from pnst.typing import Float32Array

Rng = np.random.Generator
CURVED, PAINTED, SHADED, BLIND = 0.35, 0.25, 0.3, 0.05
"""How often signals pass through another curve, the lesion is painted, the coil shades, or nothing is seen at all."""


def augmented(rng: Rng, channels: Float32Array, target: Float32Array) -> tuple[Float32Array, Float32Array]:
    """Another look at one example: channels (4, ni, nj, nk) as the network takes them, target (ni, nj, nk) 0–1."""
    mirrored = [axis for axis in range(3) if rng.uniform() < 0.5]
    x = np.flip(channels, [axis + 1 for axis in mirrored]).astype(np.float32)
    y = np.flip(target, mirrored).astype(np.float32)
    signal, seen, depth = x[0], x[1], x[2]
    if rng.uniform() < CURVED:
        signal = _through_a_curve(rng, signal)
    else:
        signal = signal * rng.uniform(0.8, 1.25) + rng.normal(0, 0.2)
    if rng.uniform() < PAINTED:
        signal = _painted(rng, signal, seen, depth, y)
    if rng.uniform() < SHADED:
        signal = _shaded(rng, signal)
    signal = signal + rng.normal(0, rng.uniform(0, 0.3), signal.shape)
    if rng.uniform() < BLIND:
        signal = rng.normal(0, 1, signal.shape)
    x[0] = signal * seen
    return x, y


def _through_a_curve(rng: Rng, signal: Float32Array) -> Float32Array:
    """A piecewise linear map of the signal, rising, falling, or neither."""
    knots = np.concatenate([[-4.01], np.sort(rng.uniform(-4, 4, 4)), [4.01]])
    values = rng.normal(0, 1, 6)
    if rng.uniform() < 0.6:
        values = np.sort(values) * (1 if rng.uniform() < 0.5 else -1)
    values = (values - values.mean()) / (values.std() + 1e-6) * 1.5
    return np.asarray(np.interp(signal, knots, values), dtype=np.float32)


def _painted(
    rng: Rng, signal: Float32Array, seen: Float32Array, depth: Float32Array, target: Float32Array
) -> Float32Array:
    """The lesion brighter or darker than it is, perhaps with a halo like oedema, perhaps uneven."""
    body = gaussian_filter(target, rng.uniform(0.3, 1.0))
    step = rng.choice([-1, 1]) * rng.uniform(0.5, 3)
    out = signal * (1 - rng.uniform(0, 0.7) * body) + step * body
    if rng.uniform() < 0.5:
        halo = np.clip(gaussian_filter(target, rng.uniform(2, 4)) - body, 0, 1)
        out = out + 2 * step * rng.uniform(0.2, 0.6) * halo
    if rng.uniform() < 0.4:
        out = out + body * gaussian_filter(rng.normal(0, 1, body.shape), rng.uniform(1.5, 4)) * rng.uniform(2, 12)
    core = out[depth > 0.4]
    unit = max(float(np.subtract(*np.percentile(out[seen > 0], [85, 15]))) / 2, 1e-3)
    return np.asarray(np.clip((out - np.median(core)) / unit, -4, 4), dtype=np.float32)


def _shaded(rng: Rng, signal: Float32Array) -> Float32Array:
    along = [np.linspace(-1, 1, n) for n in signal.shape]
    slope = rng.normal(0, 0.2, 3)
    shade = sum(
        s * a.reshape([-1 if axis == k else 1 for k in range(3)])
        for axis, (s, a) in enumerate(zip(slope, along, strict=True))
    )
    return np.asarray(signal * np.exp(shade), dtype=np.float32)
