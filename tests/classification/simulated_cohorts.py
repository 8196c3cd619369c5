"""Simulated cohorts with a known diagnosis: patients with one or more lesions, half a dozen measured columns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pnst.classification.settings import TrainSettings

QUICK = TrainSettings(folds=3, inner_folds=3, replicates=10, inverse_penalties=(0.01, 1.0), bootstrap=200)
"""Enough to see that it works."""


def cohort(lesions: int = 90, seed: int = 0, missing: float = 0.25) -> pd.DataFrame:
    """A table as `pnst` measures it; the class acts on size, oedema and ADC, and not on texture or age."""
    rng = np.random.default_rng(seed)
    patients = lesions * 4 // 5
    patient = np.concatenate([np.arange(patients), rng.integers(0, patients, lesions - patients)])
    malignant = (rng.random(patients) < 0.4)[patient]
    severity = rng.standard_normal(lesions) + np.where(malignant, 1.0, -1.0)
    adc = np.exp(rng.normal(np.where(malignant, 0.36, 0.79), 0.25))
    return pd.DataFrame(
        {
            "patient": [f"P{number:03d}" for number in patient],
            "malignant": malignant.astype(int),
            "size.longest_diameter_mm": np.exp(rng.normal(3.9 + 0.25 * severity, 0.4)),
            "edema.max_extent_mm": np.clip(8 + 6 * severity + rng.normal(0, 5, lesions), 0, None),
            "adc.mean_um2_per_ms": np.where(rng.random(lesions) < missing, np.nan, adc),
            "heterogeneity.variation_t1": rng.random(lesions),
            "nf1": rng.random(lesions) < 0.5,
            "age": rng.integers(8, 80, lesions).astype(float),
            "location": rng.choice(["limb", "trunk"], lesions),
        }
    )
