"""Tables as CSV: UTF-8, commas, one header line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pnst.errors import InputError


def to_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """One line a row, its columns in the order in which they first come; a cell is empty where a row lacks it."""
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(
        text, fieldnames=list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read_csv(file: Path) -> list[dict[str, str]]:
    """The rows, each with every column, cells stripped of blanks; empty lines are left out.

    Raises `InputError` for a file that cannot be read, a header with a name missing or twice, and a row with more cells
    than the header.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:  # spreadsheets write a byte order mark
            reader = csv.reader(stream, strict=True)
            header = [name.strip() for name in next(reader, [])]
            lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except OSError as error:
        raise _unreadable(file, error.strerror or "a file that cannot be opened") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(file, f"something else: {error}") from error
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice or "" in header or not header:
        raise _unreadable(file, f"a header that names {twice[0]!r} twice" if twice else "a header without a name")
    for line, cells in lines:
        if len(cells) > len(header):
            raise _unreadable(file, f"line {line} with {len(cells)} cells under {len(header)} names")
    return [dict(zip_longest(header, (cell.strip() for cell in cells), fillvalue="")) for _, cells in lines]


def _unreadable(file: Path, got: str) -> InputError:
    return InputError(
        f"cannot read the table {file.name!r}",
        got=got,
        expected="CSV in UTF-8, separated by commas, with one header line that names every column once",
        remedy="save it again as CSV (UTF-8)",
    )
