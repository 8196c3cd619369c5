"""Tables row by row, for those that are larger than memory: CSV and Parquet in, CSV and Parquet out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice, zip_longest
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnst.errors import InputError
from pnst.io.atomic import atomic_file
from pnst.io.formula_cells import as_written
from pnst.io.table import CSV_OR_PARQUET, header_and_rows, unreadable_table, write_lines
from pnst.regular_file import open_regular

if TYPE_CHECKING:
    import pyarrow as pa

Kind = type[bool] | type[int] | type[float] | type[str]
_BATCH = 1000


def stream_rows(file: Path) -> Iterator[dict[str, str]]:
    """Every row with every column, as texts without blanks round them; empty lines are left out.

    Raises `InputError`, when it comes to it, for what cannot be read and for a row that is longer than the header.
    """
    if file.suffix == ".parquet":
        yield from _parquet_rows(file)
        return
    try:
        open_regular(file).close()
        with file.open(encoding="utf-8-sig", newline="") as stream:
            header, rows = header_and_rows(_without_nul(stream, file), file, CSV_OR_PARQUET, max_cells=inf)
            for _, cells in rows:
                yield {n: as_written(c.strip()) for n, c in zip_longest(header, cells, fillvalue="")}
    except OSError as error:
        raise unreadable_table(file, error.strerror or "a file that cannot be opened", CSV_OR_PARQUET) from error
    except UnicodeDecodeError as error:
        got = f"bytes that are not UTF-8 (byte {error.start})"
        raise unreadable_table(file, got, CSV_OR_PARQUET) from error


def _without_nul(lines: Iterable[str], file: Path) -> Iterator[str]:
    for line in lines:
        if "\0" in line:
            raise unreadable_table(file, "NUL, which no text holds", CSV_OR_PARQUET)
        yield line


def write_csv_rows(file: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """One line a row under these columns; a cell is empty where a row lacks it. The file appears whole or not at all.

    A text that a spreadsheet would carry out stands behind an apostrophe, as `stream_rows` expects.
    """
    with (
        _refusals(file),
        atomic_file(file) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as stream,
    ):
        write_lines(stream, columns, rows)


def write_parquet_rows(file: Path, columns: Mapping[str, Kind], rows: Iterable[Mapping[str, Any]]) -> None:
    """The rows as Parquet, each column of one kind; missing where a row lacks it. Whole or not at all."""
    import pyarrow as pa
    from pyarrow import parquet

    types = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
    rows = iter(rows)
    with _refusals(file), atomic_file(file) as temporary, parquet.ParquetWriter(temporary, schema) as writer:
        while batch := list(islice(rows, _BATCH)):
            writer.write_table(_table(batch, columns, schema))


@contextmanager
def _refusals(file: Path) -> Iterator[None]:
    """Turn what the system refuses into `InputError`; pyarrow's errors have their reason in their text alone."""
    try:
        yield
    except OSError as error:
        full = "No space left on device"
        raise InputError(
            f"cannot write {file.name!r}",
            got=full if full in str(error) else error.strerror or "a folder that cannot be written",
            expected="a folder with room that can be written",
            remedy="make room and run again: finished cases are kept",
        ) from error


def _table(batch: Sequence[Mapping[str, Any]], columns: Mapping[str, Kind], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    arrays = []
    for name, kind in columns.items():
        cells = (row.get(name) for row in batch)
        values = [None if cell is None or cell == "" else _of(kind, cell) for cell in cells]
        arrays.append(pa.array(values, type=schema.field(name).type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _of(kind: Kind, cell: Any) -> Any:
    return _cell(cell) if kind is str else kind(cell)


def _cell(value: Any) -> Any:
    return "" if value is None else value if isinstance(value, str) else str(value)


def _parquet_rows(file: Path) -> Iterator[dict[str, str]]:
    from pyarrow import ArrowException, parquet

    try:
        opened = parquet.ParquetFile(file)
        for batch in opened.iter_batches(_BATCH):
            for row in batch.to_pylist():
                yield {name.strip(): _cell(cell).strip() for name, cell in row.items()}
    except (OSError, ArrowException) as error:
        raise unreadable_table(file, "a file that is no Parquet", CSV_OR_PARQUET) from error
