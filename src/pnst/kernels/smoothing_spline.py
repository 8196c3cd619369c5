"""A smooth curve through scattered places along a line, stiff where there are none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pnst.typing import FloatArray

KNOTS_PER_WAVE = 5
DEGREE, PENALISED = 3, 3
"""A cubic spline whose third derivative is penalised: parabolas, which an arc of a circle nearly is, stay as they
are."""


def smoothing_spline(place: FloatArray, values: FloatArray, wave_mm: float) -> Callable[[FloatArray], FloatArray]:
    """The curve through `values` (n, d) at rising places (n,) mm that bends smoothly, also across gaps.

    A wave of the length `wave_mm` keeps half of its height, one of twice that length 98 %: what bends within less is
    tremor. Least squares with a penalty on the third differences of the B-splines' coefficients (P-splines: Eilers &
    Marx, Statistical Science 1996). It takes places (m,), between the first and the last, and gives (m, d).
    `ValueError` for fewer than four places.

    A parabola of which the middle is missing:

    >>> place = np.concatenate([np.arange(0.0, 12.0), np.arange(40.0, 52.0)])
    >>> curve = smoothing_spline(place, 0.01 * (place[:, None] - 26) ** 2, 25.0)
    >>> float(np.abs(curve(np.array([26.0]))).max().round(6) + 0)
    0.0
    """
    from scipy.interpolate import BSpline

    if len(place) <= DEGREE:
        raise ValueError("a smooth curve needs four places")
    length = float(place[-1] - place[0])
    pieces = max(1, int(np.ceil(length * KNOTS_PER_WAVE / wave_mm)))
    step = length / pieces
    knots = place[0] + step * np.arange(-DEGREE, pieces + DEGREE + 1)
    basis = BSpline.design_matrix(np.clip(place, knots[DEGREE], knots[-DEGREE - 1]), knots, DEGREE).toarray()
    third = np.diff(np.eye(basis.shape[1]), PENALISED, axis=0) / step**PENALISED
    between = float(np.median(np.diff(place)))
    weight = np.sqrt(step / between * (wave_mm / (2 * np.pi)) ** (2 * PENALISED))
    wanted = np.concatenate([values, np.zeros((len(third), values.shape[1]))])
    coefficients = np.linalg.lstsq(np.concatenate([basis, weight * third]), wanted, rcond=None)[0]
    curve = BSpline(knots, coefficients, DEGREE)
    return lambda at: np.asarray(curve(at))
