"""What a trial found against what is true: signs, values, Dice, and the area that is lost between the two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import logit
from trial import Trial

import pnst
from pnst.classification.metrics.roc import bootstrap_areas, delong
from pnst.phantom import definitions
from pnst.phantom.description import describe
from pnst.phantom.facets import concavities, facets
from pnst.phantom.geometry import MESH_ROWS, longest_diameter
from pnst.phantom.shape import Shape
from pnst.typing import BoolArray, FloatArray

CLOSE = 0.10
"""A truth that lies within this share of a threshold may fall on either side of it."""
RESAMPLES = 2000
Z975 = 1.96
THRESHOLDS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "margin.ill_defined": {"margin.ill_defined_fraction": definitions.ILL_DEFINED_FRACTION},
        "margin.lobulated": {"margin.lobulation": 1.0},
        "edema.present": {"edema.volume_ml": definitions.EDEMA_ML, "edema.index": definitions.EDEMA_LESION_FRACTION},
        "split_fat.applicable": {},
        "split_fat.present": {"split_fat.best": definitions.COVERAGE},
        "target.present": {
            "target.rim_core_ratio": definitions.RIM_CORE_RATIO,
            "target.core_variation": definitions.CORE_VARIATION,
        },
        "enhancement.peripheral": {"enhancement.rim_core_ratio": definitions.PERIPHERAL_RATIO},
        "cyst.present": {"cyst.volume_ml": definitions.CYST_ML, "cyst.fraction": definitions.CYST_LESION_FRACTION},
        "t1_high.present": {
            "t1_high.volume_ml": definitions.BLOOD_ML,
            "t1_high.fraction": definitions.BLOOD_LESION_FRACTION,
        },
    }
)
"""Sign → the values that decide it, with their thresholds."""
VALUES = (
    "size.longest_diameter_mm",
    "size.craniocaudal_mm",
    "size.volume_ml",
    "margin.irregularity",
    "margin.solidity",
    "margin.deep_lobulations_count",
    "margin.ill_defined_fraction",
    "margin.edge_width_mm",
    "edema.max_extent_mm",
    "edema.volume_ml",
    "split_fat.coverage_fraction",
    "split_fat.pole_coverage_fraction",
    "cyst.fraction",
    "t1_high.fraction",
    "target.rim_core_ratio",
    "enhancement.rim_core_ratio",
    "adc.mean_um2_per_ms",
    "adc.dark_um2_per_ms",
)
RELATIVE = ("size.volume_ml", "edema.volume_ml")
"""Compared as a share of the truth: their error grows with them."""


@dataclass(frozen=True)
class Found:
    """One way's measurements beside the truth, by case."""

    truth: pd.DataFrame
    measured: pd.DataFrame
    malignant: BoolArray

    @classmethod
    def of(cls, trial: Trial, way: str) -> Found:
        """Both with derived columns; a case that failed has none."""
        cohort = trial.truth().set_index("case")
        named = [name for name in cohort if str(name).startswith("truth.")]
        truth = cohort[named].rename(columns=lambda name: str(name).removeprefix("truth."))
        measured = trial.measured(way).reindex(cohort.index)
        studies = (trial.studies / study for study in cohort["study"])
        truth["margin.lobulation"] = [lobulation(folder / "description.toml") for folder in studies]
        return cls(_derived(truth), _derived(measured), (cohort["diagnosis"] == "malignant").to_numpy())


def _derived(table: pd.DataFrame) -> pd.DataFrame:
    """With the values that decide a sign and are no columns of their own."""
    more: dict[str, Any] = {}
    more["margin.lobulated"] = (table["margin.deep_lobulations_count"] >= 2).where(
        table["margin.deep_lobulations_count"].notna()
    )
    coverage = table[["split_fat.coverage_fraction", "split_fat.pole_coverage_fraction"]]
    more["split_fat.best"] = coverage.astype(float).max(axis=1)
    for name in ("cyst", "t1_high"):
        more[f"{name}.volume_ml"] = table[f"{name}.fraction"].astype(float) * table["size.volume_ml"].astype(float)
    return pd.concat([table, pd.DataFrame(more)], axis=1)


@cache
def lobulation(description: Path) -> float:
    """Depth of the second deepest lobulation ÷ what counts as deep: 0 below 0.9 of it, 2 above 1.1, else 1."""
    described = describe(description)
    shape = Shape(described.spec.lesion, np.random.default_rng([described.seed, 0]))
    mesh, deep_mm = facets(shape, MESH_ROWS // 3), definitions.DEEP_FRACTION * longest_diameter(shape)
    few, many = (concavities(mesh, factor * deep_mm)[1] >= 2 for factor in (1 - CLOSE, 1 + CLOSE))
    return 2.0 if many else 1.0 if few else 0.0


# Signs


def signs(found: Found) -> Iterator[dict[str, Any]]:
    """One row a sign: how many lesions it can be judged in, and in how many of them it is right."""
    for sign, thresholds in THRESHOLDS.items():
        truth, told = _flags(found.truth[sign]), _flags(found.measured[sign])
        known, close = ~np.isnan(truth), _close(found.truth, thresholds)
        judged = known & ~close & ~np.isnan(told)
        right, wrong = judged & (truth == told), judged & (truth != told)
        yield {
            "sign": sign,
            "present": int((judged & (truth == 1)).sum()),
            "absent": int((judged & (truth == 0)).sum()),
            "right": int(right.sum()),
            "share": float(right.sum() / max(judged.sum(), 1)),
            "missed": int((wrong & (truth == 1)).sum()),
            "invented": int((wrong & (truth == 0)).sum()),
            "close": int((known & close).sum()),
            "not told": int((known & ~close & np.isnan(told)).sum()),
            "wrong in": ", ".join(found.truth.index[wrong]),
        }


def _close(truth: pd.DataFrame, thresholds: Mapping[str, float]) -> BoolArray:
    close = np.zeros(len(truth), dtype=bool)
    for column, threshold in thresholds.items():
        close |= (np.abs(truth[column].astype(float) / threshold - 1) <= CLOSE).to_numpy()
    return close


def _flags(cells: pd.Series[Any]) -> FloatArray:
    """(n,) 1, 0 or NaN."""
    known = {True: 1.0, False: 0.0, "True": 1.0, "False": 0.0, "true": 1.0, "false": 0.0}
    return np.array([known.get(cell, np.nan) for cell in cells])


# Values


def values(found: Found) -> Iterator[dict[str, Any]]:
    """Bland and Altman (1986): the mean of measured − true, and the limits within which 95 % of it lies."""
    for column in VALUES:
        both = pd.concat([found.truth[column], found.measured[column]], axis=1, keys=["true", "measured"])
        both = both.astype(float).dropna()
        error = both["measured"] - both["true"]
        if column in RELATIVE:
            error = (100 * error / both["true"])[both["true"] > 0]
        middle, sd = float(error.mean()), float(error.std(ddof=1))
        limits = {"low": middle - Z975 * sd, "high": middle + Z975 * sd}
        unit = "%" if column in RELATIVE else ""
        yield {"value": column, "unit": unit, "n": len(error), "bias": middle, **limits, "median": error.abs().median()}


def dice(trial: Trial, way: str) -> pd.Series[Any]:
    """Of the measured lesions with the expert's masks, by case."""

    shares = {}
    for row in trial.truth().to_dict("records"):
        file = trial.out / way / "parts" / row["case"] / "lesion.nii.gz"
        if not file.exists():
            continue
        study = pnst.read_study(trial.studies / row["study"])
        expert = pnst.read_lesion(trial.studies / row["lesion"], study).mask
        own = pnst.read_lesion(file, study).mask
        if own.grid.shape != expert.grid.shape or not np.allclose(own.grid.affine, expert.grid.affine, atol=1e-3):
            own = own.onto(expert.grid)
        shares[row["case"]] = 2 * np.count_nonzero(own.data & expert.data) / (own.count + expert.count)
    return pd.Series(shares, dtype=float)


# Scores


@dataclass(frozen=True)
class Loss:
    """Areas of the true values and of the images, and what lies between them."""

    true: tuple[float, tuple[float, float]]
    images: tuple[float, tuple[float, float]]
    lost: float
    interval: tuple[float, float]
    """95 %, patients drawn again."""
    unscored: int
    """Cases without a score, which count as ½."""


def loss(found: Found, seed: int = 1) -> Loss:
    """The same evidence model asked with the truth in place of what was measured."""
    scores = np.stack([true_scores(found.truth), found.measured["probability"].astype(float).to_numpy()])
    unscored = int(np.isnan(scores[1]).sum())
    scores = logit(np.where(np.isnan(scores), 0.5, scores))
    of = delong(scores, found.malignant)
    areas = [(float(of.areas[i]), of.interval(i) or (np.nan, np.nan)) for i in range(2)]
    return Loss(areas[0], areas[1], areas[0][0] - areas[1][0], _bootstrap(scores, found.malignant, seed), unscored)


def true_scores(truth: pd.DataFrame) -> FloatArray:
    """Probability (n,) of the columns that the measurements have, at their true values."""
    columns = {name: truth[name] for name in truth if name not in NOT_MEASURED}
    return np.asarray(pnst.assess(pd.DataFrame(columns))["probability"], dtype=float)


NOT_MEASURED = ("margin.lobulated", "margin.lobulation", "split_fat.best", "cyst.volume_ml", "t1_high.volume_ml")


def _bootstrap(scores: FloatArray, malignant: BoolArray, seed: int) -> tuple[float, float]:
    """Of the first area less the second, over the same resamples of patients."""
    patients = np.arange(len(malignant))
    first, second = (bootstrap_areas(row, malignant, patients, RESAMPLES, seed) for row in scores)
    low, high = np.percentile(first - second, (2.5, 97.5))
    return float(low), float(high)
