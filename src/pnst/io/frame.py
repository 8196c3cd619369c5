"""Tables with types: CSV (also compressed) and Parquet as a DataFrame."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import TYPE_CHECKING

from pnst.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def read_frame(file: Path) -> pd.DataFrame:
    """A table as pandas reads it; empty cells are missing.

    Raises `InputError` for a file that cannot be read, one without rows, and a header that names a column twice.
    """
    import pandas as pd

    try:
        frame = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, encoding="utf-8-sig")
    except OSError as error:
        raise _unreadable(file, error.strerror or "a file that cannot be opened") from error
    except (ValueError, ImportError, EOFError) as error:  # also a text that is no CSV, and Parquet without its engine
        raise _unreadable(file, f"{type(error).__name__}: {str(error).replace(str(file), file.name)}") from error
    names = [str(name).strip() for name in _header(file, frame)]
    if len(names) == 1 and (separators := [sign for sign in ";\t|" if sign in names[0]]):
        raise _unreadable(
            file, f"one column, whose name holds {separators[0]!r}: cells that are not separated by commas"
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _unreadable(file, f"a header that names {twice[0]!r} twice")  # pandas would rename the second in silence
    if frame.empty:
        raise _unreadable(file, "no rows")
    return frame.rename(columns=dict(zip(frame.columns, names, strict=True)))


def _header(file: Path, frame: pd.DataFrame) -> list[str]:
    """The names as they stand in the file."""
    if file.suffix == ".parquet":
        return [str(name) for name in frame.columns]
    content = file.read_bytes()
    text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8-sig")
    header = next(csv.reader(io.StringIO(text, newline="")), [])
    return header if len(header) == frame.shape[1] else [str(name) for name in frame.columns]


def _unreadable(file: Path, got: str) -> InputError:
    return InputError(
        f"cannot read the table {file.name!r}",
        got=got.splitlines()[0][:200],
        expected="CSV in UTF-8 with one header line that names every column once, CSV in gzip, or Parquet",
        remedy="save it again as CSV (UTF-8)",
    )
