"""Pooling published estimates over studies: random effects by DerSimonian and Laird (1986)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.typing import FloatArray


@dataclass(frozen=True)
class RandomEffects:
    """A pooled estimate on the scale of its inputs."""

    mean: float
    standard_error: float
    """Of the mean."""
    between_sd: float
    """SD between studies (τ)."""
    i_squared: float
    """Share of the scatter that sampling does not explain, 0–1."""


def random_effects(estimates: FloatArray, variances: FloatArray, between_sd: float | None = None) -> RandomEffects:
    """Pool estimates (studies,) with sampling variances (studies,), by inverse-variance weights.

    `between_sd` fixes τ where too few studies can estimate it; otherwise it is DerSimonian and Laird's moment
    estimate, 0 where the estimates scatter no more than sampling does.
    """
    weights = 1 / variances
    fixed_mean = float(np.average(estimates, weights=weights))
    q = float(np.sum(weights * (estimates - fixed_mean) ** 2))
    surplus = q - (len(estimates) - 1)
    if between_sd is None:
        scale = weights.sum() - (weights**2).sum() / weights.sum()
        between_sd = float(np.sqrt(max(surplus / scale, 0.0))) if scale > 0 else 0.0
    weights = 1 / (variances + between_sd**2)
    return RandomEffects(
        mean=float(np.average(estimates, weights=weights)),
        standard_error=float(weights.sum() ** -0.5),
        between_sd=between_sd,
        i_squared=max(surplus / q, 0.0) if q > 0 else 0.0,
    )


def logit_with_half_count(positive: FloatArray, total: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Logit of each proportion and its sampling variance, half a count added to both cells (Haldane, Anscombe)."""
    yes, no = positive + 0.5, total - positive + 0.5
    return np.log(yes / no), 1 / yes + 1 / no
