"""Random contexts: any subset of the model's columns with plausible values, measured or by a reader; few draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from pnst.classification.evidence_model.likelihood import Likelihood
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.observation import PLAUSIBLE_ADC, observe, observed_data
from pnst.classification.evidence_model.observed import ObservedData
from pnst.classification.evidence_model.parameters import LogNormalParameters, Parameters, SignParameters
from pnst.classification.lesion_table import LesionTable
from pnst.evidence.body import literature
from pnst.evidence.columns import SIGN_OF_COLUMN
from pnst.evidence.published import Predictor, predictors
from pnst.typing import FloatArray

NF1_STATES = (1.0, 0.0, np.nan)


def column_values(predictor: Predictor, count: int, rng: np.random.Generator) -> np.ndarray:
    """Values over the whole range that the column may take in a clinic; an ADC beyond the plausible is no evidence."""
    column = predictor.column
    if column == "size.longest_diameter_mm":
        return rng.lognormal(np.log(50), 0.6, count)
    if predictor.kind == "lognormal":
        return np.clip(rng.lognormal(np.log(1.5), 0.3, count), *PLAUSIBLE_ADC)
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


def with_readers(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """A third of the cells given by a reader instead, and a reader's word on a third of the signs of a number."""
    mixed = table.copy()
    for name in table.columns:
        by_reader = rng.random(len(table)) < 1 / 3
        mixed[f"override.{name}"] = table[name].where(by_reader)
        mixed[name] = table[name].where(~by_reader)
        if name in SIGN_OF_COLUMN:
            word = rng.random(len(table)) < 1 / 3
            values = rng.integers(0, 2, len(table)).astype(float)
            mixed[f"override.{SIGN_OF_COLUMN[name]}"] = np.where(word, values, np.nan)
    return mixed


def random_nf1(count: int, rng: np.random.Generator) -> FloatArray:
    """With it, without it, unknown."""
    return rng.choice(NF1_STATES, count)


def seen(table: pd.DataFrame, nf1: FloatArray | None = None) -> ObservedData:
    """What the likelihood takes of a table."""
    nf1 = np.full(len(table), np.nan) if nf1 is None else nf1
    return observed_data(observe(LesionTable.from_frame(table)), nf1)


def model_of(draws: int = 400, seed: int = 1) -> Likelihood:
    """The default evidence with few draws."""
    return evidence_model(literature(), draws, seed).likelihood


def malignant_direction(predictor: Predictor) -> float:
    """+1 where greater values of the column are the malignant ones."""
    if predictor.axis == "diffusion":
        return -1.0
    return -1.0 if predictor.positive_when.startswith("<") or predictor.positive_when == "is false" else 1.0


def of_one_entity(likelihood: Likelihood, schwannoma: float) -> Likelihood:
    """The same where all benign lesions are schwannomas (1) or neurofibromas (0)."""
    share = np.full_like(likelihood.parameters.schwannoma_share, schwannoma)
    return Likelihood(replace(likelihood.parameters, schwannoma_share=share), likelihood.delta)


def only_draws(likelihood: Likelihood, draws: Sequence[int]) -> Likelihood:
    """The same with these draws alone."""
    index, p = list(draws), likelihood.parameters
    parameters = Parameters(
        {name: _picked(one, index) for name, one in p.predictors.items()},
        p.schwannoma_share[:, index],
        p.conventional_auc[index],
    )
    return Likelihood(parameters, likelihood.delta[index])


def _picked(p: SignParameters | LogNormalParameters, index: list[int]) -> SignParameters | LogNormalParameters:
    benign = {entity: x[index] for entity, x in p.benign.items()}
    if isinstance(p, LogNormalParameters):
        return replace(p, malignant=p.malignant[index], benign=benign, sd=p.sd[index])
    drawn = ("malignant", "sensitivity", "specificity", "large_malignant", "large_benign")
    parts = {name: getattr(p, name) for name in drawn}
    return replace(p, benign=benign, **{name: None if x is None else x[index] for name, x in parts.items()})
