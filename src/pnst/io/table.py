"""Tables: CSV (UTF-8, commas, one header line) as rows of text, and CSV or Parquet as a DataFrame with types."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from pnst.errors import InputError
from pnst.io.formula_cells import as_written, without_formula
from pnst.io.packed_stream import DamagedStreamError, PackedStream, packing_of
from pnst.regular_file import open_regular, read_regular

if TYPE_CHECKING:
    import pandas as pd

MAX_BYTES, MAX_COLUMNS, MAX_CELLS = 1 << 27, 10_000, 20_000_000
"""Of a table, unpacked: 50,000 lesions with 400 columns."""

_REMEDY = "save it again as CSV (UTF-8)"
_CSV = "CSV in UTF-8, separated by commas, with one header line that names every column once"
CSV_OR_PARQUET = "CSV in UTF-8 with one header line that names every column once, CSV in gzip, or Parquet"


def to_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """One line a row, its columns in the order in which they first come; a cell is empty where a row lacks it.

    A text that a spreadsheet would carry out stands behind an apostrophe, which `read_csv` and `read_frame` take away.
    """
    rows = list(rows)
    text = io.StringIO()
    write_lines(text, list(dict.fromkeys(name for row in rows for name in row)), rows)
    return text.getvalue()


def write_lines(stream: TextIO, names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """What `to_csv` gives, under these columns, row by row."""
    plain = csv.writer(stream, lineterminator="\n")
    quoting = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)  # a bare return would end the line
    for cells in chain([names], ([row.get(name, "") for name in names] for row in rows)):
        writer = quoting if any(isinstance(cell, str) and "\r" in cell for cell in cells) else plain
        writer.writerow([without_formula(cell) for cell in cells])


def read_csv(file: Path) -> list[dict[str, str]]:
    """The rows, each with every column, cells stripped of blanks; empty lines are left out.

    Raises `InputError` for a file that cannot be read or is too large, a header with a name missing or twice, a text
    that a table cannot hold (NUL), and a row with more cells than the header.
    """
    header, rows = header_and_rows(io.StringIO(_text(file, _CSV), newline=""), file, _CSV)
    return [dict(zip_longest(header, (as_written(cell.strip()) for cell in cells), fillvalue="")) for _, cells in rows]


COHORT_TABLES = ("lesions.parquet", "lesions.csv")
"""In the folder of a cohort's results."""


def table_file(source: Path) -> Path:
    """The table that is meant: a file as it is, of the folder of a cohort's results its table of lesions.

    Raises `InputError` for a folder without one.
    """
    if not os.path.isdir(source):
        return source
    tables = [source / name for name in COHORT_TABLES if os.path.isfile(source / name)]
    if tables:
        return tables[0]
    raise unreadable_table(
        source, f"a folder without {COHORT_TABLES[1]}", f"{CSV_OR_PARQUET}, or results of `pnst cohort`"
    )


def read_frame(file: Path) -> pd.DataFrame:
    """A table as pandas reads it; empty cells are missing.

    Raises `InputError` for a file that cannot be read or is too large, one without rows, a header that names a column
    twice, a row with more or fewer cells than the header, and numbers beyond what 64 bits hold.
    """
    frame = _parquet(file) if file.suffix == ".parquet" else _csv_frame(file)
    duplicate = _duplicate([str(name).strip() for name in frame.columns])
    if duplicate is not None:
        raise unreadable_table(file, f"a header that names {duplicate!r} twice", CSV_OR_PARQUET)
    if frame.empty:
        raise unreadable_table(file, "no rows", CSV_OR_PARQUET)
    for name, column in frame.items():
        if _is_unbounded(column):
            raise unreadable_table(file, f"a number beyond all bounds under {str(name)[:80]!r}", CSV_OR_PARQUET)
    return frame.rename(columns={name: str(name).strip() for name in frame.columns})


def _is_unbounded(column: pd.Series[Any]) -> bool:
    """Whether a number is infinite, or a whole one longer than 64 bits (which pandas keeps as an object)."""
    if column.dtype.kind == "f":
        return bool(np.isinf(column.to_numpy()).any())
    return column.dtype == object and any(isinstance(cell, int) and abs(cell) >= 1 << 63 for cell in column)


def _csv_frame(file: Path) -> pd.DataFrame:
    import pandas as pd

    text = _text(file, CSV_OR_PARQUET)
    header, rows = header_and_rows(io.StringIO(text, newline=""), file, CSV_OR_PARQUET)
    for line, cells in rows:
        if len(cells) < len(header):
            got = f"line {line} with {len(cells)} cells under {len(header)} names"
            raise unreadable_table(file, got, CSV_OR_PARQUET)
    try:
        frame = pd.read_csv(io.StringIO(text), index_col=False)
    except (ValueError, OverflowError) as error:
        raise _no_frame(file, error) from error
    frame.columns = pd.Index([as_written(str(name)) for name in frame.columns])
    for name, column in frame.items():
        if column.dtype.kind == "O":
            frame[name] = column.map(lambda cell: as_written(cell) if isinstance(cell, str) else cell)
    return frame


def _parquet(file: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        content = io.BytesIO(read_regular(file, MAX_BYTES))
        from pyarrow import parquet  # type: ignore[import-not-found,unused-ignore]

        metadata = parquet.ParquetFile(content).metadata
        if metadata.num_columns > MAX_COLUMNS or metadata.num_rows * metadata.num_columns > MAX_CELLS:
            got = f"{metadata.num_rows} rows of {metadata.num_columns} columns"
            raise unreadable_table(file, got, f"at most {MAX_COLUMNS} columns and {MAX_CELLS} cells")
        return pd.read_parquet(content)
    except (OSError, ValueError, ImportError, MemoryError) as error:
        raise _no_frame(file, error) from error


def _text(file: Path, expected: str) -> str:
    """The file's text, unpacked where it is gzip, with every checksum met and no more bytes than are bearable."""
    try:
        with open_regular(file) as opened:
            packing = packing_of(opened)
            if packing == "none" and file.suffix == ".gz":
                raise unreadable_table(file, "a file that is not packed by gzip", expected)
            stream = PackedStream(opened, packing)
            content = stream.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                raise unreadable_table(file, f"more than {MAX_BYTES} bytes", f"at most {MAX_BYTES} bytes")
            stream.check_end()
        text = content.decode("utf-8-sig")  # spreadsheets write a byte order mark
    except OSError as error:
        raise unreadable_table(file, error.strerror or "a file that cannot be opened", expected) from error
    except UnicodeDecodeError as error:
        raise unreadable_table(file, f"bytes that are not UTF-8 (byte {error.start})", expected) from error
    except DamagedStreamError as error:
        raise unreadable_table(file, str(error), expected) from error
    if "\0" in text:
        raise unreadable_table(file, "NUL, which no text holds", expected)
    return text


def header_and_rows(
    lines: Iterable[str], file: Path, expected: str, max_cells: float | None = None
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The header's names, and the rows that are not empty, each with its line's number and no longer than the header.

    `lines` are those of the file, with their ends as they stand; `max_cells` bounds all rows (None: `MAX_CELLS`).
    Raises `InputError` here for the header, and while the rows are read for them.
    """
    reader = csv.reader(lines, strict=True)
    try:
        header = [as_written(name.strip()) for name in next(reader, [])]
    except csv.Error as error:
        raise unreadable_table(file, f"no CSV: {error}", expected) from error
    if len(header) > MAX_COLUMNS:
        raise unreadable_table(file, f"{len(header)} columns", f"at most {MAX_COLUMNS}")
    if len(header) == 1 and (separators := [sign for sign in ";\t|" if sign in header[0]]):
        got = f"one column, whose name holds {separators[0]!r}: cells that are not separated by commas"
        raise unreadable_table(file, got, expected)
    if "" in header or not header:
        raise unreadable_table(file, "a header without a name", expected, _remedy(header))
    duplicate = _duplicate(header)
    if duplicate is not None:
        raise unreadable_table(file, f"a header that names {duplicate!r} twice", expected)
    return header, _rows(reader, len(header), file, expected, MAX_CELLS if max_cells is None else max_cells)


def _rows(reader: Any, width: int, file: Path, expected: str, max_cells: float) -> Iterator[tuple[int, list[str]]]:
    count = 0
    try:
        for cells in reader:
            count += len(cells)
            if count > max_cells:
                raise unreadable_table(file, f"more than {max_cells} cells", f"at most {max_cells}")
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > width:
                raise unreadable_table(
                    file, f"line {reader.line_num} with {len(cells)} cells under {width} names", expected
                )
            yield reader.line_num, cells
    except csv.Error as error:
        raise unreadable_table(file, f"no CSV: {error}", expected) from error


def _no_frame(file: Path, error: Exception) -> InputError:
    """What a reader complained of, in one line without the file's path."""
    text = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}".replace(str(file), file.name)
    return unreadable_table(file, text.splitlines()[0][:200], CSV_OR_PARQUET)


def _duplicate(names: list[str]) -> str | None:
    """The first in alphabetical order of the names that occur more than once, None where there is none."""
    return min((name[:80] for name, count in Counter(names).items() if count > 1), default=None)


def _remedy(header: Sequence[str]) -> str:
    """pandas writes its index as a first column without a name."""
    return "write it with to_csv(..., index=False)" if header and not header[0] and "" not in header[1:] else _REMEDY


def unreadable_table(file: Path, got: str, expected: str, remedy: str = _REMEDY) -> InputError:
    """The refusal of a table, by its file's name."""
    return InputError(
        f"cannot read the table {file.name!r}",
        got=got,
        expected=expected,
        remedy=remedy,
    )
