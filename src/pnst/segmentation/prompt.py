"""What a reader gives to say where a lesion is: a point, a line, lines at several levels, a box, or scribbles.

Positions are RAS mm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pnst.errors import InputError
from pnst.image import Mask

Position = tuple[float, float, float]
Pair = tuple[float, float]

MAX_LENGTH_MM = 600.0
"""No lesion is longer: a longer line is in another unit, or of another image."""
MIN_LENGTH_MM = 1.0


@dataclass(frozen=True)
class Point:
    """One click: alone about the lesion's middle; beside lines the middle of its section at that level.

    >>> Point((1, 2, 3))
    Point(ras_mm=(1.0, 2.0, 3.0))
    """

    ras_mm: Position

    def __post_init__(self) -> None:
        object.__setattr__(self, "ras_mm", _position(self.ras_mm, "a point"))


@dataclass(frozen=True)
class Line:
    """A diameter as RECIST 1.1 has it (Eisenhauer et al., Eur J Cancer 2009): the longest one in a slice.

    >>> Line((0, 0, 5), (30, 0, 5), short_axis=((15, -8, 5), (15, 8, 5)), craniocaudal_mm=(-10, 20)).length_mm
    30.0
    """

    p_ras_mm: Position
    q_ras_mm: Position
    short_axis: tuple[Position, Position] | None = None
    """The ends of the longest diameter across it in the same slice."""
    craniocaudal_mm: Pair | None = None
    """The lowest and the highest z of the lesion."""

    def __post_init__(self) -> None:
        for name in ("p_ras_mm", "q_ras_mm"):
            object.__setattr__(self, name, _position(getattr(self, name), "an end of a line"))
        _check_length(self.length_mm, "a line")
        if self.short_axis is not None:
            a, b = _two(self.short_axis, "a short axis")
            ends = _position(a, "an end of a short axis"), _position(b, "an end of a short axis")
            object.__setattr__(self, "short_axis", ends)
            _check_length(_distance(*ends), "a short axis")
        if self.craniocaudal_mm is not None:
            object.__setattr__(self, "craniocaudal_mm", _extent(self.craniocaudal_mm))

    @property
    def length_mm(self) -> float:
        """Between the two ends."""
        return _distance(self.p_ras_mm, self.q_ras_mm)


@dataclass(frozen=True)
class Box:
    """The smallest box round the lesion, with its sides along RAS.

    >>> Box((0, 0, 0), (10, 20, 30)).high_ras_mm
    (10.0, 20.0, 30.0)
    """

    low_ras_mm: Position
    high_ras_mm: Position

    def __post_init__(self) -> None:
        low, high = _position(self.low_ras_mm, "a corner of a box"), _position(self.high_ras_mm, "a corner of a box")
        object.__setattr__(self, "low_ras_mm", low)
        object.__setattr__(self, "high_ras_mm", high)
        sides = np.subtract(high, low)
        if sides.min() < MIN_LENGTH_MM or sides.max() > MAX_LENGTH_MM:
            raise InputError(
                "a box that can hold no lesion",
                got=f"sides of {', '.join(f'{side:g}' for side in sides)} mm",
                expected=f"the lowest corner first, sides of {MIN_LENGTH_MM:g} to {MAX_LENGTH_MM:g} mm",
                remedy="give the lowest x, y, z and then the highest x, y, z, in RAS mm",
            )


@dataclass(frozen=True, eq=False)
class Scribbles:
    """What a reader has painted on the lesion, and beside it; a label map has 1 for the one and 2 for the other."""

    lesion: Mask
    other: Mask | None = None

    def __post_init__(self) -> None:
        painted = self.lesion.count + (0 if self.other is None else self.other.count)
        if not painted:
            raise InputError(
                "scribbles without a stroke",
                got="no painted voxel",
                expected="a label map with 1 on the lesion, 2 on what is not",
                remedy="paint on the lesion and save the label map again",
            )
        if self.other is not None and self.other.grid.matches(self.lesion.grid):
            both = int(np.count_nonzero(self.other.data & self.lesion.data))
            if both:
                raise InputError(
                    "scribbles that contradict each other",
                    got=f"{both} voxels painted as lesion and as not",
                    expected="each voxel painted once",
                    remedy="erase one of the two strokes where they cross",
                )


Prompt = Point | Line | Box | Scribbles | Sequence[Line | Point]
"""A sequence holds one line or more at different levels, and clicks on the lesion's middle at others."""


def _distance(a: Position, b: Position) -> float:
    return float(np.linalg.norm(np.subtract(a, b)))


def _position(value: Iterable[float], name: str) -> Position:
    try:
        numbers = tuple(float(number) for number in value)
    except (TypeError, ValueError):
        numbers = ()
    if len(numbers) != 3 or not np.isfinite(numbers).all():
        raise InputError(
            f"{name} without a position",
            got=repr(value),
            expected="three numbers: x, y, z in RAS mm",
            remedy="give the position as the viewer shows it in RAS, or convert LPS by changing the signs of x and y",
        )
    return numbers[0], numbers[1], numbers[2]


def _two(value: Sequence[Position], name: str) -> tuple[Position, Position]:
    if len(value) != 2:
        raise InputError(
            f"{name} without two ends",
            got=f"{len(value)} positions",
            expected="two positions, each x, y, z in RAS mm",
            remedy="give both ends",
        )
    return value[0], value[1]


def _extent(value: Iterable[float]) -> Pair:
    low_high = tuple(float(number) for number in value)
    if len(low_high) != 2 or not np.isfinite(low_high).all() or low_high[1] - low_high[0] < MIN_LENGTH_MM:
        raise InputError(
            "a craniocaudal extent that holds nothing",
            got=repr(low_high),
            expected="the lowest and the highest z of the lesion in RAS mm",
            remedy="give the lower end first",
        )
    _check_length(low_high[1] - low_high[0], "a craniocaudal extent")
    return low_high[0], low_high[1]


def _check_length(length_mm: float, name: str) -> None:
    if not MIN_LENGTH_MM <= length_mm <= MAX_LENGTH_MM:
        raise InputError(
            f"{name} that no lesion has",
            got=f"{length_mm:g} mm",
            expected=f"{MIN_LENGTH_MM:g} to {MAX_LENGTH_MM:g} mm",
            remedy="give positions in RAS mm, not in voxels or metres",
        )
