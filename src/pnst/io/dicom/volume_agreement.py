"""Whether the volumes of a diffusion series are diffusion images on one scale, by their voxels.

Headers do not tell an ADC map, an anisotropy map or a volume on another intensity scale that was appended to a series.
The voxels do: volumes of one b-value have about one level and one pattern, the signal does not grow with the b-value,
and each b-value's pattern is about what the others extrapolate to (Le Bihan's S = S₀ exp(−b ADC)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pnst.errors import InputError
from pnst.typing import AnyArray, BoolArray, FloatArray, IntArray

MAX_RATIO = 1.35
"""Between the levels of two volumes of one b-value; real series stay below 1.05."""
MAX_ANISOTROPY = 0.9
"""um2/ms by which the ADC of tissue may differ along two directions: muscle and white matter."""
MIN_CORRELATION = 0.2
"""Of the logarithms of two volumes of one weighting; real ones, noisy as they are, have 0.3 to 1."""
MIN_CORRELATION_OF_DIRECTIONS = -0.1
"""Of two directions, and of a volume with what the other b-values extrapolate to."""
MAX_GROWTH = 1.15
"""Of the signal from one b-value to the next; noise alone keeps it at 1."""

_BRIGHT = 0.25
"""Share of the 98th percentile of the least weighted volume from which a voxel shows tissue."""
_SAMPLE = 20_000
"""Voxels that are compared: enough for a median to a percent."""
_SAME_B = 1.0


@dataclass(frozen=True)
class _Level:
    """The volumes of one b-value and their logarithms, (voxels, volumes)."""

    b_value: float
    volumes: IntArray
    logs: FloatArray

    @property
    def mean(self) -> FloatArray:
        return np.asarray(self.logs.mean(axis=1))


def agreeing_volumes(
    values: AnyArray, b_values: Sequence[float], directed: Sequence[bool], name: str
) -> tuple[list[int], tuple[str, ...]]:
    """Which volumes of (i, j, k, volumes) are diffusion images on one scale, and a note of those that are not.

    A minority of the volumes of one b-value is left out; `directed` says which have a gradient direction. Raises
    `InputError` where it cannot be told which volumes are right: then no ADC can be trusted.
    """
    logs = _logarithms(values, b_values, name)
    odd: list[int] = []
    levels = []
    for volumes in _by_b_value(b_values):
        level = _Level(float(np.mean([b_values[v] for v in volumes])), volumes, logs[:, volumes])
        outliers = _outliers(level, np.array([directed[v] for v in volumes]))
        if 2 * len(outliers) >= len(volumes) and outliers:
            raise _disagreement(name, volumes[outliers], level.b_value, "volumes of one b-value differ grossly")
        kept = np.delete(np.arange(len(volumes)), outliers)
        odd += [int(v) for v in volumes[outliers]]
        levels.append(_Level(level.b_value, volumes[kept], level.logs[:, kept]))
    _check_decay(levels, name)
    notes = (
        (
            f"{len(odd)} of {len(b_values)} diffusion volumes were left out: no diffusion images on the scale of the "
            f"others, by their voxels (volume {', '.join(str(v + 1) for v in odd)})",
        )
        if odd
        else ()
    )
    return [v for v in range(len(b_values)) if v not in odd], notes


def _logarithms(values: AnyArray, b_values: Sequence[float], name: str) -> FloatArray:
    """(voxels, volumes): of a sample of the voxels that are bright where diffusion weighs least."""
    least = [v for v, b in enumerate(b_values) if b - min(b_values) < _SAME_B]
    reference = np.nan_to_num(values[..., least].mean(axis=3))
    bright: BoolArray = reference > _BRIGHT * np.percentile(reference, 98)
    places = np.flatnonzero(bright)
    places = places[:: max(1, len(places) // _SAMPLE)]
    indices = np.unravel_index(places, reference.shape)
    sample = np.nan_to_num(np.asarray(values[indices], dtype=np.float64))
    constant = [v for v in range(len(b_values)) if not (sample[:, v] > 0).any()]
    if constant or not len(places):
        raise _disagreement(name, constant or least, b_values[(constant or least)[0]], "a volume without signal")
    floor = np.array([0.5 * column[column > 0].min() for column in sample.T])
    return np.asarray(np.log(np.maximum(sample, floor)))


def _by_b_value(b_values: Sequence[float]) -> list[IntArray]:
    order = np.argsort(b_values, kind="stable")
    starts = np.flatnonzero(np.diff(np.asarray(b_values)[order]) >= _SAME_B) + 1
    return [np.sort(part) for part in np.split(order, starts)]


def _outliers(level: _Level, directed: BoolArray) -> list[int]:
    """Places in the level of the volumes whose brightness or pattern is not that of the others; both, of two."""
    count = len(level.volumes)
    if count < 2:
        return []
    anisotropy = level.b_value * MAX_ANISOTROPY / 1000 if directed.any() else 0.0
    min_correlation = MIN_CORRELATION_OF_DIRECTIONS if directed.any() else MIN_CORRELATION
    outliers = []
    for v in range(count):
        others = np.median(np.delete(level.logs, v, axis=1), axis=1)
        shift = abs(float(np.median(level.logs[:, v] - others)))
        if shift > np.log(MAX_RATIO) + anisotropy or _correlation(level.logs[:, v], others) < min_correlation:
            outliers.append(v)
    return outliers


def _check_decay(levels: Sequence[_Level], name: str) -> None:
    """Refuse a signal that grows with the b-value, and a b-value whose pattern is the opposite of the others'."""
    for lower, higher in pairwise(levels):
        if np.median(higher.mean - lower.mean) > np.log(MAX_GROWTH):
            raise _disagreement(
                name, higher.volumes, higher.b_value, f"the signal grows from b = {lower.b_value:g} to the next b-value"
            )
    if len(levels) < 3:
        return
    fits = [_correlation(level.mean, _extrapolated(levels, n)) for n, level in enumerate(levels)]
    worst = int(np.argmin(fits))
    if fits[worst] < MIN_CORRELATION_OF_DIRECTIONS:
        raise _disagreement(
            name, levels[worst].volumes, levels[worst].b_value, "its pattern is the opposite of the other b-values'"
        )


def _extrapolated(levels: Sequence[_Level], left_out: int) -> FloatArray:
    """The logarithm of the signal at one b-value as a straight line through the other ones says it."""
    others = [level for n, level in enumerate(levels) if n != left_out]
    b_values = np.array([level.b_value for level in others])
    design = np.column_stack([np.ones_like(b_values), b_values])
    line, *_ = np.linalg.lstsq(design, np.stack([level.mean for level in others]), rcond=None)
    return np.asarray(line[0] + line[1] * levels[left_out].b_value)


def _correlation(one: FloatArray, other: FloatArray) -> float:
    """Pearson's; 1 where both are constant, 0 where one is."""
    a, b = one - one.mean(), other - other.mean()
    norms = float(np.sqrt((a @ a) * (b @ b)))
    if norms > 1e-9 * len(a):
        return float(a @ b) / norms
    return 1.0 if a @ a <= 1e-9 * len(a) and b @ b <= 1e-9 * len(b) else 0.0


def _disagreement(name: str, volumes: Sequence[int] | IntArray, b_value: float, what: str) -> InputError:
    numbers = ", ".join(str(int(v) + 1) for v in list(volumes)[:6])
    return InputError(
        f"the volumes of the diffusion series {name} do not belong together: {what}",
        got=f"volume {numbers} (b = {b_value:g} s/mm²), by its voxels",
        expected="diffusion images of one acquisition on one intensity scale",
        remedy="export the series again without maps and with its private elements, or go on without it: dwi=none",
    )
