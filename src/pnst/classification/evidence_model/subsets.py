"""Log likelihood ratios of every subset of one lesion's predictors, the others missing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.classification.evidence_model.factors import Factor
from pnst.classification.evidence_model.likelihood import AXES, NODES, Likelihood
from pnst.classification.evidence_model.observed import ObservedData
from pnst.evidence.published import Entity
from pnst.evidence.sign_rows import ENTITIES
from pnst.typing import FloatArray


def subset_log_ratios(likelihood: Likelihood, one: ObservedData) -> tuple[tuple[str, ...], FloatArray]:
    """The predictors' names, and log ratios (2ⁿ, draws); bit i of a subset's number says whether predictor i is in it.

    `one` holds one lesion's predictors, none of them missing. A product over a subset is a product over one half of the
    predictors times one over the other, so that all integrals are matrix products.
    """
    factors = likelihood.factors(one)
    diffusion = [name for name in one.logs if AXES[name] == "diffusion"]
    names = (*factors, *diffusion)
    ratios = np.stack(
        [_severity(likelihood, [_given(f, entity, likelihood.draws) for f in factors.values()]) for entity in ENTITIES]
    )
    for name in diffusion:
        step = np.stack([likelihood.value_log_ratio(name, one.logs[name], entity) for entity in ENTITIES])
        ratios = np.concatenate([ratios, ratios + step], axis=1)
    return names, likelihood.mixed(ratios, one.nf1)


def _given(factor: Factor, entity: Entity, draws: int) -> FloatArray:
    """A factor of the one lesion, (draws, nodes)."""
    given = np.empty((draws, 1, len(NODES)))
    factor.fill(slice(0, 1), entity, given)
    return given[:, 0]


def _severity(likelihood: Likelihood, factors: Sequence[FloatArray]) -> FloatArray:
    """A pair's log ratio (2ⁿ, draws) over every subset of factors (draws, nodes)."""
    half = len(factors) // 2
    low, high = _products(factors[:half], likelihood.draws), _products(factors[half:], likelihood.draws)
    integrals = [
        np.matmul(high * likelihood.class_weights[:, None, :, index], low.transpose(0, 2, 1)) for index in (0, 1)
    ]
    ratio: FloatArray = np.log(integrals[0] / integrals[1])
    return ratio.reshape(likelihood.draws, -1).T


def _products(factors: Sequence[FloatArray], draws: int) -> FloatArray:
    """Products (draws, 2ⁿ, nodes) over every subset."""
    products = np.ones((draws, 1, len(NODES)))
    for factor in factors:
        products = np.concatenate([products, products * factor[:, None, :]], axis=1)
    return products
