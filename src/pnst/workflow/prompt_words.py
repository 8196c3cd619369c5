"""From the words of a command line to a prompt: positions X,Y,Z in RAS mm, colons between them."""

from __future__ import annotations

import os
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from pnst.errors import SettingError

if TYPE_CHECKING:
    from pnst.io.prompts.prompt_file import PromptFile
    from pnst.segmentation.prompt import Box, Line, Point, Prompt

Place = tuple[float, float, float]


def prompt_of(
    line: str | None = None,
    craniocaudal: str | None = None,
    lines: str | None = None,
    point: str | None = None,
    box: str | None = None,
    scribbles: str | None = None,
    source: str | None = None,
) -> Prompt | PromptFile | None:
    """The one prompt that the options give; None where they give none.

    Raises `SettingError` for several, for words that are no positions, and for an extent without a line.
    """
    from pnst.io.prompts.prompt_file import PromptFile

    options = {"--line": line, "--lines": lines, "--point": point, "--box": box}
    options |= {"--scribbles": scribbles, "--from": source}
    given = [name for name, words in options.items() if words is not None]
    if len(given) > 1:
        raise _bad("more than one prompt", " and ".join(given), "one prompt for one lesion", "leave one of them out")
    if craniocaudal is not None and line is None:
        raise _bad("--craniocaudal without a line", "no --line", "--line with it", "give the line, or leave it out")
    if line is not None:
        return line_of(line, craniocaudal)
    if point is not None:
        return point_of(point)
    if box is not None:
        return box_of(box)
    if lines is not None:
        return PromptFile.named(lines, "lines")
    if scribbles is not None:
        return PromptFile.named(scribbles, "scribbles")
    return None if source is None else PromptFile.named(source)


def line_of(words: str, craniocaudal: str | None = None) -> Line:
    """Two ends, and of the short axis two more.

    >>> line_of("0,0,5:30,0,5").length_mm
    30.0
    """
    from pnst.segmentation.prompt import Line

    ends = _places("--line", words, "two positions, or four with the short axis: X,Y,Z:X,Y,Z:X,Y,Z:X,Y,Z", (2, 4))
    extent = None if craniocaudal is None else _numbers("--craniocaudal", craniocaudal, 2, "LOW,HIGH in RAS mm")
    low_high = None if extent is None else (extent[0], extent[1])
    return Line(ends[0], ends[1], (ends[2], ends[3]) if len(ends) == 4 else None, low_high)


def point_of(words: str) -> Point:
    """One position.

    >>> point_of("1,2,-3.5").ras_mm
    (1.0, 2.0, -3.5)
    """
    from pnst.segmentation.prompt import Point

    (place,) = _places("--point", words, "one position: X,Y,Z", (1,))
    return Point(place)


def box_of(words: str) -> Box:
    """The lowest corner, and the highest.

    >>> box_of("0,0,0:10,20,30").high_ras_mm
    (10.0, 20.0, 30.0)
    """
    from pnst.segmentation.prompt import Box

    low, high = _places("--box", words, "two corners, the lowest first: X,Y,Z:X,Y,Z", (2,))
    return Box(low, high)


def cord_line_of(words: str | None) -> list[Place] | Path | None:
    """The points of `--cord-line`, or the file that holds them; None where it is not given.

    >>> cord_line_of("0,-3.5,10:1,-3,40")
    [(0.0, -3.5, 10.0), (1.0, -3.0, 40.0)]
    """
    if words is None or os.path.isfile(Path(words)):
        return None if words is None else Path(words)
    parts = words.split(":")
    expected = "a file that is there, or two or more positions: X,Y,Z:X,Y,Z"
    if len(parts) < 2:
        raise _bad(
            "cannot read --cord-line", words, expected, "write each position as X,Y,Z in RAS mm, a colon between"
        )
    return _places("--cord-line", words, expected, (len(parts),))


def _places(option: str, words: str, expected: str, counts: tuple[int, ...]) -> list[Place]:
    parts = words.split(":")
    if len(parts) not in counts:
        raise _bad(f"cannot read {option}", words, expected, "write each position as X,Y,Z in RAS mm, a colon between")
    numbers = [_numbers(option, part, 3, expected) for part in parts]
    return [(x, y, z) for x, y, z in numbers]


def _numbers(option: str, words: str, count: int, expected: str) -> list[float]:
    try:
        numbers = [float(word) for word in words.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(isfinite(number) for number in numbers):
        raise _bad(
            f"cannot read {option}", words, expected, "write numbers with points, commas between them, no blanks"
        )
    return numbers


def _bad(what: str, got: str, expected: str, remedy: str) -> SettingError:
    return SettingError(what, got=got, expected=expected, remedy=remedy)
