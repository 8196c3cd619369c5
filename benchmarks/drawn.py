"""Scenes whose sizes, voxels and turns are drawn: those that intervals are set with, and those that judge them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
from patients import TUMOURS, Case

from pnst.phantom import GridSpec
from pnst.phantom.acquire import Plane

TUMOUR_SIZES_MM = 22.0, 65.0
OTHER_SIZES_MM = 32.0, 60.0
"""Of kinds that hold something, lie somewhere or are drawn amiss: half of a smaller one's voxels lie at its edge."""
IN_PLANE_MM = 0.5, 1.0
NEAR_CUBES_MM = 0.9, 1.3
SLICES_MM = 2.5, 5.0
NEARLY_CUBES = 0.25
"""Share of the scenes whose voxels are as long as they are wide."""
TURN_DEG = 20.0


@dataclass(frozen=True)
class Scenes:
    """Of kinds that take turns, so many of each, the first `number`; each has a seed of its own from the first one on,
    and noise of several strengths.
    """

    counts: Mapping[str, int]
    number: int
    first_seed: int
    snrs: tuple[float, ...]

    @property
    def cases(self) -> tuple[Case, ...]:
        """The first scenes are a fair part of all."""
        places = [((turn + 0.5) / count, kind) for kind, count in self.counts.items() for turn in range(count)]
        kinds = [kind for _, kind in sorted(places)][: self.number]
        return tuple(drawn(kind, self.first_seed + place) for place, kind in enumerate(kinds))


def drawn(kind: str, seed: int) -> Case:
    """A size, drawn evenly by its logarithm, and a grid; the seed decides both."""
    rng = np.random.default_rng([seed, 1])
    low, high = TUMOUR_SIZES_MM if kind in TUMOURS else OTHER_SIZES_MM
    size_mm = round(float(np.exp(rng.uniform(np.log(low), np.log(high)))), 1)
    cubes = rng.uniform() < NEARLY_CUBES
    sides = rng.uniform(*(NEAR_CUBES_MM if cubes else IN_PLANE_MM), 2)
    slices = rng.uniform(*(NEAR_CUBES_MM if cubes else SLICES_MM))
    plane = get_args(Plane)[int(rng.integers(3))]
    turn = rng.uniform(-TURN_DEG, TURN_DEG, 3)
    spacing = (round(float(sides[0]), 2), round(float(sides[1]), 2), round(float(slices), 2))
    turn_deg = (round(float(turn[0]), 1), round(float(turn[1]), 1), round(float(turn[2]), 1))
    return kind, size_mm, GridSpec(spacing_mm=spacing, plane=plane, turn_deg=turn_deg)


SET_WITH = Scenes(
    {
        "smooth": 7,
        "infiltrating": 9,
        "lobulated": 7,
        "cavernous": 9,
        "hollow": 8,
        "layered": 5,
        "peripheral": 7,
        "fat at the edge": 5,
        "beside bone": 3,
        "on fascia": 3,
        "tight": 2,
        "wide": 3,
    },
    number=45,
    first_seed=6000,
    snrs=(20.0, 40.0),
)
"""The scenes that the table of the intervals is made from."""
HELD_OUT = Scenes(
    {
        "smooth": 4,
        "infiltrating": 5,
        "lobulated": 4,
        "cavernous": 6,
        "hollow": 5,
        "layered": 4,
        "peripheral": 5,
        "fat at the edge": 3,
        "beside bone": 1,
        "on fascia": 1,
        "tight": 1,
        "wide": 1,
    },
    number=40,
    first_seed=9000,
    snrs=(25.0, 50.0),
)
"""The scenes that judge: other sizes, voxels, turns, seeds and noise from the same ranges, and the same kinds."""
