"""Which slices, signal-to-noise ratio and b-values each predictor needs: the same patients before several scanners.

python protocol.py out [--patients 12] [--workers 2] [--markdown]      # --markdown: into README.md
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from score import THRESHOLDS, Found, signs
from trial import SCANNER, Trial

import pnst

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from demands import DEMANDS
from tables import markdown, write_section

ARMS = Path(__file__).with_name("protocol.toml")
README = Path(__file__).with_name("README.md")
AS_IT_IS = "config.toml"
RIGHT = 0.97
"""Share of the lesions in which a sign must be right."""


JUDGED = (
    "size.longest_diameter_mm",
    "size.volume_ml",
    "margin.irregularity",
    "margin.ill_defined_fraction",
    "margin.edge_width_mm",
    "edema.max_extent_mm",
    "split_fat.coverage_fraction",
    "adc.mean_um2_per_ms",
)
"""The values that are held against the accuracy that the project demands."""
DECILE = 0.9
"""Of the errors: nine lesions of ten are nearer."""


def arms(out: Path, patients: int, workers: int | None) -> Iterator[tuple[str, Trial]]:
    """The scanner as it is, and each arm of `protocol.toml`."""
    with ARMS.open("rb") as stream:
        changes = tomllib.load(stream)
    for name, change in {AS_IT_IS: {}, **changes}.items():
        folder = out / re.sub(r"[^a-z0-9]+", "_", name.lower())
        yield name, Trial(folder, patients, patients, scanner=(SCANNER, change), workers=workers)


def table(found: Mapping[str, Found]) -> str:
    """One row a predictor, one column an arm; in bold where it holds."""
    right = {name: {row["sign"]: row for row in signs(of)} for name, of in found.items()}
    rows: list[Sequence[str]] = [
        [sign, *(_share(right[name][sign]) for name in found)]
        for sign in THRESHOLDS
        if any(right[name][sign]["right"] for name in found)
    ]
    rows += [[column, *(_ratio(found[name], column) for name in found)] for column in JUDGED]
    return markdown(["predictor", *found], rows)


def _share(row: Mapping[str, object]) -> str:
    """Of the lesions in which the sign is clear: those in which it is told, and right."""
    right, told, silent = int(str(row["right"])), int(str(row["present"])) + int(str(row["absent"])), row["not told"]
    clear = told + int(str(silent))
    text = f"{right}/{clear}"
    return f"**{text}**" if right >= RIGHT * clear else text


def _ratio(found: Found, column: str) -> str:
    """The ninth decile of the errors, as a multiple of what is allowed."""
    both = pd.concat([found.truth[column], found.measured[column]], axis=1).astype(float)
    known = both[both.iloc[:, 0].notna()]
    told = known.dropna().to_numpy()
    if not len(told):
        return "not measured"
    off = [
        abs(ours - true) / DEMANDS[column].limit(true, thin=False, slice_mm=0.0, standard_error=0.0)
        for true, ours in told
    ]
    ratio = float(np.quantile(off, DECILE))
    lacking = f" ({len(known) - len(told)} not told)" if len(told) < len(known) else ""
    return (f"**{ratio:.1f}**" if ratio <= 1 else f"{ratio:.1f}") + lacking


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 2 nothing to run on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--patients", type=int, default=12, help="of each class (default 12)")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--markdown", action="store_true")
    asked = parser.parse_args(arguments)
    found = {}
    try:
        for name, trial in arms(asked.out, asked.patients, asked.workers):
            trial.run(["expert"])
            found[name] = Found.of(trial, "expert")
    except pnst.PnstError as error:
        print(error, file=sys.stderr)
        return 2
    text = table(found)
    print(text)
    if asked.markdown:
        write_section("protocol", text, README)
    return 0


if __name__ == "__main__":
    sys.exit(main())
