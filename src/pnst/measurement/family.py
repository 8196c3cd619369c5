"""What every family of measurements is: a frozen record of columns, or a reason why it is absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, ClassVar, Literal, Self, get_args, get_origin, get_type_hints

from pnst.image import Mask, Volume
from pnst.typing import FloatArray

Value = bool | int | float | str | tuple[float, ...] | None
Interval = tuple[float, float]

INTERVAL = "_interval"
"""Suffix of the column that holds another column's interval, [low, high]."""


@dataclass(frozen=True, eq=False)
class SurfaceMap:
    """A finding at each of n points of the lesion's surface. It is for the report; no file holds it."""

    points: FloatArray
    """(n, 3) RAS mm."""
    values: FloatArray
    """(n,); NaN where nothing could be measured."""
    meaning: str
    """What the values are, with their unit."""

    def __repr__(self) -> str:
        return f"SurfaceMap({self.meaning}, {len(self.points)} points)"


Regions = Mapping[str, Mask | Volume | SurfaceMap]


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    """The annotations of a record's columns, read from their texts once."""
    return get_type_hints(kind)


@dataclass(frozen=True, kw_only=True)
class Family:
    """The columns of one family. A column that was not measured is None and is left out of every output,
    except those in `nullable`, whose null is itself a result ("not applicable").
    """

    nullable: ClassVar[frozenset[str]] = frozenset()
    exact: ClassVar[frozenset[str]] = frozenset()
    """Numbers that are counted, and have no interval."""
    masks: ClassVar[frozenset[str]] = frozenset()
    """The study's masks that it reads, by name."""
    quality: str | None = None
    """Why the numbers are doubtful, in words; None when nothing speaks against them."""
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    """Column → what 95 % of repetitions under small perturbations would give; also read as `volume_ml_interval`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "intervals", MappingProxyType(dict(self.intervals)))

    def __getattr__(self, name: str) -> Interval | None:
        # Only for what is no field: `volume_ml_interval` is the interval of the column `volume_ml`, None without one.
        column = name.removesuffix(INTERVAL)
        if column == name or column not in self.column_names():
            raise AttributeError(f"{type(self).__name__} has no column {name!r}", name=name, obj=self)
        return self.intervals.get(column)

    @classmethod
    def column_names(cls) -> tuple[str, ...]:
        """Every column that the family may hold, intervals aside."""
        return tuple(f.name for f in fields(cls) if f.name != "intervals")

    @classmethod
    def kind_of(cls, column: str) -> type:
        """What a column holds: bool, int, float, str or tuple."""
        hint = cls.hint_of(column)
        if get_origin(hint) is Literal:
            return type(get_args(hint)[0])
        kind: type = get_origin(hint) or hint
        return kind

    @classmethod
    def hint_of(cls, column: str) -> Any:
        """The annotation of a column, None apart."""
        hint = _hints(cls)[column]  # type: ignore[arg-type]  # mypy takes the records' hash for that of their class
        return next(part for part in get_args(hint) if part is not NoneType) if isinstance(hint, UnionType) else hint

    @classmethod
    def required(cls) -> tuple[str, ...]:
        """The columns that are there whenever the family was measured."""
        own = (f for f in fields(cls) if f.name != "intervals")
        return tuple(f.name for f in own if f.default is MISSING or f.name in cls.nullable)

    def columns(self) -> dict[str, Value]:
        """Column → value, without the family's name; absent columns are left out, an interval follows its column."""
        columns: dict[str, Value] = {}
        for name in self.column_names():
            value = getattr(self, name)
            if value is not None or name in self.nullable:
                columns[name] = value
            if name in self.intervals:
                columns[f"{name}{INTERVAL}"] = self.intervals[name]
        return columns

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any]) -> Self:
        """The inverse of `columns`, as read from a file."""
        plain = {name: value for name, value in columns.items() if not name.endswith(INTERVAL)}
        intervals = {name.removesuffix(INTERVAL): _pair(columns[name]) for name in columns.keys() - plain.keys()}
        values: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
        return cls(**values, intervals=intervals)


def _pair(value: Any) -> Interval:
    low, high = value
    return float(low), float(high)


def join_warnings(*warnings: str | None) -> str | None:
    """Remarks as the text of `quality`, each once; None without any."""
    return "; ".join(dict.fromkeys(warning for warning in warnings if warning)) or None


@dataclass(frozen=True, eq=False)
class Outcome:
    """What measuring one family gave: the record, the halves that were skipped, and what was measured on."""

    family: Any
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Part of the family → reason ("edge" → …)."""
    regions: Regions = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "skipped", MappingProxyType(dict(self.skipped)))
        object.__setattr__(self, "regions", MappingProxyType(dict(self.regions)))


class NotMeasurable(Exception):
    """A family cannot be measured in this study; the message is the reason that is reported."""
