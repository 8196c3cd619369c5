"""Error of every column against the exact answer, on simulated studies.

python benchmarks/accuracy.py --quick                          # six scenes, under 3 minutes of a core
python benchmarks/accuracy.py --csv rows.csv [--processes 2]   # the whole design; goes on where rows.csv ends
python benchmarks/accuracy.py … --markdown                     # also writes the section of README.md

Every scene is rendered once and measured at SNR 20, 40 and 60 (quick: 20 and 40), each with noise of its own; the
scenes of the whole design have a seed each. A thin lesion spans under six slices.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from accuracy_report import summary
from demands import DEMANDS, SIGNS
from patients import CONTOURS, INTERIORS, PLACES, TUMOURS, Case, of_the_tumour, scene
from tables import machine, write_section

import pnst
from pnst.image import Mask, embed
from pnst.measurement.adc_map import fit_diffusion
from pnst.phantom import GridSpec, Simulated

SNRS: tuple[float, ...] = (20.0, 40.0, 60.0)
QUICK_SNRS = SNRS[:2]
SIZES_MM = (15.0, 30.0, 60.0, 90.0, 120.0)
GRIDS = (
    GridSpec(spacing_mm=(0.6, 0.6, 4.0), plane="axial"),
    GridSpec(spacing_mm=(0.6, 0.6, 4.0), plane="coronal", turn_deg=(-7.0, 4.0, 11.0)),
    GridSpec(spacing_mm=(0.7, 0.8, 3.0), plane="sagittal", turn_deg=(5.0, 9.0, -6.0)),
    GridSpec(spacing_mm=(0.9, 0.8, 5.0), plane="axial", turn_deg=(12.0, -10.0, 20.0)),
    GridSpec(spacing_mm=(0.9, 1.0, 1.1), plane="coronal", turn_deg=(25.0, 15.0, -30.0)),
)
FINE = GridSpec(spacing_mm=(0.5, 0.5, 0.5), plane="axial", turn_deg=(10.0, 20.0, 30.0))
FINE_UP_TO_MM = 30.0
"""Voxels of 0.5 mm on all sides would fill the memory round larger lesions."""
QUICK = (
    ("smooth", 15.0, GRIDS[2]),
    ("smooth", 30.0, GRIDS[0]),
    ("smooth", 60.0, GRIDS[4]),
    ("infiltrating", 30.0, GRIDS[4]),
    ("infiltrating", 60.0, GRIDS[1]),
    ("infiltrating", 100.0, GRIDS[3]),
)
INTERIOR_SIZES_MM = (30.0, 60.0, 90.0)
"""Half of a smaller lesion's voxels lie at its edge, where nothing of its interior is measured."""
PLACE_SIZES_MM = (25.0, 50.0)
PLACE_GRIDS = (GRIDS[1], GRIDS[2], GRIDS[4])
STRIDE = 37
"""Scenes are taken in leaps, so that a part of the design is a fair part of it."""
WHOLE: tuple[Case, ...] = (
    *product(TUMOURS, SIZES_MM, GRIDS),
    *((kind, size, FINE) for kind in TUMOURS for size in SIZES_MM if size <= FINE_UP_TO_MM),
    *product(INTERIORS, INTERIOR_SIZES_MM, GRIDS),
    *product(PLACES | CONTOURS, PLACE_SIZES_MM, PLACE_GRIDS),
)
"""A scene's seed is its place here: more scenes go to the end."""


def rows_of(
    kind: str, size_mm: float, grid: GridSpec, seed: int = 7, snrs: Sequence[float] = QUICK_SNRS
) -> Iterator[dict[str, Any]]:
    """One row a column and noise level: measured, true, and how far it may be off."""
    made = scene(kind, size_mm, grid, seed)
    through = int(np.argmax(grid.spacing_mm))
    others = tuple(axis for axis in range(3) if axis != through)
    thin = int(made.lesion.mask.data.any(axis=others).sum()) < 6
    for snr in snrs:
        study = replace(made, spec=replace(made.spec, snr=snr)).redraw(seed=seed + int(snr))
        m = pnst.measure(study, made.lesion, pnst.MeasureSettings.without_intervals())
        about = {
            "kind": kind,
            "size_mm": size_mm,
            "grid": grid.plane,
            "spacing_mm": str(grid.spacing_mm),
            "seed": seed,
            "snr": snr,
        }
        limits = kind, thin, grid.spacing_mm[through], standard_error(m, study)
        yield from ({**about, "thin": thin, **row} for row in _compared(m, made, *limits))


def standard_error(m: pnst.Measurements, study: pnst.Study) -> float:
    """SD by noise of the mean ADC: of the voxels that were averaged, from the fit's own covariance."""
    solid = m.regions.get("solid")
    if not isinstance(solid, Mask):
        return 0.0
    fit = fit_diffusion(study)
    sd = fit.sd[embed(solid, fit.adc.grid).data]
    return float(np.sqrt(np.square(sd).sum()) / len(sd))


def _compared(
    m: pnst.Measurements, made: Simulated, kind: str, thin: bool, slice_mm: float, error: float
) -> Iterator[dict[str, Any]]:
    measured, truth = m.columns(), made.truth
    for column, demand in DEMANDS.items():
        true = truth.get(column)
        if true is None or not of_the_tumour(kind, column):
            continue
        limit = demand.limit(float(true), thin, slice_mm, error)
        yield {"column": column, "measured": measured.get(column), "true": float(true), "limit": limit}
    for sign, deciding in SIGNS.items():
        threshold = measured.get(f"{sign}_threshold")
        if any(truth.get(c) is not None and threshold and abs(truth[c] / threshold - 1) < 0.1 for c in deciding):
            continue
        if sign not in truth:
            continue
        found = measured.get(sign, "skipped")
        yield {"column": sign, "measured": str(found), "true": str(truth[sign]), "limit": None}


def whole_design(path: Path, processes: int) -> None:
    """Append the rows of every scene that the file does not hold yet; a scene is written whole."""
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    done = set() if not path.exists() else set(pd.read_csv(path, usecols=["seed"])["seed"])
    left = [(seed, case) for seed, case in enumerate(WHOLE, start=1000) if seed not in done]
    left.sort(key=lambda item: item[0] * STRIDE % len(WHOLE))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_scene_rows, case, seed): (seed, case) for seed, case in left}
        for number, future in enumerate(as_completed(waiting), start=1):
            kind, size_mm, grid = waiting[future][1]
            pd.DataFrame(future.result()).to_csv(path, mode="a", header=not path.exists(), index=False)
            print(f"[{number}/{len(left)}] {kind}, {size_mm:g} mm, {grid.plane}", file=sys.stderr, flush=True)


def _scene_rows(case: Case, seed: int) -> list[dict[str, Any]]:
    start = time.process_time()
    rows = list(rows_of(*case, seed=seed, snrs=SNRS))
    return [{**row, "cpu_s": round(time.process_time() - start, 1)} for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--csv", type=Path, help="every single comparison; the whole design goes on where it ends")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--report-only", action="store_true", help="report what the file holds already")
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    options = parser.parse_args()
    if options.quick:
        found = [row for case in QUICK for row in rows_of(*case)]
        rows = pd.DataFrame(found)
        if options.csv:
            rows.to_csv(options.csv, index=False)
        spent, scenes, snrs = time.process_time(), len(QUICK), QUICK_SNRS
    else:
        if not options.csv:
            parser.error("the whole design needs --csv FILE")
        if not options.report_only:
            whole_design(options.csv, options.processes)
        rows = pd.read_csv(options.csv, keep_default_na=False, na_values=[""])
        spent, scenes, snrs = rows.groupby("seed")["cpu_s"].first().sum(), rows["seed"].nunique(), SNRS
    of = f" of {len(WHOLE)}" if not options.quick and scenes < len(WHOLE) else ""
    what = f"{scenes}{of} scenes × SNR {', '.join(f'{snr:g}' for snr in snrs)}; {spent:.0f} s of processor time"
    text = f"{what} ({'quick' if options.quick else 'whole'} design). {machine()}.\n\n{summary(rows)}"
    print(text)
    if options.markdown:
        write_section("accuracy", text)


if __name__ == "__main__":
    main()
