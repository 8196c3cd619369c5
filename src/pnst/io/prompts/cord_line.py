"""The centre line of a cord as a file: a markup of 3D Slicer (.mrk.json), or a position X,Y,Z in RAS mm a line."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path

from pnst.errors import InputError
from pnst.io.hidden_folder import short_name
from pnst.io.prompts.slicer import is_markups, points_from_markups
from pnst.regular_file import read_regular
from pnst.segmentation.prompt import Position

MAX_BYTES = 1 << 22
FORMS = "a line, curve or point list of 3D Slicer (.mrk.json), or text with a position X,Y,Z in RAS mm a line"


def read_cord_line(file: Path) -> tuple[Position, ...]:
    """The positions (RAS mm) of a centre line in their order. Raises `InputError` for a file that holds no such line.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "line.csv")
    ...     _ = file.write_text("0,-3.5,10\\n1,-3,40\\n")
    ...     read_cord_line(file)
    ((0.0, -3.5, 10.0), (1.0, -3.0, 40.0))
    """
    try:
        text = read_regular(file, MAX_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise _bad(file, error.strerror or "a file that cannot be opened") from error
    except UnicodeDecodeError:
        raise _bad(file, "no text") from None
    points = _of_json(text, file) if text.lstrip().startswith("{") else _of_rows(text, file)
    if len(points) < 2:
        raise _bad(file, f"{len(points)} positions", "two or more")
    return points


def _of_json(text: str, file: Path) -> tuple[Position, ...]:
    try:
        content = json.loads(text)
    except ValueError:
        raise _bad(file, "JSON that cannot be read") from None
    if not is_markups(content):
        raise _bad(file, "JSON of another kind")
    return points_from_markups(content, file)


def _of_rows(text: str, file: Path) -> tuple[Position, ...]:
    rows = [(number, row.strip()) for number, row in enumerate(text.splitlines(), start=1) if row.strip()]
    return tuple(_position(row, number, file) for number, row in rows)


def _position(row: str, number: int, file: Path) -> Position:
    try:
        x, y, z = (float(word) for word in row.split(","))
    except ValueError:
        raise _bad(file, f"line {number} without three numbers", "X,Y,Z") from None
    if not all(map(isfinite, (x, y, z))):
        raise _bad(file, f"line {number} without three numbers", "X,Y,Z")
    return x, y, z


def _bad(file: Path, got: str, expected: str = FORMS) -> InputError:
    return InputError(
        f"cannot read the cord's line from {short_name(file)!r}",
        got=got,
        expected=expected,
        remedy="correct the file, or give the positions themselves: --cord-line X,Y,Z:X,Y,Z",
    )
