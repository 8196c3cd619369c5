"""Tables: CSV (UTF-8, commas, one header line) as rows of text, and CSV or Parquet as a DataFrame with types."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnst.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_CSV = "CSV in UTF-8, separated by commas, with one header line that names every column once"
_CSV_OR_PARQUET = "CSV in UTF-8 with one header line that names every column once, CSV in gzip, or Parquet"


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
        raise _unreadable(file, error.strerror or "a file that cannot be opened", _CSV) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(file, f"something else: {error}", _CSV) from error
    duplicate = _duplicate(header)
    if duplicate is not None or "" in header or not header:
        got = "a header without a name" if duplicate is None else f"a header that names {duplicate!r} twice"
        raise _unreadable(file, got, _CSV)
    for line, cells in lines:
        if len(cells) > len(header):
            raise _unreadable(file, f"line {line} with {len(cells)} cells under {len(header)} names", _CSV)
    return [dict(zip_longest(header, (cell.strip() for cell in cells), fillvalue="")) for _, cells in lines]


def read_frame(file: Path) -> pd.DataFrame:
    """A table as pandas reads it; empty cells are missing.

    Raises `InputError` for a file that cannot be read, one without rows, and a header that names a column twice.
    """
    import pandas as pd

    try:
        frame = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, encoding="utf-8-sig")
    except OSError as error:
        raise _no_frame(file, error.strerror or "a file that cannot be opened") from error
    except (ValueError, ImportError, EOFError) as error:  # also a text that is no CSV, and Parquet without its engine
        raise _no_frame(file, f"{type(error).__name__}: {str(error).replace(str(file), file.name)}") from error
    names = [str(name).strip() for name in _header(file, frame)]
    if len(names) == 1 and (separators := [sign for sign in ";\t|" if sign in names[0]]):
        raise _no_frame(file, f"one column, whose name holds {separators[0]!r}: cells that are not separated by commas")
    duplicate = _duplicate(names)
    if duplicate is not None:  # pandas would rename the second in silence
        raise _no_frame(file, f"a header that names {duplicate!r} twice")
    if frame.empty:
        raise _no_frame(file, "no rows")
    return frame.rename(columns=dict(zip(frame.columns, names, strict=True)))


def _header(file: Path, frame: pd.DataFrame) -> list[str]:
    """The names as they stand in the file."""
    if file.suffix == ".parquet":
        return [str(name) for name in frame.columns]
    content = file.read_bytes()
    text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8-sig")
    header = next(csv.reader(io.StringIO(text, newline="")), [])
    return header if len(header) == frame.shape[1] else [str(name) for name in frame.columns]


def _duplicate(names: list[str]) -> str | None:
    """The first in alphabetical order of the names that occur more than once, None where there is none."""
    return min((name for name in names if names.count(name) > 1), default=None)


def _no_frame(file: Path, got: str) -> InputError:
    return _unreadable(file, got.splitlines()[0][:200], _CSV_OR_PARQUET)


def _unreadable(file: Path, got: str, expected: str) -> InputError:
    return InputError(
        f"cannot read the table {file.name!r}",
        got=got,
        expected=expected,
        remedy="save it again as CSV (UTF-8)",
    )
