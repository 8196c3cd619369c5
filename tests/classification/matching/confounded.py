"""Cohorts in which what decides the label decides the outcome too, with a true effect."""

from __future__ import annotations

import numpy as np
import pandas as pd

EFFECT = 0.5
"""What the label adds to the roughness."""


def cohort(seed: int, count: int = 260, effect: float = EFFECT) -> pd.DataFrame:
    """Older patients, women and cervical lesions have the label more often, and are rougher without it too."""
    rng = np.random.default_rng(seed)
    age = rng.normal(45, 12, count).round(1)
    sex, level = rng.choice(["F", "M"], count), rng.choice(["C", "T", "L"], count, p=[0.3, 0.4, 0.3])
    logit = -1.2 + 0.05 * (age - 45) + 0.5 * (sex == "F") + 0.7 * (level == "C") - 0.4 * (level == "L")
    label = rng.random(count) < 1 / (1 + np.exp(-logit))
    rough = 1 + 0.03 * (age - 45) + 0.4 * (level == "C") + effect * label + rng.normal(0, 1, count)
    edema = rng.random(count) < 1 / (1 + np.exp(0.5 - 0.03 * (age - 45) - label))
    return pd.DataFrame(
        {
            "case_id": [f"c{row:03d}" for row in range(count)],
            "age": age,
            "sex": sex,
            "level": level,
            "intramedullary": label.astype(int),
            "roughness": rough,
            "has_edema": edema,
        }
    )
