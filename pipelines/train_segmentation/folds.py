"""Who is left out when."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def fold_of(names: Sequence[str], folds: int) -> dict[str, int]:
    """Which fold each case is left out in: by patient, as each case is one."""
    shuffled = np.random.default_rng(7).permutation(sorted(names))
    return {str(name): index % folds for index, name in enumerate(shuffled)}
