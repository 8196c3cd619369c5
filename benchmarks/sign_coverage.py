"""How often the intervals of the spine, of signs on T2, of nerves, neighbours and perfusion hold the exact answer.

python benchmarks/sign_coverage.py --csv held_out.csv [--number 12] [--family nerve] [--markdown]
python benchmarks/sign_coverage.py --csv set_with.csv --calibrate   # then: interval_table.py set_with.csv

It goes on where the file ends. The scenes of `sign_scenes.py` and `structure_scenes.py`, and spines with a tumour in
the cord, beside it, through a foramen and beside the column, all drawn; each is measured by its own families alone.
Masks are those of the geometry.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from coverage import cells, informative, summary, with_intervals
from sign_scenes import KINDS, drawn
from signs import true_columns
from structure_scenes import SCENES, structured
from tables import machine, write_section

from pnst.measurement.context import Context
from pnst.measurement.family import NotMeasurable
from pnst.measurement.measure import FAMILIES
from pnst.measurement.settings import MeasureSettings, UncertaintySettings
from pnst.measurement.uncertainty import spreads
from pnst.phantom import simulate
from pnst.study import Role
from spines import AXIAL, OBLIQUE, SAGITTAL, SpineCase, spine_case

SPINE = "spine"
OF_THE_SPINE = ("cord", "canal", "bone", "nerve")
OF_ALL = (*KINDS, SPINE, *SCENES)
SET_WITH, HELD_OUT = 200, 300
"""The first seed of either set; those of `signs.py` and of the tests are others."""
Row = dict[str, Any]


def spine_drawn(seed: int) -> SpineCase:
    """One of four places in turn, on voxels of one of three obliquities; sizes and offsets are drawn."""
    rng = np.random.default_rng([seed, 18])
    side = float(rng.choice([-1, 1]))
    places = (_in_the_cord, _beside_the_cord, _through_a_foramen, _beside_the_column)
    lesion, spine = places[seed % 4](rng, side)
    return spine_case(lesion, spine, (OBLIQUE, AXIAL, SAGITTAL)[seed // 4 % 3], (Role.T2,))


Spine = tuple[dict[str, Any], dict[str, Any]]


def _in_the_cord(rng: np.random.Generator, side: float) -> Spine:
    lesion = {"radii_mm": (rng.uniform(2.8, 4.0), rng.uniform(2.6, 3.4), rng.uniform(5, 9))}
    return lesion, {"level": "C5", "cord_edema_mm": rng.uniform(24, 44), "curve_mm": rng.uniform(100, 200)}


def _beside_the_cord(rng: np.random.Generator, side: float) -> Spine:
    lesion = {"radii_mm": (rng.uniform(2.8, 3.6), rng.uniform(3.5, 5.0), rng.uniform(6, 10))}
    spine = {"canal_offset_mm": (side * 4.0, 0.0), "cord_shift_mm": (-side * rng.uniform(3.0, 3.6), 0.0)}
    return lesion, {**spine, "level": "C5", "cord_squeeze": rng.uniform(0.2, 0.4), "foramen_offset_mm": 8.0}


def _through_a_foramen(rng: np.random.Generator, side: float) -> Spine:
    width = rng.uniform(7, 9)
    lesion = {"radii_mm": (width, width, rng.uniform(15, 19)), "tilt_deg": (0.0, 90.0, 0.0), "waist_ratio": 0.55}
    spine = {"canal_offset_mm": (side * rng.uniform(12, 15), -1.0), "foramen_ratio": rng.uniform(1.6, 2.2)}
    return lesion, {**spine, "cord_shift_mm": (-side * 3.0, 0.0), "scallop_mm": rng.uniform(2.5, 5)}


def _beside_the_column(rng: np.random.Generator, side: float) -> Spine:
    half = rng.uniform(9, 14)
    return {"radii_mm": (half, half, rng.uniform(14, 20))}, {"canal_offset_mm": (side * rng.uniform(30, 40), -4.0)}


def contexts(family: str, seed: int) -> tuple[Context, Row, tuple[str, ...]]:
    """What is measured, the true columns, and by which families."""
    settings = MeasureSettings()
    if family == SPINE:
        case = spine_drawn(seed)
        return Context(case.study, case.lesion, settings), dict(case.truth), OF_THE_SPINE
    if family in SCENES:
        scene = structured(family, seed)
        truth = {f"{family}.{name}": value for name, value in scene.truth.items()}
        return Context(scene.study, scene.lesion, settings), truth, (family,)
    _, spec = drawn(family, seed)
    made = simulate(spec, seed)
    truth = {f"{family}.{name}": value for name, value in true_columns(spec, seed, made.study, family).items()}
    return Context(made.study, made.lesion, settings), truth, (family,)


def rows_of(family: str, seed: int) -> Iterator[Row]:
    """One row a column: value, truth and spread."""
    context, truth, names = contexts(family, seed)
    own = [(name, measure) for name, measure in FAMILIES if name in names]
    measured, start = {}, time.process_time()
    for name, measure in own:
        try:
            measured[name] = measure(context).family
        except NotMeasurable as reason:
            print(f"{family} {seed}, {name}: {reason}", file=sys.stderr)
    about = {"scenes": family, "seed": seed, "snr": 0}
    spread = spreads(context, measured, own)
    about["s"] = time.process_time() - start
    for name, columns in spread.items():
        for short, one in columns.items():
            true = truth.get(f"{name}.{short}")
            if isinstance(true, int | float) and not isinstance(true, bool):
                value = getattr(measured[name], short)
                yield {**about, "column": f"{name}.{short}", "value": value, "true": true, **cells(one)}


def measured_rows(families: Sequence[str], first: int, number: int, path: Path) -> pd.DataFrame:
    """All rows of the file; the scenes that it does not hold yet are measured and appended."""
    done: set[tuple[str, int]] = set()
    if path.exists():
        done = set(pd.read_csv(path, usecols=["scenes", "seed"]).itertuples(index=False, name=None))
    for family in families:
        for seed in range(first, first + number):
            if (family, seed) in done:
                continue
            found = pd.DataFrame(rows_of(family, seed))
            found.to_csv(path, mode="a", header=not path.exists(), index=False)
            print(f"{family} {seed}", file=sys.stderr, flush=True)
    return pd.read_csv(path)


def about(rows: pd.DataFrame) -> str:
    """How many scenes there are of each kind, and how often the intervals hold without what repeating does not show."""
    counts = rows.groupby("scenes", sort=False)["seed"].nunique()
    repeated = informative(with_intervals(rows, MeasureSettings(uncertainty=UncertaintySettings(systematic={}))))
    held = (repeated["low"] <= repeated["true"]) & (repeated["true"] <= repeated["high"])
    scenes = ", ".join(f"{name} {number}" for name, number in counts.items())
    return f"Scenes: {scenes}. Of repeating alone the intervals hold {held.mean():.1%}."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--csv", type=Path, required=True, help="every spread; goes on where it ends")
    parser.add_argument("--number", type=int, default=12, help="scenes of each kind (default 12)")
    parser.add_argument("--family", choices=OF_ALL, action="append", help="these scenes alone (default all)")
    parser.add_argument("--calibrate", action="store_true", help="the scenes that the intervals are set with")
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    asked = parser.parse_args()
    first = SET_WITH if asked.calibrate else HELD_OUT
    rows = measured_rows(asked.family or OF_ALL, first, asked.number, asked.csv)
    text = f"{about(rows)} {machine()}.\n\n{summary(with_intervals(rows, MeasureSettings()))}"
    print(text)
    if asked.markdown and not asked.calibrate:
        write_section("sign_coverage", text)


if __name__ == "__main__":
    main()
