"""What is known of n lesions, as the likelihood takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pnst.typing import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class ObservedData:
    """One entry a predictor that enters; NaN where it is missing in that lesion."""

    signs: Mapping[str, FloatArray]
    """Weights (n, levels) with which each level is observed, absent or lowest first. They sum to 1 for one level or a
    place between two; a reader's word that names several levels gives 1 to each of them."""
    by_reader: Mapping[str, BoolArray]
    """Where (n,) a sign is a reader's own word."""
    logs: Mapping[str, FloatArray]
    """Log (n,) of a value in the sources' unit."""
    count: int
    nf1: FloatArray
    """Of the patient (n,), 1, 0 or NaN for unknown, which decides the mixture of benign entities."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every predictor."""
        return (*self.signs, *self.logs)

    def rows(self, start: int, stop: int) -> ObservedData:
        """Some of the lesions."""
        return ObservedData(
            signs={name: weights[start:stop] for name, weights in self.signs.items()},
            by_reader={name: word[start:stop] for name, word in self.by_reader.items()},
            logs={name: x[start:stop] for name, x in self.logs.items()},
            count=min(stop, self.count) - start,
            nf1=self.nf1[start:stop],
        )

    def lesion(self, row: int) -> ObservedData:
        """One lesion's predictors, those that are missing left out."""
        signs = {name: w[row : row + 1] for name, w in self.signs.items() if not np.isnan(w[row]).any()}
        return ObservedData(
            signs=signs,
            by_reader={name: self.by_reader[name][row : row + 1] for name in signs},
            logs={name: x[row : row + 1] for name, x in self.logs.items() if not np.isnan(x[row])},
            count=1,
            nf1=self.nf1[row : row + 1],
        )
