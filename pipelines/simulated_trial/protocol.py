"""Which slices, signal-to-noise ratio and b-values each predictor needs: the same patients before several scanners.

python protocol.py out [--patients 12] [--workers 2] [--markdown]      # --markdown: into README.md
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from score import THRESHOLDS, Found, signs
from trial import SCANNER, Trial

import pnst

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from tables import markdown, write_section

ARMS = Path(__file__).with_name("protocol.toml")
README = Path(__file__).with_name("README.md")
AS_IT_IS = "config.toml"
RIGHT = 0.97
"""Share of the lesions in which a sign must be right."""


@dataclass(frozen=True)
class Demand:
    """How far off a value may be in nine lesions of ten: by so much, or by such a share of the truth."""

    absolute: float = 0.0
    share: float = 0.0

    def met(self, true: np.ndarray, error: np.ndarray) -> float:
        """The ninth decile of the errors, in units of what is allowed."""
        allowed = np.maximum(self.absolute, self.share * np.abs(true))
        return float(np.quantile(np.abs(error) / allowed, 0.9))


DEMANDS = {
    "size.longest_diameter_mm": Demand(share=0.03),
    "size.volume_ml": Demand(share=0.03),
    "margin.irregularity": Demand(absolute=0.01),
    "margin.ill_defined_fraction": Demand(absolute=0.05),
    "margin.edge_width_mm": Demand(absolute=1.0, share=0.15),
    "edema.max_extent_mm": Demand(absolute=1.5),
    "split_fat.coverage_fraction": Demand(absolute=0.05),
    "adc.mean_um2_per_ms": Demand(share=0.02),
}
"""The accuracy that pnst demands of itself on simulated studies (docs/measurements)."""


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
    rows += [[column, *(_ratio(found[name], column, demand) for name in found)] for column, demand in DEMANDS.items()]
    return markdown(["predictor", *found], rows)


def _share(row: Mapping[str, object]) -> str:
    """Of the lesions in which the sign is clear: those in which it is told, and right."""
    right, told, silent = int(str(row["right"])), int(str(row["present"])) + int(str(row["absent"])), row["not told"]
    clear = told + int(str(silent))
    text = f"{right}/{clear}"
    return f"**{text}**" if right >= RIGHT * clear else text


def _ratio(found: Found, column: str, demand: Demand) -> str:
    both = pd.concat([found.truth[column], found.measured[column]], axis=1).astype(float)
    known = both[both.iloc[:, 0].notna()]
    told = known.dropna().to_numpy()
    if not len(told):
        return "not measured"
    ratio = demand.met(told[:, 0], told[:, 1] - told[:, 0])
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
