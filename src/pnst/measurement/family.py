"""What every family of measurements is: a frozen record of columns, or a reason why it is absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, ClassVar

from pnst.image import Mask, Volume

Value = bool | int | float | str | tuple[float, ...] | None
Regions = Mapping[str, Mask | Volume]


@dataclass(frozen=True, kw_only=True)
class Family:
    """The columns of one family. A column that was not measured is None and is left out of every output,
    except those in `nullable`, whose null is itself a result ("not applicable").
    """

    nullable: ClassVar[frozenset[str]] = frozenset()
    quality: str | None = None
    """Why the numbers are doubtful, in words; None when nothing speaks against them."""

    def columns(self) -> dict[str, Value]:
        """Column → value, without the family's name; absent columns are left out."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if value is not None or name in self.nullable}


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
