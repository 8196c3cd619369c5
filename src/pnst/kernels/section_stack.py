"""A curved, tapering body: ellipses stacked along an axis, which give way to each other smoothly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.typing import FloatArray

Curve = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class SectionStack:
    """Ellipses across an axis, known at some levels, and where they end. Lengths in mm.

    Between levels the square of the mean radius and the centre run along monotone cubics (PCHIP: Fritsch & Butland,
    SIAM J. Sci. Stat. Comput. 1984), the shape of the section linearly. With one level half-way between the ends that
    is the ellipsoid through it: the square of an ellipsoid's radius is a parabola along its axis, and so is the cubic.

    A ball of radius 10 from one circle half-way between its ends:

    >>> ball = SectionStack(
    ...     origin=np.zeros(3), axes=np.eye(3), levels=np.array([0.0]), semi_axes=np.array([[10.0, 10.0]]),
    ...     directions=np.eye(2)[None], ends=(-10.0, 10.0), centre_levels=np.array([0.0]), centres=np.zeros((1, 2)),
    ... )
    >>> ball.depth(np.array([[0.0, 0.0, 0.0], [6.0, 0.0, 8.0], [0.0, 0.0, 12.0]])).round(6).tolist()
    [1.0, 0.0, -0.4]
    """

    origin: FloatArray
    """(3,)."""
    axes: FloatArray
    """(3, 3): unit directions, one a column; the third is the axis that the sections are stacked along."""
    levels: FloatArray
    """(n,) along the axis, increasing."""
    semi_axes: FloatArray
    """(n, 2)."""
    directions: FloatArray
    """(n, 2, 2): of each section's semi-axes in the first two axes, one a column."""
    ends: tuple[float, float]
    """Where the radius is 0."""
    centre_levels: FloatArray
    """(m,) where the centre is known: the sections' levels and others."""
    centres: FloatArray
    """(m, 2) in the first two axes."""

    def depth(self, points: FloatArray) -> FloatArray:
        """(...) 1 − ρ² of points (..., 3) in an ellipsoid, 0 on the body's surface, negative outside.

        The square of the section's mean radius there less that of the point's own, over the greatest one's.
        """
        local = self.to_local(points)
        height = local[..., 2]
        form = self._form(height)
        across = local[..., :2]
        radius = np.einsum("...i,...ij,...j->...", across, form, across)
        return np.asarray((self._square_radius(height) - radius) / self.greatest_square_radius)

    def to_local(self, points: FloatArray) -> FloatArray:
        """(..., 3) across the body's own centre line and along its axis."""
        local = (points - self.origin) @ self.axes
        local[..., :2] -= self._centre(local[..., 2])
        return np.asarray(local)

    def to_world(self, local: FloatArray) -> FloatArray:
        """The inverse of `to_local`."""
        straight = np.array(local, dtype=np.float64)
        straight[..., :2] += self._centre(straight[..., 2])
        return np.asarray(straight @ self.axes.T + self.origin)

    @cached_property
    def greatest_square_radius(self) -> float:
        """Of the section with the greatest area, semi-axis times semi-axis."""
        return float(self._square_radius(np.linspace(*self.ends, 65)).max())

    @cached_property
    def half_widths(self) -> FloatArray:
        """(2,) how far the body reaches along its first two axes from its centre line."""
        squares = np.einsum("nij,nj->ni", self.directions**2, self.semi_axes**2)
        grown = self.greatest_square_radius / self.semi_axes.prod(axis=1).max()
        return np.asarray(np.sqrt(squares.max(axis=0) * max(grown, 1.0)))

    def _square_radius(self, height: FloatArray) -> FloatArray:
        """(...) mm² at heights along the axis; beyond the ends it falls below 0 with the slope that it has there."""
        low, high = self.ends
        knots = np.concatenate([[low], self.levels, [high]])
        values = np.concatenate([[0.0], self.semi_axes.prod(axis=1), [0.0]])
        return _monotone(knots, values[:, None])(height)[..., 0]

    def _centre(self, height: FloatArray) -> FloatArray:
        """(..., 2) at heights along the axis; beyond the last known one it stays."""
        low, high = self.centre_levels[0], self.centre_levels[-1]
        if low == high:
            return np.broadcast_to(self.centres[0], (*height.shape, 2))
        return _monotone(self.centre_levels, self.centres)(np.clip(height, low, high))

    def _form(self, height: FloatArray) -> FloatArray:
        """(..., 2, 2): the quadratic form whose unit is the section's mean radius, at heights along the axis."""
        mean = np.sqrt(self.semi_axes.prod(axis=1))
        scaled = self.directions * (self.semi_axes / mean[:, None])[:, None, :]
        shapes = scaled @ scaled.transpose(0, 2, 1)
        entries = np.stack([np.interp(height, self.levels, shapes[:, i, j]) for i, j in ((0, 0), (0, 1), (1, 1))])
        a, b, c = entries
        return np.asarray(
            np.stack([np.stack([c, -b], -1), np.stack([-b, a], -1)], -2) / (a * c - b * b)[..., None, None]
        )


def _monotone(knots: FloatArray, values: FloatArray) -> Curve:
    """PCHIP through (n, d) values, straight on beyond the ends."""
    from scipy.interpolate import PchipInterpolator

    curve = PchipInterpolator(knots, values)
    slope = curve.derivative()
    low, high = float(knots[0]), float(knots[-1])

    def at(height: FloatArray) -> FloatArray:
        within = np.clip(height, low, high)
        beyond = height - within
        end = np.where(beyond[..., None] < 0, slope(low), slope(high))
        return np.asarray(curve(within) + beyond[..., None] * end)

    return at
