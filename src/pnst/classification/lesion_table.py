"""The cells of n lesions, whatever form they came in: `Measurements`, a mapping of columns, or a table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from pnst.errors import SettingError
from pnst.evidence.cells import check_cells, checked, flag, interval, is_empty, number
from pnst.evidence.columns import OVERRIDE, OVERRULED
from pnst.measurement.family import INTERVAL
from pnst.measurement.measurements import Measurements
from pnst.measurement.overrides import check_overrides
from pnst.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd

Cells = Sequence[object]
Checked = TypeVar("Checked")


@dataclass(frozen=True, eq=False)
class LesionTable:
    """Measured cells by column, and a reader's own judgements apart; each column holds `count` cells.

    An empty cell among the judgements is no word. Where a reader judged otherwise than was measured, what was measured
    beside it (`OVERRULED`) is read as empty: models and rules see one lesion, and not two that contradict each other.
    """

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
        """One lesion. Raises `SettingError` for an override that there cannot be."""
        return cls(_cells(m.columns()), _cells(check_overrides(m.overrides)), 1, by_pnst=True)

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

    def check_cells(self) -> None:
        """Raise `SettingError` for a cell that its column cannot hold, be the column read or not.

        Every column must be known (`check_names`). Cells that pnst measured are what they are.
        """
        for name, cells in () if self.by_pnst else self.measured.items():
            check_cells(name, cells)
        for name, cells in self.overrides.items():
            check_cells(OVERRIDE + name, cells)

    def take(self, rows: Sequence[int]) -> LesionTable:
        """Some of the lesions, in this order."""
        measured, overrides = (
            {name: [cells[row] for row in rows] for name, cells in part.items()}
            for part in (self.measured, self.overrides)
        )
        index = None if self.index is None else self.index[list(rows)]
        return LesionTable(measured, overrides, len(rows), index, self.by_pnst)

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
        cells = {
            **{name: self._usable_cells(name) for name in part.measured},
            **{OVERRIDE + name: given for name, given in part.overrides.items()},
        }
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
            by_reader = column in self.overrides and not is_empty(self.overrides[column][row])
            if ends is not None and not by_reader:
                half[row] = (ends[1] - ends[0]) / 2
        return half

    def texts(self, column: str) -> list[str | None]:
        """A column of text, None where empty."""
        return [None if is_empty(cell) else str(cell) for cell in self._measured(column)]

    def has(self, column: str) -> bool:
        """Whether the column is there, be its cells empty or not."""
        return column in self.measured or column in self.overrides

    def measured_in(self, family: str, but: Collection[str] = ()) -> BoolArray:
        """Where (n,) anything of a family was measured, some of its columns aside."""
        anything = np.zeros(self.count, dtype=bool)
        for name, cells in self.measured.items():
            if name.startswith(f"{family}.") and name not in but:
                anything |= np.array([not is_empty(cell) for cell in cells], dtype=bool)
        return anything

    def row(self, index: int, columns: Iterable[str]) -> dict[str, Any]:
        """Column → checked value of one lesion, a reader's judgements in place; empty cells are left out."""
        check = partial(_usable, checked) if self.by_pnst else checked
        cells: dict[str, Any] = {}
        for name in columns:
            given = checked(name, self.overrides[name][index]) if name in self.overrides else None
            value = check(name, self._measured(name)[index]) if given is None else given
            if value is not None:
                cells[name] = value
        return cells

    def _usable_cells(self, column: str) -> Cells:
        """The measured cells of a column; those of pnst's own that no model can use are empty."""
        cells = self.measured[column]
        return [None if _usable(checked, column, cell) is None else cell for cell in cells] if self.by_pnst else cells

    def _measured(self, column: str) -> Cells:
        """The measured cells of a column, those aside that a reader's word elsewhere overrules."""
        cells = self.measured.get(column, (None,) * self.count)
        for judged in _overruling(column) & self.overrides.keys():
            words = self.overrides[judged]
            cells = [cell if is_empty(word) else None for cell, word in zip(cells, words, strict=True)]
        return cells

    def _read(self, column: str, check: Callable[[str, object], float | None]) -> tuple[FloatArray, BoolArray]:
        lenient = partial(_usable, check) if self.by_pnst else check
        measured, given = (
            np.array([_nan(of_cell(column, cell)) for cell in cells], dtype=float)
            for cells, of_cell in (
                (self._measured(column), lenient),
                (self.overrides.get(column, (None,) * self.count), check),
            )
        )
        by_reader = ~np.isnan(given)
        return np.where(by_reader, given, measured), by_reader


@cache
def _overruling(column: str) -> frozenset[str]:
    """The columns on which a reader's word overrules what was measured in this one."""
    return frozenset(judged for judged, beside in OVERRULED.items() if column in beside)


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
