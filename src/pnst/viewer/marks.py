"""What a person has drawn on the page and not yet had segmented: a line with its short axis and extent, and strokes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pnst.errors import SettingError
from pnst.segmentation.prompt import Line, Pair, Position, Prompt

Ends = tuple[Position, Position]
Side = Literal["lesion", "other"]


@dataclass(frozen=True)
class Stroke:
    """A path of the brush in one slice: a disc along a polyline, as thick as the slice."""

    side: Side
    """What was painted: the lesion, or what is none of it."""
    points: tuple[Position, ...]
    """RAS mm."""
    radius_mm: float
    normal: Position
    """Unit vector across the slice."""
    thickness_mm: float
    """Of the slice."""


@dataclass(frozen=True)
class Marks:
    """Positions are RAS mm."""

    line: Ends | None = None
    short_axis: Ends | None = None
    low_mm: float | None = None
    """The lesion's lowest z."""
    high_mm: float | None = None
    strokes: tuple[Stroke, ...] = ()

    def prompt(self) -> Line:
        """The line as a prompt. Raises `SettingError` without one, and for half of an extent."""
        if self.line is None:
            raise SettingError(
                "there is nothing to segment from",
                got="no line and no stroke",
                expected="the longest diameter, drawn in one slice, or strokes on the lesion",
                remedy="choose Long axis and drag from edge to edge, or paint on the lesion",
            )
        if (self.low_mm is None) != (self.high_mm is None):
            raise SettingError(
                "one end of the lesion without the other",
                got="its lowest slice" if self.high_mm is None else "its highest slice",
                expected="both, or neither",
                remedy="go to the slice of the other end and mark it, or clear the ends",
            )
        return Line(*self.line, short_axis=self.short_axis, craniocaudal_mm=self._extent())

    def checked(self) -> Line:
        """The line, whatever else is there yet. Raises `InputError` for one that no lesion has."""
        if self.line is None:
            raise ValueError("marks without a line")
        return Line(*self.line, short_axis=self.short_axis)

    def _extent(self) -> Pair | None:
        if self.low_mm is None or self.high_mm is None:
            return None
        return min(self.low_mm, self.high_mm), max(self.low_mm, self.high_mm)


def marks_of(prompt: Prompt | None) -> Marks:
    """A line that was given on the command line, to be shown; of other prompts nothing is drawn."""
    if not isinstance(prompt, Line):
        return Marks()
    low, high = prompt.craniocaudal_mm or (None, None)
    return Marks((prompt.p_ras_mm, prompt.q_ras_mm), prompt.short_axis, low, high)
