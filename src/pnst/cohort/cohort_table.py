"""The table of a cohort, CSV or Parquet: checked in one pass, then read row by row, as it may hold millions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from pnst.cohort.cohort_case import CASE, OWN, PREFIXES, STUDY, CohortCase, unusable
from pnst.cohort.task import SAFE
from pnst.errors import SettingError
from pnst.evidence.columns import COMPARED
from pnst.io.table_rows import stream_rows

RESERVED = frozenset(
    {"case_id", "question", "class", "probability", "low", "high", "odds_factor", "prior", "abstained", "warnings"}
)
"""Columns that the results have of their own."""


@dataclass(frozen=True)
class Cohort:
    """Cases to be measured."""

    root: Path
    """The folder that the files of the cases are relative to."""
    count: int
    cases: Callable[[], Iterator[CohortCase]]
    """Read again from the first row each time: nothing is held."""
    columns: tuple[str, ...]


def read_cohort_table(file: Path) -> Cohort:
    """Check the whole table, and give its cases as they are asked for.

    Raises `InputError` for a file that cannot be read, for a column that says nothing, and for cases without a name of
    their own or without a study.
    """
    columns: dict[str, None] = {}
    seen: set[bytes] = set()
    count = 0
    for count, cells in enumerate(stream_rows(file), start=1):
        if not columns:
            columns = dict.fromkeys(cells)
            _check_columns(file.name, tuple(columns))
        _check_row(file.name, count, cells, seen)
        _check_compared(file.name, count, cells)
    if not count:
        raise unusable(file.name, "no row", "one row a case", "write one, or let `pnst cohort init FOLDER` do it")
    return Cohort(file.absolute().parent, count, lambda: map(case_of, stream_rows(file)), tuple(columns))


def case_of(cells: Mapping[str, str]) -> CohortCase:
    """The case of a row whose cells were checked."""
    return CohortCase(cells[CASE], {name: cell for name, cell in cells.items() if cell})


def _check_columns(file: str, columns: tuple[str, ...]) -> None:
    for needed in (CASE, STUDY):
        if needed not in columns:
            raise unusable(
                file,
                f"no column {needed!r} among {', '.join(columns[:8])}",
                "columns `case` and `study`, and `lesion` or a prompt",
                "name the columns in the first line, with commas between them",
            )
    for name in columns:
        known = name in OWN or name.startswith(tuple(PREFIXES))
        if not known and ("." in name or name in RESERVED):
            raise unusable(
                file,
                f"a column called {name!r}",
                f"columns of these names: {', '.join(OWN)}; or {'; '.join(f'{p}…: {w}' for p, w in PREFIXES.items())}",
                "rename it: a column of your own has no point in its name, and no name that the results have",
            )
        if name.startswith(COMPARED):
            _check_measured(file, name)


def _check_measured(file: str, name: str) -> None:
    """What is to be compared with a measured value must be called as that is."""
    from difflib import get_close_matches

    from pnst.evidence.columns import column_kinds

    bare = name.partition(".")[2]
    if bare not in column_kinds():
        near = get_close_matches(bare, column_kinds(), n=3, cutoff=0.5) or ["size.longest_diameter_mm"]
        expected = f"a measured column behind the point, such as {', '.join(near)}"
        raise unusable(file, f"a column called {name!r}", expected, "correct its name, or leave it out")


def _check_compared(file: str, number: int, cells: Mapping[str, str]) -> None:
    """An expert's word or a truth must be one that its column can hold, or nothing could be compared with it."""
    from pnst.evidence.cells import checked
    from pnst.workflow.value_words import value_of

    for name, cell in cells.items():
        if cell and name.startswith(COMPARED):
            try:
                checked(name.partition(".")[2], value_of(cell))
            except SettingError as error:
                raise unusable(file, f"{error.got} as {name} in row {number}", error.expected, error.remedy) from error


def _check_row(file: str, number: int, cells: Mapping[str, str], seen: set[bytes]) -> None:
    name = cells[CASE]
    if not SAFE.fullmatch(name):
        raise unusable(
            file,
            f"the case {name!r} in row {number}" if name else f"no case in row {number}",
            "a name in every row: letters, digits, '_', '-' and '.', at most 64",
            "give every row a name of its own; it names a folder and stands in every result",
        )
    mark = blake2b(name.casefold().encode(), digest_size=8).digest()
    if mark in seen:
        raise unusable(file, f"the case {name!r} twice", "a name of its own in every row", "rename one of them")
    seen.add(mark)
    if not cells[STUDY]:
        raise unusable(file, f"no study in row {number}", "the folder of a study", "write it, or leave the row out")
