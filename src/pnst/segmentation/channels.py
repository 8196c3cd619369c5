"""What the network is shown of one series: its signal, where there is none, and what the prompt says."""

from __future__ import annotations

import numpy as np

from pnst.segmentation.frame import SHAPE, PromptFrame
from pnst.typing import BoolArray, Float32Array

CORE_DEPTH = 0.4
"""The body's core, deeper than this, gives the signal that counts as 0."""
LEAST_CORE_VOXELS = 50
SPREAD_PERCENTILES = (15.0, 85.0)
"""Half of what lies between them is the signal's unit: one SD, were it normal."""
MOST_SIGNAL = 4.0
DEEPEST, FARTHEST = 1.0, -2.0
"""Of the body's depth."""
NEAR_LEVEL = 0.04
"""A section is known at its level; the word counts less above and below, over this share of the body's height …"""
NEAR_LEVEL_MM = 3.0
"""… or this, if it is more (SD of a Gaussian)."""


def depth_in(frame: PromptFrame) -> Float32Array:
    """(ni, nj, nk) 1 in the body's middle, 0 on its surface."""
    return np.asarray(np.clip(frame.body.depth(frame.points), FARTHEST, DEEPEST), dtype=np.float32)


def channels(signal: Float32Array, depth: Float32Array, frame: PromptFrame) -> Float32Array:
    """(4, ni, nj, nk): signal, whether there is one, the body's depth, and how near a level with a line is.

    `signal` is that of the frame's voxels, NaN outside the image. The series' own scale is taken out, so that any
    contrast and any scanner's unit is shown alike.
    """
    seen = np.isfinite(signal)
    return np.stack([_standardised(signal, seen, depth), seen.astype(np.float32), depth, _nearness(frame)])


def _standardised(signal: Float32Array, seen: BoolArray, depth: Float32Array) -> Float32Array:
    core = signal[seen & (depth > CORE_DEPTH)]
    middle = np.median(core if len(core) > LEAST_CORE_VOXELS else signal[seen])
    low, high = np.percentile(signal[seen], SPREAD_PERCENTILES)
    unit = max(float(high - low) / 2, float(np.finfo(np.float32).tiny))
    shown = np.clip((signal - middle) / unit, -MOST_SIGNAL, MOST_SIGNAL)
    return np.asarray(np.where(seen, shown, 0), dtype=np.float32)


def _nearness(frame: PromptFrame) -> Float32Array:
    """1 at the levels that a section was drawn at, falling to 0 away from them."""
    low, high = frame.body.ends
    sd = max(NEAR_LEVEL_MM, NEAR_LEVEL * (high - low))
    apart = [np.abs(frame.heights - level) for level in frame.drawn_levels]
    near = np.exp(-((np.min(apart, axis=0) / sd) ** 2) / 2) if apart else np.zeros(SHAPE[2])
    return np.asarray(np.broadcast_to(near, SHAPE), dtype=np.float32)
