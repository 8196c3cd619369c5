"""Blurred steps: error functions fitted to many profiles at once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import erf

FloatArray = npt.NDArray[np.floating[Any]]

RISE = 2.563
"""10–90 % distance of an error-function step in units of its σ."""
SIGMAS = (0.3, 0.6, 0.9, 1.3, 1.8, 2.4, 3.2, 4.2, 5.5)
ITERATIONS = 8
LEAST_MISFIT = 0.02
"""One step is good enough when it leaves less than this share of its height, however quiet the image is."""
GAIN_FOR_SECOND = 0.5
"""A second step is accepted only if it takes the residual variance below this share of that of one."""


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


def fit_steps(offsets: FloatArray, profiles: FloatArray, noise: float) -> Steps:
    """One error-function step in each profile, or two where one leaves more than noise; the one at the lesion.

    `offsets` (m,) in mm along the outward normal, 0 at the surface; `profiles` (n, m) finite; `noise` its SD. Model:
    I(x) = c + Σ h/2 · erf((x − x₀) / (√2 σ)). Every profile is compared with a dictionary of steps by one matrix
    product, and the best is refined by Levenberg's method, all profiles at once.
    """
    one, residual = _refined(offsets, profiles, _best_single(offsets, profiles))
    chosen, left = one[:, 1:4], residual
    doubtful = np.flatnonzero(residual > np.maximum(1.5 * noise, LEAST_MISFIT * np.abs(one[:, 1])))
    if doubtful.size:
        two, residual_two = _refined(offsets, profiles[doubtful], _best_pair(offsets, profiles[doubtful]))
        better = residual_two**2 < GAIN_FOR_SECOND * residual[doubtful] ** 2
        pick = _at_lesion(two)[better]
        chosen[doubtful[better]], left[doubtful[better]] = pick, residual_two[better]
    return Steps(chosen[:, 1], chosen[:, 0], np.abs(chosen[:, 2]), left)


def _at_lesion(two: FloatArray) -> FloatArray:
    """Of two steps the one nearer to the surface, unless it is under a fifth of the other: then it is a ripple."""
    first, second = two[:, 1:4], two[:, 4:7]
    near = np.abs(first[:, 1]) <= np.abs(second[:, 1])
    ripple = np.where(
        near, np.abs(first[:, 0]) < 0.2 * np.abs(second[:, 0]), np.abs(second[:, 0]) < 0.2 * np.abs(first[:, 0])
    )
    return np.where((near ^ ripple)[:, None], first, second)


@lru_cache(maxsize=4)
def _dictionary(offsets: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
    """Unit-norm zero-mean steps (k, m) and their (position, σ, norm) (k, 3)."""
    x = np.asarray(offsets)
    positions = np.linspace(x[0], x[-1], 2 * len(x) // 3)[1:-1]
    position, sigma = (grid.ravel() for grid in np.meshgrid(positions, SIGMAS, indexing="ij"))
    steps = erf((x - position[:, None]) / (np.sqrt(2) * sigma[:, None])) / 2
    steps -= steps.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(steps, axis=1)
    return (steps / norm[:, None]).astype(np.float32), np.stack([position, sigma, norm], axis=1)


def _best_single(offsets: FloatArray, profiles: FloatArray) -> FloatArray:
    """(n, 4): constant, height, position, σ of the best step of the dictionary."""
    steps, facts = _dictionary(tuple(offsets.tolist()))
    mean = profiles.mean(axis=1)
    match = (profiles - mean[:, None]).astype(np.float32) @ steps.T
    best = np.abs(match).argmax(axis=1)
    height = match[np.arange(len(best)), best] / facts[best, 2]
    return _centred(offsets, mean, np.stack([height, facts[best, 0], facts[best, 1]], axis=1))


def _best_pair(offsets: FloatArray, profiles: FloatArray) -> FloatArray:
    """(n, 7): constant, then height, position, σ of each of the two steps that explain most together."""
    steps, facts = _dictionary(tuple(offsets.tolist()))
    sharp = facts[:, 1] <= 2.5
    steps, facts = steps[sharp], facts[sharp]
    first, second = np.nonzero(facts[:, None, 0] < facts[None, :, 0] - 1.0)
    overlap = np.einsum("km,km->k", steps[first], steps[second])
    mean = profiles.mean(axis=1)
    match = (profiles - mean[:, None]).astype(np.float32) @ steps.T
    best = np.empty(len(profiles), dtype=np.int64)
    for rows in np.array_split(np.arange(len(profiles)), 1 + len(profiles) // 256):  # bounded memory
        a, b = match[rows][:, first], match[rows][:, second]
        best[rows] = ((a * a - 2 * overlap * a * b + b * b) / (1 - overlap**2)).argmax(axis=1)
    row, i, j, rho = np.arange(len(best)), first[best], second[best], overlap[best]
    a, b = match[row, i], match[row, j]
    heights = (a - rho * b) / (1 - rho**2) / facts[i, 2], (b - rho * a) / (1 - rho**2) / facts[j, 2]
    parameters = [heights[0], facts[i, 0], facts[i, 1], heights[1], facts[j, 0], facts[j, 1]]
    return _centred(offsets, mean, np.stack(parameters, axis=1))


def _centred(offsets: FloatArray, mean: FloatArray, steps: FloatArray) -> FloatArray:
    """Put the constant before the steps' parameters, so that the model has the profile's mean."""
    start = np.concatenate([np.zeros((len(mean), 1)), steps], axis=1)
    start[:, 0] = mean - _model(offsets, start)[0].mean(axis=1)
    return start


def _model(x: FloatArray, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Values (n, m) and derivatives (n, m, p) of the model."""
    values = np.repeat(parameters[:, :1], len(x), axis=1)
    derivatives = np.ones((len(parameters), len(x), parameters.shape[1]))
    for n in range(1, parameters.shape[1], 3):
        height, position, sigma = (parameters[:, n + k, None] for k in range(3))
        u = (x - position) / sigma
        bell = height * np.exp(-0.5 * u**2) / (np.sqrt(2 * np.pi) * sigma)
        step = erf(u / np.sqrt(2)) / 2
        values = values + height * step
        derivatives[:, :, n], derivatives[:, :, n + 1], derivatives[:, :, n + 2] = step, -bell, -bell * u
    return values, derivatives


def _refined(x: FloatArray, profiles: FloatArray, start: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Levenberg–Marquardt on every profile at once: parameters (n, p) and RMS residual (n,)."""
    parameters, damping = start.copy(), np.full(len(start), 1e-2)
    values, slopes = _model(x, parameters)
    cost = ((profiles - values) ** 2).sum(axis=1)
    for _ in range(ITERATIONS):
        normal = np.einsum("nmp,nmq->npq", slopes, slopes)
        diagonal = np.einsum("npp->np", normal)
        ridge = damping[:, None] * diagonal + 1e-9 * diagonal.max(axis=1, keepdims=True) + 1e-30
        gradient = np.einsum("nmp,nm->np", slopes, profiles - values)
        step = np.linalg.solve(normal + ridge[:, :, None] * np.eye(normal.shape[1]), gradient[:, :, None])[:, :, 0]
        trial = _bounded(parameters + step, x)
        trial_values, trial_slopes = _model(x, trial)
        trial_cost = ((profiles - trial_values) ** 2).sum(axis=1)
        good = trial_cost < cost
        parameters[good], values[good], slopes[good] = trial[good], trial_values[good], trial_slopes[good]
        cost = np.where(good, trial_cost, cost)
        damping = np.where(good, damping * 0.3, damping * 5)
    return parameters, np.sqrt(cost / len(x))


def _bounded(parameters: FloatArray, x: FloatArray) -> FloatArray:
    """Steps stay on the profile and blurred by something between the sampling and its length."""
    for n in range(1, parameters.shape[1], 3):
        parameters[:, n + 1] = np.clip(parameters[:, n + 1], x[0], x[-1])
        parameters[:, n + 2] = np.clip(np.abs(parameters[:, n + 2]), 0.1, x[-1])
    return parameters
