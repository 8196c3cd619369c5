"""Cohorts whose counts are known, for the tests of sites' evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd


def counted_cohort(
    cyst: tuple[int, int] = (12, 3), n: tuple[int, int] = (20, 40), column: str = "override.cyst.present"
) -> pd.DataFrame:
    """Malignant and benign lesions of these numbers, so many of them with a cyst, and diameters in 1 mm steps."""
    present = [row < positive for positive, total in zip(cyst, n, strict=True) for row in range(total)]
    malignant = np.repeat([1, 0], n)
    diameter = 30.0 + np.concatenate([np.arange(total) for total in n]) + 20 * malignant
    return pd.DataFrame(
        {
            "case_id": [f"NAME^{row}" for row in range(sum(n))],
            "malignant": malignant,
            "age": np.arange(sum(n)) % 60 + 20.5,
            column: present,
            "size.longest_diameter_mm": diameter,
        }
    )
