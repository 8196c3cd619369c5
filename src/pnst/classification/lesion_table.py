"""The cells of n lesions, whatever form they came in: `Measurements`, a mapping of columns, or a table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from pnst.errors import SettingError
from pnst.evidence.columns import OVERRIDE, SIGN_COLUMNS, flag, interval, missing, number
from pnst.measurement.family import INTERVAL
from pnst.measurement.measurements import Measurements
from pnst.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd

Cells = Sequence[object]
Checked = TypeVar("Checked")


@dataclass(frozen=True, eq=False)
class LesionTable:
    """Measured cells by column, and a reader's own judgements apart; each column holds `count` cells."""

    measured: Mapping[str, Cells]
    overrides: Mapping[str, Cells]
    count: int
    index: pd.Index | None = None
    """Of the table that the lesions came in; None for a single lesion."""
    by_pnst: bool = False
    """Whether pnst measured the cells: then one that no model can use (an ADC of 0 by noise) is empty, and no error."""

    @classmethod
    def of(cls, m: object) -> LesionTable:
        """From `Measurements`, a mapping of columns or a DataFrame; raises `SettingError` for anything else."""
        if isinstance(m, Measurements):
            return cls.from_measurements(m)
        if isinstance(m, Mapping):
            return cls.from_mapping(m)
        if hasattr(m, "iloc") and hasattr(m, "columns"):
            return cls.from_frame(m)
        raise SettingError(
            "what is to be assessed is not measurements",
            got=type(m).__name__,
            expected="Measurements, a mapping of columns, or a pandas DataFrame",
            remedy="pass the result of pnst.measure, or a dictionary such as {'size.longest_diameter_mm': 60.0}",
        )

    @classmethod
    def from_measurements(cls, m: Measurements) -> LesionTable:
        """One lesion."""
        return cls(_cells(m.columns()), _cells(m.overrides), 1, by_pnst=True)

    @classmethod
    def from_mapping(cls, columns: Mapping[str, object]) -> LesionTable:
        """One lesion from `{column: value}`; `override.<column>` marks a reader's judgement."""
        return cls._split(_cells(columns), 1, None)

    @classmethod
    def from_frame(cls, table: pd.DataFrame) -> LesionTable:
        """One lesion a row. Raises `SettingError` for a column that stands twice."""
        twice = sorted({str(name) for name in table.columns[table.columns.duplicated()]})
        if twice:
            raise SettingError(
                "a table holds a column twice", got=", ".join(twice), expected="each once", remedy="drop one of them"
            )
        return cls._split({str(name): table[name].tolist() for name in table.columns}, len(table), table.index)

    @classmethod
    def _split(cls, cells: Mapping[str, Cells], count: int, index: pd.Index | None) -> LesionTable:
        measured = {name: column for name, column in cells.items() if not name.startswith(OVERRIDE)}
        overrides = {name[len(OVERRIDE) :]: column for name, column in cells.items() if name.startswith(OVERRIDE)}
        return cls(measured, overrides, count, index)

    @property
    def names(self) -> tuple[str, ...]:
        """Every column, a reader's with its prefix."""
        return (*self.measured, *(OVERRIDE + name for name in self.overrides))

    def only(self, columns: Collection[str]) -> LesionTable:
        """The same lesions with these columns alone, measured or given by a reader."""
        measured, overrides = (
            {name: cells for name, cells in part.items() if name in columns} for part in (self.measured, self.overrides)
        )
        return LesionTable(measured, overrides, self.count, self.index, self.by_pnst)

    def to_frame(self, columns: Collection[str]) -> pd.DataFrame:
        """Those columns, with `override.<column>` beside them, as a table of plain objects."""
        import pandas as pd

        part = self.only(columns)
        cells = {**part.measured, **{OVERRIDE + name: given for name, given in part.overrides.items()}}
        index = pd.RangeIndex(self.count)
        return pd.DataFrame({name: pd.Series(list(c), index=index, dtype=object) for name, c in cells.items()}, index)

    def numbers(self, column: str) -> tuple[FloatArray, BoolArray]:
        """A numeric column (n,), NaN where empty, and where a reader gave it."""
        return self._read(column, number)

    def flags(self, column: str) -> tuple[FloatArray, BoolArray]:
        """A sign (n,) as 1, 0 or NaN, and where a reader gave it."""
        return self._read(column, flag)

    def half_widths(self, column: str) -> FloatArray:
        """Half of the measurement's own interval (n,), 0 where it has none or a reader gave the value."""
        name = column + INTERVAL
        half = np.zeros(self.count)
        for row, cell in enumerate(self.measured.get(name, ())):
            ends = interval(name, cell)
            by_reader = column in self.overrides and not missing(self.overrides[column][row])
            if ends is not None and not by_reader:
                half[row] = (ends[1] - ends[0]) / 2
        return half

    def texts(self, column: str) -> list[str | None]:
        """A column of text, None where empty."""
        return [None if missing(cell) else str(cell) for cell in self.measured.get(column, [None] * self.count)]

    def has(self, column: str) -> bool:
        """Whether the column is there, be its cells empty or not."""
        return column in self.measured or column in self.overrides

    def row(self, index: int, columns: Iterable[str]) -> dict[str, Any]:
        """Column → checked value of one lesion, a reader's judgements in place; empty cells are left out."""
        cells: dict[str, Any] = {}
        for name in columns:
            for source, lenient in ((self.measured, self.by_pnst), (self.overrides, False)):
                if name in source and not is_empty(source[name][index]):
                    value = (partial(_usable, _checked) if lenient else _checked)(name, source[name][index])
                    if value is not None:
                        cells[name] = value
        return cells

    def _read(self, column: str, check: Callable[[str, object], float | None]) -> tuple[FloatArray, BoolArray]:
        lenient = partial(_usable, check) if self.by_pnst else check
        values, given = (
            np.array([_nan(of_cell(column, cell)) for cell in cells[column]])
            if column in cells
            else np.full(self.count, np.nan)
            for cells, of_cell in ((self.measured, lenient), (self.overrides, check))
        )
        by_reader = ~np.isnan(given)
        return np.where(by_reader, given, values), by_reader


def _usable(check: Callable[[str, object], Checked | None], column: str, cell: object) -> Checked | None:
    """A cell that pnst measured, None where no model can use its value."""
    try:
        return check(column, cell)
    except SettingError:
        return None


def _cells(columns: Mapping[str, object]) -> dict[str, Cells]:
    return {str(name): [value] for name, value in columns.items()}


def _nan(value: float | None) -> float:
    return np.nan if value is None else float(value)


def is_empty(cell: object) -> bool:
    """Whether a cell, be it a text, a number or a sequence, holds nothing."""
    return not isinstance(cell, list | tuple | np.ndarray) and missing(cell)


def _checked(column: str, cell: object) -> object:
    """Signs and numbers checked; texts and sequences (region, b-values) as they are."""
    if column in SIGN_COLUMNS:
        return flag(column, cell)
    return cell if isinstance(cell, str | list | tuple | np.ndarray) else number(column, cell)
