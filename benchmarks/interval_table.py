"""The table of what repeating does not show (`SYSTEMATIC`), from the spreads that `coverage.py --calibrate` has kept.

python benchmarks/interval_table.py set_with.csv

Where the repetitions alone hold the truth often enough, a column has no entry. Else the two SDs, in its own unit and as
a share of the value, that make the errors likeliest (Student's density with the degrees of freedom of each case), both
widened by the least factor with which the intervals hold often enough even if one scene more, not yet seen, were
missed: what is fitted to few scenes holds in more of those than of others.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from coverage import informative, spread_of, with_intervals
from scipy.stats import t as student

from pnst.measurement.settings import MeasureSettings, UncertaintySettings
from pnst.measurement.uncertainty import standard_uncertainty, systematic_key

MULTIPLES = (0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.2, 3.3, 5.0)
"""Of the median error: SDs in the column's own unit that are tried. A share alone vanishes with the value."""
SHARES = (0.0, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.1, 0.2, 0.35)
OFTEN = MeasureSettings().uncertainty.level
WIDER = np.geomspace(1.0, 64.0, 43)
DIGITS = 2
Pair = tuple[float, float]


def settings_with(key: str, pair: Pair) -> MeasureSettings:
    """Settings whose table holds that line alone."""
    return MeasureSettings(uncertainty=UncertaintySettings(systematic={key: pair}))


def log_likelihood(key: str, rows: pd.DataFrame, pair: Pair) -> float:
    """Of the errors of a line's columns."""
    settings = settings_with(key, pair).uncertainty
    found = [standard_uncertainty(row.column, row.value, spread_of(row), settings) for row in rows.itertuples()]
    sd, freedom = np.transpose(found)
    sd = np.maximum(sd, 1e-12)
    return float((student.logpdf((rows["value"] - rows["true"]) / sd, freedom) - np.log(sd)).sum())


def share_held(key: str, rows: pd.DataFrame, pair: Pair) -> float:
    """Of the intervals that this pair makes."""
    made = with_intervals(rows, settings_with(key, pair))
    return float(((made["low"] <= made["true"]) & (made["true"] <= made["high"])).mean())


def holds(key: str, rows: pd.DataFrame, pair: Pair) -> bool:
    """Often enough, one more scene counted as missed; of too few scenes for that, always."""
    share, scenes = share_held(key, rows, pair), rows["seed"].nunique()
    return share == 1 or share * scenes / (scenes + 1) >= OFTEN


def pair_of(key: str, rows: pd.DataFrame) -> Pair:
    """The likeliest, widened until the intervals hold; (0, 0) where the repetitions alone do."""
    if share_held(key, rows, (0.0, 0.0)) >= OFTEN:
        return 0.0, 0.0
    error = (rows["value"] - rows["true"]).abs().median()
    tried = [(float(error * multiple), share) for multiple, share in product(MULTIPLES, SHARES)]
    own, share = max(tried, key=lambda pair: log_likelihood(key, rows, pair))
    wider = [(_rounded(own * factor), _rounded(share * factor)) for factor in WIDER]
    return next((pair for pair in wider if holds(key, rows, pair)), wider[-1])


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")


def table(rows: pd.DataFrame) -> Iterator[str]:
    """Lines of the table; a column whose repetitions alone are right has none."""
    rows = informative(rows)
    for key, part in rows.groupby(rows["column"].map(systematic_key), sort=False):
        own, share = pair_of(str(key), part)
        if own or share:
            yield f'    "{key}": ({own:g}, {share:g}),'


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", type=Path)
    for line in table(pd.read_csv(parser.parse_args().csv)):
        print(line, flush=True)
