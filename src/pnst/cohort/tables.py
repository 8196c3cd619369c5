"""The tables of a cohort, made from the records of its cases: nothing is held but names, so that millions fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pnst.cohort.measuring import FAILURES, LESIONS
from pnst.cohort.run import row_of
from pnst.errors import PnstError
from pnst.io.table_rows import Kind, write_csv_rows, write_parquet_rows

LESIONS_CSV, LESIONS_PARQUET, FAILURES_CSV = "lesions.csv", "lesions.parquet", "failures.csv"
PARTS = "parts"
"""Where each case has its folder."""
Record = Mapping[str, Any]
"""Of a case that was measured: the rows of its lesions, and why some were not measured."""
FAILURE_COLUMNS = ("case", "lesion", "stage", "what", "got", "expected", "remedy")


@dataclass(frozen=True)
class Failure:
    """A case that could not be measured."""

    stage: str
    error: PnstError

    def row(self, case: str) -> dict[str, Any]:
        """The line of `failures.csv`."""
        e = self.error
        parts = {"what": e.what, "got": e.got, "expected": e.expected, "remedy": e.remedy}
        return {"case": case, "lesion": "", "stage": self.stage, **{k: " ".join(v.split()) for k, v in parts.items()}}


def write_tables(out: Path, cases: Callable[[], Iterator[str]], failures: Mapping[str, Failure]) -> None:
    """`lesions.csv`, `lesions.parquet` and `failures.csv`, in the order of the cohort."""
    write_records(out, lambda: _records(out, cases(), failures))


def write_records(out: Path, records: Callable[[], Iterable[tuple[str, Record | Failure]]]) -> None:
    """The same three from each case with its record, or with why it has none; they are read once for each table.

    Where nothing failed there is no `failures.csv`. The same cases give the same bytes.
    """
    failures: list[dict[str, Any]] = []
    columns = column_kinds(_lesions(records(), failures))
    write_csv_rows(out / LESIONS_CSV, list(columns), _lesions(records()))
    write_parquet_rows(out / LESIONS_PARQUET, columns, _lesions(records()))
    if failures:
        write_csv_rows(out / FAILURES_CSV, FAILURE_COLUMNS, failures)
    else:
        (out / FAILURES_CSV).unlink(missing_ok=True)


def _lesions(
    records: Iterable[tuple[str, Record | Failure]], failures: list[dict[str, Any]] | None = None
) -> Iterator[Mapping[str, Any]]:
    """The rows of all lesions; what failed, a case or a lesion of one that did not, is added to `failures`."""
    failures = [] if failures is None else failures
    for case, record in records:
        if isinstance(record, Failure):
            failures.append(record.row(case))
            continue
        yield from record[LESIONS]
        failures += failed_lesions(case, record)


def column_kinds(rows: Iterable[Mapping[str, Any]]) -> dict[str, Kind]:
    """Every column with its kind, in the order of a row that has them all; one of several kinds is text.

    >>> column_kinds([{"a": 1, "b": None}, {"a": 1.5, "b": True, "c": "x"}])
    {'a': <class 'float'>, 'b': <class 'bool'>, 'c': <class 'str'>}
    """
    kinds: dict[str, set[type]] = {}
    for row in rows:
        before: str | None = None
        for name, value in row.items():
            if name not in kinds:
                kinds = _inserted(kinds, name, before)
            if value is not None and value != "":
                kinds[name].add(type(value))
            before = name
    return {name: _kind(types) for name, types in kinds.items()}


def _inserted(kinds: dict[str, set[type]], name: str, before: str | None) -> dict[str, set[type]]:
    """With one column more, behind the one that it stands behind in its row: families stay together."""
    names = list(kinds)
    names.insert(0 if before is None else names.index(before) + 1, name)
    return {each: kinds.get(each, set()) for each in names}


def _kind(types: set[type]) -> Kind:
    if types == {int, float}:
        return float
    kind = next(iter(types)) if len(types) == 1 else str
    return kind if kind in (bool, int, float) else str


def _records(
    out: Path, cases: Iterable[str], failures: Mapping[str, Failure]
) -> Iterator[tuple[str, Record | Failure]]:
    for case in cases:
        yield case, failures[case] if case in failures else row_of(out / PARTS / case)


def failed_lesions(case: str, record: Record) -> Iterator[dict[str, Any]]:
    """The lines of the lesions that failed in a case that did not."""
    for label, why in record[FAILURES].items():
        yield {"case": case, "lesion": label, "stage": "measuring", "what": " ".join(why.split())}
