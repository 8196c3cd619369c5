"""Lines in a table: one a row, in columns px … qz, and where they are known ax … bz (short axis) and low, high."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path

from pnst.io.prompts.gathered import gathered
from pnst.io.prompts.refusal import bad_prompt, made_of
from pnst.segmentation.prompt import Line, Prompt

ENDS = ("px", "py", "pz", "qx", "qy", "qz")
SHORT_AXIS = ("ax", "ay", "az", "bx", "by", "bz")
EXTENT = ("low", "high")
COLUMNS = (*ENDS, *SHORT_AXIS, *EXTENT)

Row = Mapping[str, str]


def is_lines_table(text: str) -> bool:
    """Whether the first line of a text names a column of such a table.

    >>> is_lines_table("px,py,pz,qx,qy,qz"), is_lines_table("name,age")
    (True, False)
    """
    names = {name.strip().lower() for name in text.split("\n", 1)[0].replace(";", ",").split(",")}
    return bool(names & set(ENDS))


def lines_from_csv(text: str, file: Path) -> Prompt:
    """The lines of a table, commas between its cells and points in its numbers.

    Raises `InputError` for unknown, missing and repeated columns, for rows of another length, and for cells that are no
    numbers. The short axis and the extent may be empty in a row, as a whole.
    """
    try:
        header, *rows = [row for row in csv.reader(io.StringIO(text), strict=True) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise bad_prompt(file, f"no table: {error}", "cells with commas between them") from error
    names = [name.strip() for name in header]
    _check_header(names, file)
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise bad_prompt(file, f"row {number} of {len(row)} cells", f"{len(names)} cells, as in the first line")
    lines = [_line(dict(zip(names, row, strict=True)), n, file) for n, row in enumerate(rows, start=1)]
    return gathered(file, lines, ())


def _check_header(names: Sequence[str], file: Path) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise bad_prompt(file, f"the column {unknown[0][:40]!r}", f"columns named {', '.join(COLUMNS)}")
    if len(set(names)) < len(names):
        raise bad_prompt(file, "a column that stands twice", "each column once")
    for group in (ENDS, SHORT_AXIS, EXTENT):
        missing = [name for name in group if name not in names]
        if missing and (group is ENDS or len(missing) < len(group)):
            raise bad_prompt(file, f"no column {missing[0]}", f"the columns {', '.join(group)}")


def _line(row: Row, number: int, file: Path) -> Line:
    ends, axis, extent = (_group(row, names, number, file) for names in (ENDS, SHORT_AXIS, EXTENT))
    if ends is None:
        raise bad_prompt(file, f"row {number} without positions", f"numbers in {', '.join(ENDS)}")
    px, py, pz, qx, qy, qz = ends
    across = None if axis is None else ((axis[0], axis[1], axis[2]), (axis[3], axis[4], axis[5]))
    low_high = None if extent is None else (extent[0], extent[1])
    return made_of(file, f"row {number}", lambda: Line((px, py, pz), (qx, qy, qz), across, low_high))


def _group(row: Row, names: Sequence[str], number: int, file: Path) -> list[float] | None:
    """The numbers of columns that belong together; None where all are empty or absent."""
    cells = [row.get(name, "").strip() for name in names]
    if not any(cells):
        return None
    return [_number(cell, f"{name} of row {number}", file) for name, cell in zip(names, cells, strict=True)]


def _number(cell: str, place: str, file: Path) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise bad_prompt(file, f"{place}: {cell[:40]!r}", "a number in RAS mm, with a point before its fraction")
    return value
