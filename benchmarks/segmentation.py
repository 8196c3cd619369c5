"""`pnst.segment` on simulated studies, from one line: Dice with the true mask by number of series, and time.

python benchmarks/segmentation.py [--kinds smooth "beside bone" …] [--markdown]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from patients import KINDS
from tables import machine, markdown, write_section

import pnst
from pnst.phantom import GridSpec, Simulated, Spec, simulate
from pnst.segmentation.prompt import Line
from pnst.study import Role, Study

sys.path.append(str(Path(__file__).parents[1] / "pipelines" / "train_segmentation"))
from reader import Reader

FOUR = (Role.T1, Role.T2, Role.T2_FS, Role.T1_POST)
GIVEN = {"T1": FOUR[:1], "T1 and fat-suppressed T2": (Role.T1, Role.T2_FS), "all four": FOUR}
SIZES_MM = (30.0, 60.0)
AS_DRAWN = {"stepped", "tight", "wide"}
"""Contours that are off on purpose: no truth to be found."""
GRID = GridSpec(spacing_mm=(1.1, 1.1, 4.0), plane="axial", turn_deg=(3.0, -4.0, 6.0))


def scene(kind: str, size_mm: float, seed: int) -> Simulated:
    """Four series of one patient."""
    patient = KINDS[kind](size_mm)
    return simulate(
        Spec(lesion=patient.lesion, surround=patient.surround, roles=FOUR, grids=dict.fromkeys(FOUR, GRID), snr=30.0),
        seed=seed,
    )


def line_of(made: Simulated) -> Line:
    """The longest diameter of a slice, its short axis and the extent."""
    mask = made.lesion.mask.canonical()
    return Reader(mask.data, mask.grid).one()


def rows(kinds: Sequence[str]) -> Iterator[dict[str, object]]:
    """One a patient and set of series."""
    for number, kind in enumerate(kinds):
        for size_mm in SIZES_MM:
            made = scene(kind, size_mm, seed=7000 + number)
            line, true = line_of(made), made.lesion.mask
            for words, roles in GIVEN.items():
                study = Study("patient", {role: made.study.series[role] for role in roles})
                start, spent = time.perf_counter(), time.process_time()
                found = pnst.segment(study, line, on=roles[0])
                wall, processor = time.perf_counter() - start, time.process_time() - spent
                inside = found.mask.data
                both = 2 * np.count_nonzero(inside & true.data) / (inside.sum() + true.count)
                yield {"kind": kind, "size_mm": size_mm, "series": words, "dice": both, "s": wall, "cpu_s": processor}


def main(arguments: Sequence[str]) -> None:
    """Print, or write the section of README.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="*", default=[kind for kind in KINDS if kind not in AS_DRAWN])
    parser.add_argument("--markdown", action="store_true")
    asked = parser.parse_args(arguments)
    found = pd.DataFrame(rows(asked.kinds))
    table = found.pivot_table(index=["kind", "size_mm"], columns="series", values="dice")[list(GIVEN)]
    cells = [[kind, f"{size:.0f}", *(f"{value:.3f}" for value in row)] for (kind, size), *row in table.itertuples()]
    cells.append(["**mean**", "", *(f"{value:.3f}" for value in table.mean())])
    cells.append(["**worst**", "", *(f"{value:.3f}" for value in table.min())])
    times = found.groupby("series")[["s", "cpu_s"]].median().loc[list(GIVEN)]
    spent = "; ".join(f"{words} {row.s:.1f} s ({row.cpu_s:.1f} of processor)" for words, row in times.iterrows())
    text = "\n\n".join([markdown(["tumour", "mm", *GIVEN], cells), f"Time, medians: {spent}. {machine()}."])
    print(text)
    if asked.markdown:
        write_section("segmentation", text)


if __name__ == "__main__":
    main(sys.argv[1:])
