"""How often the 95 % interval of a trained model holds the true probability, in simulated cohorts.

python benchmarks/training.py              # prints the table
python benchmarks/training.py --markdown   # also writes it into docs/training.md
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from pnst.classification.assess import assess
from pnst.classification.settings import TrainSettings
from pnst.classification.training.train import train

PAGE = Path(__file__).resolve().parents[1] / "docs" / "training.md"
SLOPE, INTERCEPT = 1.2, -0.5
PLACES = np.linspace(-1.5, 1.5, 7)
COHORTS = {120: 40, 300: 20}
"""Lesions in a cohort → how many cohorts."""
SETTINGS = TrainSettings(folds=2, bootstrap=100)  # the outer folds play no part here


def coverage(lesions: int, cohorts: int) -> tuple[float, float]:
    """Share of places where the interval holds the truth, and its standard error over cohorts."""
    held = []
    for seed in range(cohorts):
        rng = np.random.default_rng(seed)
        x, z = rng.normal(size=(2, lesions))
        malignant = rng.random(lesions) < expit(SLOPE * x + INTERCEPT)
        model = train(pd.DataFrame({"y": malignant, "x": x, "z": z}), "y", settings=SETTINGS)
        found = assess(pd.DataFrame({"x": PLACES, "z": 0.0}), model=model)
        truth = expit(SLOPE * PLACES + INTERCEPT)
        held.append(((found["low"] <= truth) & (truth <= found["high"])).mean())
    return float(np.mean(held)), float(np.std(held, ddof=1) / np.sqrt(cohorts))


def table() -> str:
    """The figures as a table."""
    lines = ["| lesions in a cohort | cohorts | 95 % intervals that hold the true probability |", "|---|---|---|"]
    for lesions, cohorts in COHORTS.items():
        share, error = coverage(lesions, cohorts)
        lines.append(f"| {lesions} | {cohorts} | {share:.0%} (standard error {error:.0%}) |")
    return "\n".join(lines)


def main() -> None:
    """Print the table, and write it where it is asked for."""
    text = table()
    print(text)
    if "--markdown" in sys.argv[1:]:
        pattern = re.compile(r"(<!-- begin coverage -->\n).*?(<!-- end coverage -->)", re.DOTALL)
        page = PAGE.read_text(encoding="utf-8")
        intro = "Simulated cohorts whose true probability is known (`benchmarks/training.py`), at seven places:"
        PAGE.write_text(pattern.sub(lambda m: f"{m[1]}\n{intro}\n\n{text}\n\n{m[2]}", page), encoding="utf-8")


if __name__ == "__main__":
    main()
