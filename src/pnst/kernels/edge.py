"""Blurred steps: error functions fitted to many profiles at once."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from pnst.typing import BoolArray, Float32Array, FloatArray

WIDTH_10_90_PER_SIGMA = 2.563
"""10–90 % distance of an error-function step in units of its σ."""
DICTIONARY_SIGMAS_MM = (0.3, 0.6, 0.9, 1.3, 1.8, 2.4, 3.2, 4.2, 5.5)
ITERATIONS = 8
SETTLED = 1e-5
"""A fit is at its end when a step lowers the squares that it leaves by less than this share: with 45 samples to spare
its parameters then moved by a fiftieth of their own errors."""
DAMPING = 1e-2
"""What Levenberg's method begins with."""
RIDGE = 1e-6
"""Share of the normal matrix's greatest diagonal that keeps it solvable in single precision."""
MAX_HEIGHT_RATIO = 2.0
"""A step beside another is no taller than this many times the profile's range, or opposite ones cancel."""


class Steps(NamedTuple):
    """The step at the lesion in each of n profiles."""

    position: FloatArray
    """(n,) mm from the surface, outward."""
    height: FloatArray
    """(n,) outside minus inside, in the image's unit."""
    sigma: FloatArray
    """(n,) mm: SD of the blur."""
    residual: FloatArray
    """(n,) RMS of what the fit leaves."""


def fit_step(offsets: FloatArray, profiles: FloatArray) -> Steps:
    """One error-function step in each profile.

    `offsets` (m,) in mm along the outward normal, 0 at the surface; `profiles` (n, m) finite. Model:
    I(x) = c + h/2 · erf((x − x₀) / (√2 σ)). Every profile is compared with a dictionary of steps by one matrix
    product, and the best is refined by Levenberg's method, all profiles at once.

    A border blurred by σ = 1.2 mm has a 10–90 % width of 2.563 · 1.2 = 3.08 mm:

    >>> from scipy.special import erf
    >>> x = np.linspace(-6, 6, 25)
    >>> steps = fit_step(x, 50 + 20 * erf(x / (np.sqrt(2) * 1.2))[None])
    >>> (WIDTH_10_90_PER_SIGMA * steps.sigma).round(2).tolist(), steps.height.round(2).tolist()
    ([3.08], [40.0])
    """
    shapes, heights = _standardised(profiles)
    return _steps(*_refine(offsets, shapes, _best_single(offsets, shapes)), heights)


def fit_step_beside(
    offsets: FloatArray, profiles: FloatArray, other_sigma: FloatArray, min_height_ratio: float
) -> Steps:
    """The step at the lesion in profiles that meet another one (a rim of fat, the front of oedema, a capsule).

    As `fit_step`, with a second step whose blur `other_sigma` (n,) in mm is that of a sharp border: two blurred steps
    side by side would not be told from one. Of the two the one at the lesion is returned, unless it is a ripple: lower
    than `min_height_ratio` of the other.

    Of a step of −20 at the surface and one of 30, 4 mm beyond it, the first is returned:

    >>> from scipy.special import erf
    >>> x = np.linspace(-6, 6, 25)
    >>> profile = -10 * erf(x / (np.sqrt(2) * 0.5)) + 15 * erf((x - 4) / (np.sqrt(2) * 0.5))
    >>> fit_step_beside(x, profile[None], np.array([0.5]), 0.2).height.round(2).tolist()
    [-20.0]
    """
    shapes, heights = _standardised(profiles)
    start = _lesion_first(_best_pair(offsets, shapes), min_height_ratio)
    start[:, 6] = other_sigma
    return _steps(*_refine(offsets, shapes, start, free=6), heights)


def bic_variance_ratio(length_mm: float, resolution_mm: FloatArray) -> FloatArray:
    """Share of one step's residual variance below which a second step is believed, by Schwarz's criterion (1978).

    Its 3 parameters cost 3 ln m for the m independent samples that the image's resolution leaves on a profile.

    12 mm at 3 mm are 4 samples: 4^(−3/4) = 0.354.

    >>> bic_variance_ratio(12.0, np.array([3.0])).round(3).tolist()
    [0.354]
    """
    samples = np.maximum(length_mm / resolution_mm, 2.0)
    return np.asarray(samples ** (-3 / samples))


def _standardised(profiles: FloatArray) -> tuple[Float32Array, FloatArray]:
    """The profiles (n, m) with mean 0 and range 1, which single precision can fit, and the range of each (n,)."""
    heights = np.ptp(profiles, axis=1).astype(np.float64)
    shapes = (profiles - profiles.mean(axis=1, keepdims=True)) / np.where(heights > 0, heights, 1)[:, None]
    return shapes.astype(np.float32), heights


def _steps(parameters: Float32Array, residual: Float32Array, heights: FloatArray) -> Steps:
    """The first step of a fit to profiles of range 1."""
    position, sigma = parameters[:, 2].astype(np.float64), np.abs(parameters[:, 3]).astype(np.float64)
    return Steps(position, parameters[:, 1] * heights, sigma, residual * heights)


def _lesion_first(two: Float32Array, min_height_ratio: float) -> Float32Array:
    """The step nearer to the surface first, unless it is lower than that share of the other: then it is a ripple."""
    near = np.abs(two[:, 2]) <= np.abs(two[:, 5])
    nearer, farther = np.where(near, two[:, [1, 4]].T, two[:, [4, 1]].T)
    near ^= np.abs(nearer) < min_height_ratio * np.abs(farther)
    return np.where(near[:, None], two, two[:, [0, 4, 5, 6, 1, 2, 3]])


@lru_cache(maxsize=4)
def _dictionary(offsets: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
    """Unit-norm zero-mean steps (k, m) and their (position, σ, norm) (k, 3)."""
    from scipy.special import erf

    x = np.asarray(offsets)
    positions = np.linspace(x[0], x[-1], 2 * len(x) // 3)[1:-1]
    position, sigma = (grid.ravel() for grid in np.meshgrid(positions, DICTIONARY_SIGMAS_MM, indexing="ij"))
    steps = erf((x - position[:, None]) / (np.sqrt(2) * sigma[:, None])) / 2
    steps -= steps.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(steps, axis=1)
    return (steps / norm[:, None]).astype(np.float32), np.stack([position, sigma, norm], axis=1)


def _best_single(offsets: FloatArray, profiles: Float32Array) -> Float32Array:
    """(n, 4): constant, height, position, σ of the best step of the dictionary."""
    steps, atoms = _dictionary(tuple(offsets.tolist()))
    match = profiles @ steps.T
    best = np.abs(match).argmax(axis=1)
    height = match[np.arange(len(best)), best] / atoms[best, 2]
    return _centred(offsets, np.stack([height, atoms[best, 0], atoms[best, 1]], axis=1))


def _best_pair(offsets: FloatArray, profiles: Float32Array) -> Float32Array:
    """(n, 7): constant, then height, position, σ of each of the two steps that explain most together."""
    steps, atoms = _dictionary(tuple(offsets.tolist()))
    sharp = atoms[:, 1] <= 2.5
    steps, atoms = steps[sharp], atoms[sharp]
    first, second = np.nonzero(atoms[:, None, 0] < atoms[None, :, 0] - 1.0)
    overlap = np.einsum("km,km->k", steps[first], steps[second])
    match = profiles @ steps.T
    best = np.empty(len(profiles), dtype=np.int64)
    twice, apart = 2 * overlap, 1 - overlap**2
    for rows in np.array_split(
        np.arange(len(profiles)), 1 + len(profiles) // 32
    ):  # few, so that they stay in the cache
        a, b = match[rows][:, first], match[rows][:, second]
        best[rows] = ((a * a - twice * a * b + b * b) / apart).argmax(axis=1)
    row, i, j, rho = np.arange(len(best)), first[best], second[best], overlap[best]
    a, b = match[row, i], match[row, j]
    heights = (a - rho * b) / (1 - rho**2) / atoms[i, 2], (b - rho * a) / (1 - rho**2) / atoms[j, 2]
    parameters = [heights[0], atoms[i, 0], atoms[i, 1], heights[1], atoms[j, 0], atoms[j, 1]]
    return _centred(offsets, np.stack(parameters, axis=1))


def _centred(offsets: FloatArray, steps: FloatArray) -> Float32Array:
    """Put the constant before the steps' parameters, so that the model has the profile's mean, 0."""
    start = np.concatenate([np.zeros((len(steps), 1)), steps], axis=1).astype(np.float32)
    start[:, 0] = -_model(offsets, start)[0].mean(axis=1)
    return start


def _model(x: FloatArray, parameters: Float32Array) -> tuple[Float32Array, Float32Array]:
    """Values (n, m) and derivatives (n, p, m) of the model."""
    from scipy.special import erf

    values = np.repeat(parameters[:, :1], len(x), axis=1)
    derivatives = np.ones((*parameters.shape, len(x)), dtype=parameters.dtype)
    for n in range(1, parameters.shape[1], 3):
        height, position, sigma = (parameters[:, n + k, None] for k in range(3))
        u = (x - position) / sigma
        bell = np.exp(-0.5 * u**2) * (height / (np.float32(np.sqrt(2 * np.pi)) * sigma))
        step = erf(u * np.float32(np.sqrt(0.5))) / 2
        values += height * step
        derivatives[:, n], derivatives[:, n + 1], derivatives[:, n + 2] = step, -bell, -bell * u
    return values, derivatives


def _refine(
    offsets: FloatArray, profiles: Float32Array, start: Float32Array, free: int | None = None
) -> tuple[Float32Array, Float32Array]:
    """Levenberg–Marquardt on every profile at once: parameters (n, p) and RMS residual (n,). The first `free` move."""
    free, x = start.shape[1] if free is None else free, offsets.astype(np.float32)
    max_height = MAX_HEIGHT_RATIO if start.shape[1] > 4 else np.inf
    parameters, cost = _clip_parameters(start, x, max_height), np.empty(len(start), dtype=np.float32)
    values, slopes = _model(x, parameters)
    damping, squares = np.full(len(start), DAMPING, np.float32), ((profiles - values) ** 2).sum(axis=1)
    rows, left = np.arange(len(start)), _Refinement(profiles, parameters, values, slopes, squares, damping)
    for _ in range(ITERATIONS):
        left, settled = _improved(left, x, free, max_height)
        parameters[rows], cost[rows] = left.parameters, left.cost
        if settled.any():
            rows, left = rows[~settled], _Refinement(*(array[~settled] for array in left))
        if not rows.size:
            break
    return parameters, np.sqrt(cost / len(x))


class _Refinement(NamedTuple):
    """n profiles (n, m) and the model as it stands."""

    profiles: Float32Array
    parameters: Float32Array
    values: Float32Array
    slopes: Float32Array
    cost: Float32Array
    """(n,) the sum of squares that is left."""
    damping: Float32Array
    """(n,) of Levenberg's method."""


def _improved(fit: _Refinement, x: Float32Array, free: int, max_height: float) -> tuple[_Refinement, BoolArray]:
    """One step of Levenberg's method, taken where it lowers the cost; and which profiles it brought to their end."""
    moving = fit.slopes[:, :free]
    normal = moving @ moving.swapaxes(1, 2)
    diagonal = np.einsum("npp->np", normal)
    ridge = fit.damping[:, None] * diagonal + RIDGE * diagonal.max(axis=1, keepdims=True)
    normal[:, np.arange(free), np.arange(free)] += ridge
    trial = fit.parameters.copy()
    trial[:, :free] += np.linalg.solve(normal, moving @ (fit.profiles - fit.values)[:, :, None])[:, :, 0]
    trial = _clip_parameters(trial, x, max_height)
    values, slopes = _model(x, trial)
    cost = ((fit.profiles - values) ** 2).sum(axis=1)
    good = cost < fit.cost
    worse, settled = ~good, good & (fit.cost - cost <= SETTLED * fit.cost)
    trial[worse], values[worse], slopes[worse] = fit.parameters[worse], fit.values[worse], fit.slopes[worse]
    cost = np.where(good, cost, fit.cost)
    damping = np.where(good, fit.damping * 0.3, fit.damping * 5)
    return _Refinement(fit.profiles, trial, values, slopes, cost, damping), settled


def _clip_parameters(parameters: Float32Array, x: FloatArray, max_height: float) -> Float32Array:
    """Steps stay on the profile, and blurred by something between the sampling and its length."""
    for n in range(1, parameters.shape[1], 3):
        parameters[:, n] = np.clip(parameters[:, n], -max_height, max_height)
        parameters[:, n + 1] = np.clip(parameters[:, n + 1], x[0], x[-1])
        parameters[:, n + 2] = np.clip(np.abs(parameters[:, n + 2]), 0.1, x[-1])
    return parameters
