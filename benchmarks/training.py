"""Trained models on simulated cohorts: do their intervals hold the true probability, and is noise seen as noise?

python benchmarks/training.py [coverage | noise] [--cohorts 40] [--model KIND] [--markdown]    # writes docs/training.md

Every cohort is drawn from the kind of model that is fitted to it, so that the truth is known: a logistic regression on
two features; the evidence score with one feature to correct it; the evidence score on a slope and shift drawn from the
penalty of `recalibrated`. In noise the diagnosis has nothing to do with any column.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from tables import markdown
from threadpoolctl import threadpool_limits

from pnst.classification.metrics.roc import delong
from pnst.classification.settings import TrainSettings
from pnst.classification.training.cross_validation import fold_of_each, held_out_log_odds, outer_splits
from pnst.classification.training.features import EVIDENCE, evidence_log_odds, feature_matrix
from pnst.classification.training.fitting import fit_calibrated
from pnst.classification.training.replicates import leaning, replicates
from pnst.evidence.question import MALIGNANT
from pnst.typing import BoolArray, FloatArray

PAGE = Path(__file__).resolve().parents[1] / "docs" / "training.md"
Z975 = 1.959963984540054
PLACES = 50
"""New lesions of a cohort at which its interval is compared with the truth."""
COVERAGE = (
    ("logistic", 120, 0.0),
    *(("logistic", lesions, signal) for signal in (1.2, 2.4) for lesions in (60, 120, 300)),
    *(("evidence-offset, refused", lesions, 1.0) for lesions in (60, 120)),
    *(("recalibrated", lesions, 1.0) for lesions in (30, 60, 120, 300)),
    ("boosting, refused", 120, 1.2),
)
"""Kind of model, lesions in a cohort, the log-odds that one SD of the feature adds."""
KINDS = ("logistic", "boosting", "evidence-offset", "recalibrated")
NOISE = tuple((kind, lesions) for kind in KINDS for lesions in (30, 100, 200))
SHARE_MALIGNANT = 0.35


def lesions_of(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Lesions without a diagnosis: two columns of the evidence model, and two that it does not know."""
    diameter = np.exp(rng.normal(4.0, 0.45, count))
    adc = np.exp(rng.normal(0.6, 0.3, count))
    x, z = rng.standard_normal((2, count))
    return pd.DataFrame({"size.longest_diameter_mm": diameter, "adc.mean_um2_per_ms": adc, "x": x, "z": z})


def features_of(kind: str) -> list[str]:
    return {"evidence-offset": ["x", EVIDENCE], "recalibrated": [EVIDENCE]}.get(kind, ["x", "z"])


def true_log_odds(kind: str, signal: float, rng: np.random.Generator, lesions: pd.DataFrame) -> FloatArray:
    """Log-odds (n,) of lesions by the kind of model; all lesions of a cohort must be in one call."""
    x = lesions["x"].to_numpy()
    if kind == "evidence-offset":
        return evidence_log_odds(lesions) + signal * x + 0.3
    if kind == "recalibrated":
        settings = TrainSettings()
        slope, shift = rng.normal(signal, settings.slope_sd), rng.normal(0, settings.shift_sd)
        referred = logit(MALIGNANT.prior)
        return referred + shift + max(slope, 0.0) * (evidence_log_odds(lesions) - referred)
    return signal * x - 0.5


def held(kind: str, count: int, signal: float, seed: int) -> tuple[float, float] | None:
    """Share of new lesions whose interval holds the truth, and its mean width; None for a cohort that is refused."""
    rng = np.random.default_rng(seed)
    lesions = lesions_of(count + PLACES, rng)
    model = kind.partition(",")[0]
    truth = true_log_odds(model, signal, rng, lesions)
    malignant = rng.random(count) < expit(truth[:count])
    if min(malignant.sum(), (~malignant).sum()) < (5 if model == "recalibrated" else 10):
        return None
    settings = TrainSettings(model=model)
    matrix, groups = feature_matrix(lesions, features_of(model)), np.arange(count)
    fitted = fit_calibrated(matrix[:count], malignant, groups, settings)
    # What an interval would be, if it were not refused, is that of a logistic regression: by refits.
    by_refits = settings.model_copy(update={"model": "logistic"}) if "," in kind else settings
    drawn = tuple(replicates(fitted, matrix[:count], malignant, groups, by_refits))
    leans = (
        0.0
        if fitted.lines
        else leaning(fitted.log_odds(matrix[:count]), [one.log_odds(matrix[:count]) for one in drawn])
    )
    found, new = fitted.log_odds(matrix[count:]), matrix[count:]
    spread = np.std([one.log_odds(new) for one in drawn], axis=0, ddof=1)
    half = Z975 * np.hypot(spread, leans * (found - logit(malignant.mean())))
    width = expit(found + half) - expit(found - half)
    return float(np.mean(np.abs(found - truth[count:]) <= half)), float(width.mean())


def coverage(cohorts: int, only: str) -> Iterator[tuple[object, ...]]:
    for kind, count, signal in (row for row in COVERAGE if row[0].startswith(only)):
        rows = np.array([row for seed in range(cohorts) if (row := held(kind, count, signal, seed)) is not None])
        error = rows[:, 0].std(ddof=1) / np.sqrt(len(rows))
        row = (
            kind,
            count,
            f"{signal:g}",
            len(rows),
            f"{rows[:, 0].mean():.1%} ± {error:.1%}",
            f"{rows[:, 1].mean():.2f}",
        )
        print(*row, flush=True)
        yield row


def noise_areas(kind: str, count: int, seed: int) -> tuple[float, float, bool]:
    """Of a diagnosis that no column knows: the area over all pairs, within folds, and whether its interval holds ½."""
    rng = np.random.default_rng(seed)
    malignant: BoolArray = rng.permutation(np.arange(count) < round(SHARE_MALIGNANT * count))
    settings, groups = TrainSettings(model=kind, inner_folds=3), np.arange(count)
    matrix = feature_matrix(lesions_of(count, rng), features_of(kind))
    splits = outer_splits(malignant, groups, None, settings)
    log_odds, _ = held_out_log_odds(matrix, malignant, groups, splits, settings)
    within = delong(log_odds[None], malignant, fold_of_each(splits))
    low, high = within.interval() or (0.5, 0.5)
    return float(delong(log_odds[None], malignant).areas[0]), float(within.areas[0]), low <= 0.5 <= high


def noise(cohorts: int, only: str) -> Iterator[tuple[object, ...]]:
    for kind, count in (row for row in NOISE if row[0].startswith(only)):
        rows = np.array([noise_areas(kind, count, seed) for seed in range(cohorts)], dtype=float)
        mean, error = rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(cohorts)
        row = (kind, count, cohorts, *(f"{mean[i]:.3f} ± {error[i]:.3f}" for i in (0, 1)), f"{mean[2]:.0%}")
        print(*row, flush=True)
        yield row


TABLES = {
    "coverage": (
        coverage,
        ("model", "lesions", "signal", "cohorts", "95 % intervals that hold the truth", "mean width"),
    ),
    "noise": (noise, ("model", "lesions", "cohorts", "AUC, all pairs", "AUC within folds", "intervals that hold .5")),
}


def main() -> None:
    """Print the tables, and write them where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", nargs="*", default=list(TABLES), help="coverage, noise")
    parser.add_argument("--cohorts", type=int, default=40)
    parser.add_argument("--model", default="", help="one kind alone")
    parser.add_argument("--markdown", action="store_true", help="write docs/training.md")
    options = parser.parse_args()
    for name in options.which:
        rows, header = TABLES[name]
        with threadpool_limits(1):
            text = markdown(header, rows(options.cohorts, options.model))
        if options.markdown:
            pattern = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
            page = PAGE.read_text(encoding="utf-8")
            PAGE.write_text(pattern.sub(lambda m, t=text: f"{m[1]}\n{t}\n\n{m[2]}", page), encoding="utf-8")


if __name__ == "__main__":
    main()
