"""Segment each sarcoma with the networks that have not seen it, from prompts of every kind: one row a segmentation.

python pipelines/train_segmentation/cross_validate.py DATA --weights weights --csv rows.csv [--draws 50]
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from examples import LabelledCase, read_cases
from folds import fold_of
from reader import Reader, shaky

from pnst.errors import PnstError
from pnst.image import Mask, Volume
from pnst.segmentation.assumed import assumptions
from pnst.segmentation.confidence import signs_of
from pnst.segmentation.field import voxels_of
from pnst.segmentation.network import Network, read_networks
from pnst.segmentation.prompt import Box, Point, Prompt
from pnst.segmentation.prompt_body import body_of
from pnst.segmentation.segment import segment_and_explain
from pnst.study import Role, Series, Source, Study

OFF_MM = 5.0
"""How far shaky ends lie from where they should."""
FIELDS = (
    "case",
    "kind",
    "draw",
    "dice",
    "body_dice",
    "expected",
    "from_body",
    "assumed",
    "predicted",
    "ml",
    "body_ml",
    "s",
)


def study_of(case: LabelledCase) -> Study:
    """T1 alone."""
    t1 = Series(Role.T1, Volume(case.image, case.grid), Source("nifti", ""))
    return Study(case.name, {Role.T1: t1})


def prompts(reader: Reader, case: LabelledCase, draws: int) -> Iterator[tuple[str, int, Prompt]]:
    """Kind, draw, prompt."""
    one, middle = reader.one(), reader.one(reader.slice_at(0.5))
    ends = [reader.slice_at(share) for share in (0.15, 0.85)]
    yield "line", 0, one
    yield "two axes", 0, replace(one, craniocaudal_mm=None)
    yield "line alone", 0, replace(one, short_axis=None, craniocaudal_mm=None)
    yield "clicks", 0, [one, *(reader.middle(k) for k in ends if k != reader.main)]
    yield "lines", 0, [middle, *(reader.lines[k] for k in ends)]
    for draw in range(3):
        rng = np.random.default_rng(100 + draw)
        yield "shaky lines", draw, [middle, *(shaky(rng, reader.lines[k], OFF_MM) for k in ends)]
    where = case.grid.to_world(np.argwhere(case.mask))
    half = np.array(case.grid.spacing) / 2
    yield "box", 0, Box(tuple(where.min(axis=0) - half), tuple(where.max(axis=0) + half))
    yield "point", 0, Point(tuple(where[np.linalg.norm(where - where.mean(axis=0), axis=1).argmin()]))
    for draw in range(draws):
        yield "moved line", draw, shaky(np.random.default_rng(1000 + draw), one, OFF_MM, dims=3)


def dice(a: Mask, b: Mask) -> float:
    """2 |A ∩ B| ÷ (|A| + |B|)."""
    return float(2 * np.count_nonzero(a.data & b.data) / (a.count + b.count))


def row_of(case: LabelledCase, prompt: Prompt, networks: Sequence[Network]) -> dict[str, float]:
    """One segmentation beside the contour and beside the prompt's own body."""
    truth, start = Mask(case.mask, case.grid), time.process_time()
    found, looks = segment_and_explain(study_of(case), prompt, networks=networks)
    row = {"dice": dice(found.mask, truth), "predicted": found.predicted_dice, "ml": found.mask.volume_mm3 / 1000}
    row["s"] = time.process_time() - start
    signs = signs_of(looks, len(assumptions(prompt, looks.frame.body)))
    row |= {"expected": signs.expected_dice, "from_body": signs.body_dice, "assumed": signs.assumed}
    if not isinstance(prompt, Point):
        body = Mask(body_of(prompt, case.grid.directions[:, 2]).depth(voxels_of(case.grid)) > 0, case.grid)
        row |= {"body_dice": dice(body, truth), "body_ml": body.volume_mm3 / 1000}
    return row


def main(arguments: Sequence[str]) -> None:
    """Every case of the folds that have weights; goes on where the file ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--csv", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--draws", type=int, default=0, help="lines whose every end is moved by up to 5 mm")
    asked = parser.parse_args(arguments)
    cases = read_cases(asked.data)
    left_out = fold_of([case.name for case in cases], asked.folds)
    done = set()
    if asked.csv.exists():
        with asked.csv.open() as stream:
            done = {(row["case"], row["kind"], int(row["draw"])) for row in csv.DictReader(stream)}
    with asked.csv.open("a", newline="") as stream:
        writer = csv.DictWriter(stream, FIELDS)
        if not done:
            writer.writeheader()
        for case in cases:
            weights = asked.weights / f"fold_{left_out[case.name]}.npz"
            if not weights.exists():
                continue
            with weights.open("rb") as file:
                networks = read_networks(file)
            for kind, draw, prompt in prompts(Reader(case.mask, case.grid), case, asked.draws):
                if (case.name, kind, draw) in done:
                    continue
                about = {"case": case.name, "kind": kind, "draw": draw}
                try:
                    writer.writerow(about | row_of(case, prompt, networks))
                except PnstError as refusal:
                    print(f"{case.name}, {kind}: {refusal}", flush=True)
                    writer.writerow(about)
                stream.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
