"""The size of what was clicked on: balls of many sizes about the click, until what the network sees agrees with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pnst.errors import AmbiguityError
from pnst.kernels.section_stack import SectionStack
from pnst.segmentation.frame import SHAPE, Frame
from pnst.segmentation.looks import MIRRORS, Looks, look
from pnst.segmentation.network import Network
from pnst.segmentation.prompt_body import ball_about
from pnst.study import Study
from pnst.typing import BoolArray, FloatArray

RADII_MM = tuple(np.geomspace(6.0, 75.0, 10).tolist())
ROUNDS = 3
"""Bodies that follow the best ball: each the stack of ellipses of what the one before has shown."""
SECTIONS_AT = (0.15, 0.5, 0.85)
LEAST_DICE = 0.6
"""Expected, under which the image does not show what was meant."""


@dataclass(frozen=True, eq=False)
class Tried:
    """One ball, and the region that the network saw about it."""

    radius_mm: float
    growth: float
    """Of the region's radius over the ball's, less 1."""
    sharpness: float
    """Expected Dice of the region."""


def body_about(study: Study, point: FloatArray, networks: Sequence[Network]) -> SectionStack:
    """The body of the lesion that was clicked on, (3,) RAS mm.

    Raises `AmbiguityError` where no size fits what the images show.
    """
    tried = [_try(study, point, radius, networks[:1]) for radius in RADII_MM]
    fitting = [
        small if abs(small.growth) < abs(large.growth) else large
        for small, large in pairwise(tried)
        if small.growth >= 0 > large.growth
    ]
    best = max(fitting, key=lambda one: one.sharpness, default=None)
    if best is None or best.sharpness < LEAST_DICE:
        raise AmbiguityError(
            "a point alone does not say which lesion is meant",
            got="no size at which the images show a border all round"
            if best is None
            else f"the best border gives an expected Dice of {best.sharpness:.2f}",
            expected=f"at least {LEAST_DICE:g}",
            remedy="draw the line of the longest diameter, or a box",
        )
    body = ball_about(point, best.radius_mm)
    for _ in range(ROUNDS):
        found = look(study, Frame(body), networks)
        body = stack_of(found.logits > 0, found.frame)
    return body


def _try(study: Study, point: FloatArray, radius_mm: float, networks: Sequence[Network]) -> Tried:
    looks = look(study, Frame(ball_about(point, radius_mm)), networks, MIRRORS[:1])
    region = looks.logits > 0
    volume = float(np.count_nonzero(region)) * float(np.prod(2 * looks.frame.half_sides / np.array(SHAPE)))
    radius = (3 * volume / (4 * np.pi)) ** (1 / 3)
    return Tried(radius_mm, radius / radius_mm - 1, expected_dice(looks))


def expected_dice(looks: Looks) -> float:
    """Of the region over 0 with a lesion drawn from the probabilities (ratio of expectations), in the frame."""
    p = 1 / (1 + np.exp(-looks.logits))
    region = looks.logits > 0
    return float(2 * p[region].sum() / max(float(region.sum() + p.sum()), 1e-9))


def stack_of(region: BoolArray, frame: Frame) -> SectionStack:
    """The stack of three ellipses with the moments of a region of the frame at three of its levels."""
    import cc3d

    labels = cc3d.connected_components(region.astype(np.uint8), connectivity=6)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    piece = labels == int(sizes.argmax())
    layers = np.flatnonzero(piece.any(axis=(0, 1)))
    step = float(frame.heights[1] - frame.heights[0])
    ends = float(frame.heights[layers[0]]) - step / 2, float(frame.heights[layers[-1]]) + step / 2
    wanted = sorted({int(layers[round(share * (len(layers) - 1))]) for share in SECTIONS_AT})
    points = [frame.points[:, :, k][piece[:, :, k]] for k in wanted]
    kept = [(k, where) for k, where in zip(wanted, points, strict=True) if len(where) > 3]
    if not kept:
        return frame.body
    axes, origin = frame.body.axes, frame.body.origin
    local = [(where - origin) @ axes for _, where in kept]
    shapes = [np.linalg.eigh(np.cov(one[:, :2].T) + 1e-3 * np.eye(2)) for one in local]
    levels = np.array([one[:, 2].mean() for one in local])
    centres = np.array([one[:, :2].mean(axis=0) for one in local])
    return SectionStack(
        origin=origin,
        axes=axes,
        levels=levels,
        semi_axes=np.array([2 * np.sqrt(values[::-1]) for values, _ in shapes]),
        directions=np.array([vectors[:, ::-1] for _, vectors in shapes]),
        ends=ends,
        centre_levels=levels,
        centres=centres,
    )
