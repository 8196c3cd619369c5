"""Lines and points of a file as the one prompt that they make."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pnst.io.prompts.refusal import bad_prompt
from pnst.segmentation.prompt import Line, Point, Prompt

MAX_MARKS = 200
"""Lines and points of one lesion: more than its slices (ours)."""


def gathered(file: Path, lines: Sequence[Line], points: Sequence[Point]) -> Prompt:
    """A single line or point as itself, else lines and then the clicks beside them.

    Raises `InputError` for neither, for several points without a line, and for more than `MAX_MARKS`.
    """
    if len(lines) + len(points) > MAX_MARKS:
        raise bad_prompt(file, f"{len(lines)} lines and {len(points)} points", f"at most {MAX_MARKS} for one lesion")
    if not lines and not points:
        raise bad_prompt(file, "no line, point or box", "at least one")
    if not lines and len(points) > 1:
        raise bad_prompt(
            file,
            f"{len(points)} points without a line",
            "one point, or points beside lines: each the middle of the lesion at its level",
            "leave one point, or draw the lesion's diameter at one level as a line",
        )
    if len(lines) + len(points) == 1:
        return lines[0] if lines else points[0]
    return (*lines, *points)
