"""How near the signs that are read on T2 come to the truth of simulated tumours.

python benchmarks/signs.py --studies FOLDER --csv FILE [--first 100] [--number 20] [--family rim] [--markdown]

The studies are simulated into FOLDER where they are not there yet; what FILE holds already is not measured again.
Scenes 0 to 9 of each family were looked at while
the measurements were written; those from 100 on were not.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tomli_w
from sign_scenes import KINDS, drawn
from tables import machine, markdown, write_section

import pnst
from pnst.measurement.context import Context
from pnst.measurement.family import NotMeasurable
from pnst.measurement.measure import FAMILIES
from pnst.measurement.settings import MeasureSettings
from pnst.phantom import Spec, simulate
from pnst.phantom.geometry import moments
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.sign_truth import sign_truth
from pnst.phantom.surface import sample

MEASURES = dict(FAMILIES)
NEAR_THRESHOLD = 0.1
"""A sign whose truth lies nearer to its threshold than this share of it may go either way."""
DECIDES = {
    "fascicular": ("count", 5.0),
    "flow_voids": ("length_mm", 20.0),
    "haemosiderin": ("cap_fraction", 0.2),
}
TOLERANCE = {
    "count": (1.0, 0.05),
    "fraction": (0.05, 0.0),
    "length_mm": (1.6, 0.05),
    "calibre_mm": (0.7, 0.0),
    "_ml": (0.002, 0.05),
}
"""End of a column → how far from the truth it may lie: in its unit, or as a share where that is more."""


def study_of(folder: Path, family: str, seed: int) -> tuple[str, Path]:
    """The kind of a scene and the folder that holds it and its truth, simulated if need be."""
    kind, spec = drawn(family, seed)
    place = folder / f"{family}_{seed}"
    if not place.exists():
        made = simulate(spec, seed)
        pnst.write_study(made.study, place, format="nifti", lesions=[made.lesion])
    if not (place / "truth.toml").exists():
        truth = true_columns(spec, seed, pnst.read_study(place), family)
        text = tomli_w.dumps({name: value for name, value in truth.items() if value is not None})
        (place / "truth.toml").write_text(text, encoding="utf-8")
    return kind, place


def true_columns(spec: Spec, seed: int, study: pnst.Study, family: str) -> dict[str, Any]:
    """The truth of one family, as the voxels of its T2 series show it; without the other families' it takes seconds."""
    scene = Scene(Shape(spec.lesion, np.random.default_rng([seed, 0])), spec.surround)
    surface = sample(scene.shape, float(scene.shape.radii.max()) * np.pi / 96)
    grid = next(study.series[role].volume.grid for role in (pnst.Role.T2, pnst.Role.T2_FS) if role in study.series)
    return sign_truth(scene, surface, moments(scene.shape, surface), grid, grid)[family]


def rows_of(folder: Path, family: str, seed: int) -> Iterator[dict[str, Any]]:
    """One row a column of the scene's own family."""
    kind, place = study_of(folder, family, seed)
    truth = tomllib.loads((place / "truth.toml").read_text(encoding="utf-8"))
    study = pnst.read_study(place)
    lesion = pnst.read_lesion(place / "lesion.nii.gz", study)
    context = Context(study, lesion, MeasureSettings.without_intervals())
    for series in study.series.values():
        context.reference_tissue.muscle(series)  # what families share
    start = time.process_time()
    try:
        measured = MEASURES[family](context).family.columns()
    except NotMeasurable as reason:
        yield {"family": family, "kind": kind, "seed": seed, "column": "skipped", "value": str(reason)}
        return
    seconds = time.process_time() - start
    for column, true in truth.items():
        about = {"family": family, "kind": kind, "seed": seed, "column": column, "s": seconds}
        yield about | {"value": measured.get(column), "true": true, "clear": _clear(family, column, truth)}


def _clear(family: str, column: str, truth: dict[str, Any]) -> bool:
    """Whether the truth is far enough from its threshold for a sign to be held against it."""
    if column != "present" or family not in DECIDES:
        return True
    name, threshold = DECIDES[family]
    return abs(float(truth[name]) - threshold) > NEAR_THRESHOLD * threshold


def _as_measured(value: Any) -> Any:
    """A value of the table, as it was before it was written."""
    words = {"True": True, "False": False, "nan": None, "": None, "None": None}
    text = str(value)
    if text in words:
        return words[text]
    try:
        return float(text)
    except ValueError:
        return text


def good(row: pd.Series) -> bool:
    """Whether a value lies within its tolerance; a sign must be the same."""
    if isinstance(row["true"], bool) or row["value"] is None:
        return bool(row["value"] == row["true"])
    own, share = next(limits for end, limits in TOLERANCE.items() if row["column"].endswith(end))
    return abs(row["value"] - row["true"]) <= max(own, share * abs(row["true"]))


def table(rows: pd.DataFrame) -> str:
    """One line a family and column: how many are right, and the errors."""
    lines = []
    for (family, column), part in rows[rows["column"] != "skipped"].groupby(["family", "column"], sort=False):
        clear = part[part["clear"]]
        right = int(clear.apply(good, axis=1).sum())
        numeric = not isinstance(part["true"].iloc[0], bool)
        error = (part["value"] - part["true"]).astype(float).abs() if numeric else None
        worst = f"{error.max():.3g}" if error is not None else "–"
        median = f"{error.median():.3g}" if error is not None else "–"
        lines.append((f"`{family}.{column}`", f"{right} of {len(clear)}", median, worst))
    return markdown(("column", "right", "median error", "worst error"), lines)


def main() -> None:
    """Measure every scene and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--studies", type=Path, required=True)
    arguments.add_argument("--csv", type=Path)
    arguments.add_argument("--first", type=int, default=100)
    arguments.add_argument("--number", type=int, default=20)
    arguments.add_argument("--family", choices=list(KINDS), action="append")
    arguments.add_argument("--each", action="store_true", help="print every value")
    arguments.add_argument("--simulate-only", action="store_true")
    arguments.add_argument("--markdown", action="store_true", help="write the table into README.md")
    chosen = arguments.parse_args()
    known = pd.read_csv(chosen.csv) if chosen.csv and chosen.csv.exists() else pd.DataFrame()
    done = set() if known.empty else set(zip(known["family"], known["seed"], strict=True))
    rows: list[dict[str, Any]] = []
    for seed in range(chosen.first, chosen.first + chosen.number):
        for family in chosen.family or KINDS:
            if chosen.simulate_only:
                study_of(chosen.studies, family, seed)
            elif (family, seed) not in done:
                rows += list(rows_of(chosen.studies, family, seed))
                if chosen.csv:
                    pd.concat([known, pd.DataFrame(rows)]).to_csv(chosen.csv, index=False)
    if chosen.simulate_only:
        return
    results = pd.concat([known, pd.DataFrame(rows)]).astype({"value": object, "true": object})
    for column in ("value", "true"):
        results[column] = results[column].map(_as_measured)
    if chosen.each:
        print(results.to_string())
    times = results.groupby("family")["s"].median()
    seconds = ", ".join(f"{name} {s:.2f}" for name, s in times.items())
    text = f"{table(results)}\n\nProcessor seconds, median: {seconds}. {machine()}."
    print(text)
    if chosen.markdown:
        write_section("signs", text)


if __name__ == "__main__":
    main()
