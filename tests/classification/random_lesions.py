"""Random contexts: any subset of the model's columns with plausible values; a model of one draw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pnst.classification.evidence_model.parameters import LogNormalParameters, SignParameters
from pnst.evidence.published import Predictor, predictors


def column_values(predictor: Predictor, count: int, rng: np.random.Generator) -> np.ndarray:
    """Values over the whole range that the column may take in a clinic."""
    column = predictor.column
    if column == "size.longest_diameter_mm":
        return rng.lognormal(np.log(50), 0.6, count)
    if predictor.kind == "lognormal":
        return rng.lognormal(np.log(1.7), 0.3, count)
    if column.endswith("_mm"):
        return rng.uniform(0, 30, count)
    if column.endswith("_fraction"):
        return rng.random(count)
    if column.endswith("_count"):
        return rng.integers(0, 4, count).astype(float)
    return rng.integers(0, 2, count).astype(float)


def random_table(count: int, rng: np.random.Generator, present: float = 0.5) -> pd.DataFrame:
    """Every column of `predictors.csv`, each cell there with probability `present`."""
    columns = {p.column: column_values(p, count, rng) for p in predictors()}
    return pd.DataFrame({name: np.where(rng.random(count) < present, x, np.nan) for name, x in columns.items()})


def malignant_direction(predictor: Predictor) -> float:
    """+1 where greater values of the column are the malignant ones."""
    if predictor.axis == "diffusion":
        return -1.0
    return -1.0 if predictor.positive_when.startswith("<") or predictor.positive_when == "is false" else 1.0


def one_draw(p: SignParameters | LogNormalParameters, draw: int) -> SignParameters | LogNormalParameters:
    """The same parameters with this draw alone."""
    pick = slice(draw, draw + 1)
    if isinstance(p, SignParameters):
        return SignParameters(p.malignant[pick], p.benign[pick])
    return LogNormalParameters(p.malignant[pick], p.benign[pick], p.sd[pick], p.pooled)
