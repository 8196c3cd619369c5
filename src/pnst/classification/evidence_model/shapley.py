"""What each predictor adds: Shapley values of logit(probability) over the groups that were measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from math import factorial

import numpy as np

from pnst.classification.evidence_model.likelihood import Likelihood, ObservedData
from pnst.classification.evidence_model.posterior import mean_log_odds


class Contributions(Mapping[str, float]):
    """Predictor → log-odds, computed when first read."""

    def __init__(self, names: tuple[str, ...], compute: Callable[[], Mapping[str, float]]) -> None:
        self._names = names
        self._compute = compute

    @cached_property
    def _values(self) -> Mapping[str, float]:
        return self._compute()

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return repr(dict(self))


def shapley_values(observed: ObservedData, likelihood: Likelihood, prior: float) -> dict[str, float]:
    """Predictor → its share of logit(probability) − logit(prior) of one lesion, fair over all orders of evidence.

    `observed` holds one lesion's predictors, none of them missing.
    """
    names = (*observed.signs, *observed.logs)
    log_odds = mean_log_odds(likelihood.log_ratio(_every_subset(observed)), prior)
    subsets = np.arange(2 ** len(names))
    sizes = np.array([int(subset).bit_count() for subset in subsets])
    weights = np.array([factorial(k) * factorial(len(names) - k - 1) for k in range(len(names))])
    shares = {}
    for index, name in enumerate(names):
        without = subsets[(subsets >> index) & 1 == 0]
        gains = log_odds[without | (1 << index)] - log_odds[without]
        shares[name] = float((gains * weights[sizes[without]]).sum() / factorial(len(names)))
    return shares


def _every_subset(observed: ObservedData) -> ObservedData:
    """One row for each subset of the predictors, the others missing; bit i of the row's number is predictor i."""
    values = {**observed.signs, **observed.logs}
    subsets = np.arange(2 ** len(values))
    cells = {
        name: np.where((subsets >> index) & 1, value[0], np.nan) for index, (name, value) in enumerate(values.items())
    }
    return ObservedData(
        signs={name: cells[name] for name in observed.signs},
        logs={name: cells[name] for name in observed.logs},
        count=len(subsets),
    )
