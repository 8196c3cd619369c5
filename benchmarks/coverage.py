"""How often the interval beside each number holds the exact answer, on simulated studies.

python benchmarks/coverage.py --csv held_out.csv [--markdown]   # goes on where the file ends
python benchmarks/coverage.py --csv set_with.csv --calibrate    # the scenes that the intervals are set with

An interval of 95 % should hold the truth in 90 to 99 % of cases. One that holds it always is too wide to be of use.
The file keeps how far each repetition landed from the value: intervals are made when the table is.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from drawn import HELD_OUT, SET_WITH, Scenes
from patients import Case, of_the_tumour, scene
from tables import machine, markdown, write_section

from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable
from pnst.measurement.measure import FAMILIES
from pnst.measurement.settings import MeasureSettings
from pnst.measurement.uncertainty import Spread, interval, spreads, systematic_key

FALL_BY_NOISE = {"adc.min_um2_per_ms", "adc.dark_um2_per_ms"}
"""Their truth is noiseless: what noise alone makes of them stands beside them."""
SQUARES = "square"
"""Columns of the file that begin so hold the squared distances of the repetitions."""


def rows_of(case: Case, seed: int, snrs: tuple[float, ...]) -> Iterator[dict[str, Any]]:
    """One row a column and noise level: value, truth and spread."""
    made = scene(*case, seed)
    kind, size_mm, grid = case
    for snr in snrs:
        study = replace(made, spec=replace(made.spec, snr=snr)).redraw(seed=seed + int(snr))
        start = time.process_time()
        context = Context(study, made.lesion, MeasureSettings())
        measured = dict(_measured(context))
        spread = spreads(context, measured, FAMILIES)
        about = {"seed": seed, "kind": kind, "size_mm": size_mm, "spacing_mm": str(grid.spacing_mm), "snr": snr}
        about["s"] = time.process_time() - start
        for name, columns in spread.items():
            for short, one in columns.items():
                column = f"{name}.{short}"
                true = made.truth.get(column)
                numeric = isinstance(true, int | float) and not isinstance(true, bool)
                if numeric and column not in FALL_BY_NOISE and of_the_tumour(kind, column):
                    yield {**about, "column": column, "value": getattr(measured[name], short), "true": true} | cells(
                        one
                    )


def _measured(context: Context) -> Iterator[tuple[str, Family]]:
    for name, measure_family in FAMILIES:
        try:
            yield name, measure_family(context).family
        except NotMeasurable:
            continue


def cells(spread: Spread) -> dict[str, float | None]:
    squares = {f"{SQUARES}_{number}": square for number, square in enumerate(spread.squares, start=1)}
    return {"control": spread.control, **squares}


def spread_of(row: Any) -> Spread:
    """What `cells` wrote of it."""
    squares = [getattr(row, name) for name in row._fields if name.startswith(SQUARES)]
    control = None if np.isnan(row.control) else row.control
    return Spread(squares=tuple(square for square in squares if np.isfinite(square)), control=control)


def with_intervals(rows: pd.DataFrame, settings: MeasureSettings) -> pd.DataFrame:
    """The rows with the ends of the interval that the settings make of each spread; those without one are left out."""
    ends = []
    for row in rows.itertuples():
        spread = spread_of(row)
        seen = 2 * len(spread.squares) >= settings.uncertainty.repetitions
        ends.append(interval(row.column, row.value, spread, settings.uncertainty) if seen else (np.nan, np.nan))
    low, high = np.transpose(ends)
    return rows.assign(low=low, high=high).dropna(subset=["low"])


def informative(rows: pd.DataFrame) -> pd.DataFrame:
    """Of what is not there, or everywhere, an interval from nothing to nothing says nothing; a count always counts."""
    return rows[(rows["value"] != rows["true"]) | rows["column"].str.endswith("_count")]


def summary(rows: pd.DataFrame) -> str:
    """One line a column (of those by structure one for all): how often the interval holds the truth, how wide it is."""
    rows = informative(rows).assign(column=lambda rows: rows["column"].map(systematic_key))
    held = (rows["low"] <= rows["true"]) & (rows["true"] <= rows["high"])
    lines = []
    for column, part in rows.groupby("column", sort=False):
        half = (part["high"] - part["low"]) / 2
        error = (part["value"] - part["true"]).abs()
        shown = f"{held[part.index].mean():.0%}", f"{half.median():.3g}", f"{error.median():.3g}", len(part)
        lines.append((f"`{column}`", *shown, part["seed"].nunique()))
    lines.append(("**all**", f"{held.mean():.1%}", "", "", len(rows), rows["seed"].nunique()))
    return markdown(("column", "holds the truth", "half width, median", "error, median", "cases", "scenes"), lines)


def measured_rows(scenes: Scenes, path: Path) -> pd.DataFrame:
    """The rows of every scene; those that the file does not hold yet are measured and appended."""
    done = set(pd.read_csv(path, usecols=["seed"])["seed"]) if path.exists() else set()
    for seed, case in enumerate(scenes.cases, start=scenes.first_seed):
        if seed in done:
            continue
        found = pd.DataFrame(rows_of(case, seed, scenes.snrs))
        found.to_csv(path, mode="a", header=not path.exists(), index=False)
        place = f"[{seed - scenes.first_seed + 1}/{len(scenes.cases)}]"
        print(f"{place} {case[0]}, {case[1]:g} mm", file=sys.stderr, flush=True)
    return pd.read_csv(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--csv", type=Path, required=True, help="every spread; goes on where it ends")
    parser.add_argument("--calibrate", action="store_true", help="the scenes that the intervals are set with")
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    options = parser.parse_args()
    scenes = SET_WITH if options.calibrate else HELD_OUT
    rows = measured_rows(scenes, options.csv)
    seconds = rows.groupby(["seed", "snr"])["s"].first()
    settings = MeasureSettings()
    text = (
        f"{rows['seed'].nunique()} scenes × SNR {', '.join(f'{snr:g}' for snr in scenes.snrs)}, "
        f"{settings.uncertainty.repetitions} repetitions, {np.median(seconds):.1f} s of processor time a measurement. "
        f"{machine()}.\n\n{summary(with_intervals(rows, settings))}"
    )
    print(text)
    if options.markdown and not options.calibrate:
        write_section("coverage", text)


if __name__ == "__main__":
    main()
