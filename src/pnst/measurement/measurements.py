"""`Measurements`: one lesion, one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from pnst.html_table import html_notes, html_table
from pnst.measurement.families.adc import Adc
from pnst.measurement.families.bone import Bone
from pnst.measurement.families.canal import Canal
from pnst.measurement.families.cord import Cord
from pnst.measurement.families.cyst import Cyst
from pnst.measurement.families.edema import Edema
from pnst.measurement.families.enhancement import Uptake
from pnst.measurement.families.fascicular import Fascicular
from pnst.measurement.families.flow_voids import FlowVoids
from pnst.measurement.families.haemosiderin import Haemosiderin
from pnst.measurement.families.heterogeneity import Heterogeneity
from pnst.measurement.families.invasion import Invasion
from pnst.measurement.families.ivim import Ivim
from pnst.measurement.families.margin import Margin
from pnst.measurement.families.nerve import Nerve
from pnst.measurement.families.rim import ThinRim
from pnst.measurement.families.size import Size
from pnst.measurement.families.split_fat import SplitFat
from pnst.measurement.families.t1_high import T1High
from pnst.measurement.families.target import Target
from pnst.measurement.family import INTERVAL, Family, Regions, Value
from pnst.measurement.html_rows import HEAD, family_rows, override_rows, skipped_rows
from pnst.measurement.settings import MeasureSettings

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Measurements:
    """What was measured of one lesion, what was skipped and why, and what it rests on."""

    case_id: str
    label: str
    size: Size | None = None
    margin: Margin | None = None
    edema: Edema | None = None
    split_fat: SplitFat | None = None
    adc: Adc | None = None
    ivim: Ivim | None = None
    enhancement: Uptake | None = None
    cyst: Cyst | None = None
    t1_high: T1High | None = None
    target: Target | None = None
    heterogeneity: Heterogeneity | None = None
    cord: Cord | None = None
    canal: Canal | None = None
    nerve: Nerve | None = None
    bone: Bone | None = None
    invasion: Invasion | None = None
    fascicular: Fascicular | None = None
    rim: ThinRim | None = None
    flow_voids: FlowVoids | None = None
    haemosiderin: Haemosiderin | None = None
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Family, or half a family ("margin.edge"), → reason."""
    overrides: Mapping[str, Value] = field(default_factory=dict)
    """A reader's own judgement, column → value; never mixed into the measured columns."""
    warnings: tuple[str, ...] = ()
    """What a reader of the numbers must know."""
    notes: tuple[str, ...] = ()
    """What was noticed while reading the images and the lesion."""
    settings: MeasureSettings | None = None
    """None: not known, as in what `from_dict` reads."""
    provenance: Mapping[str, str] = field(default_factory=dict)
    """"pnst" → version, "lesion" → how it was made, "input.<role>" → digest, "align.<role>" and "bias.<role>" → what
    was done to the series before."""
    regions: Regions = field(default_factory=dict)
    """What was measured, for pictures and DICOM SEG: "edema", "fat_rim", "muscle", "adc" … on their native grids."""

    def __post_init__(self) -> None:
        for name in ("skipped", "overrides", "provenance", "regions"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def families(self) -> dict[str, Family]:
        """The families that were measured, by name, in the order of the outputs."""
        families = {name: getattr(self, name) for name in FAMILY_TYPES}
        return {name: family for name, family in families.items() if family is not None}

    def columns(self) -> dict[str, Value]:
        """Flat `family.column` → measured value (overrides are apart)."""
        return {
            f"{name}.{column}": value
            for name, family in self.families().items()
            for column, value in family.columns().items()
        }

    def to_dict(self) -> dict[str, Any]:
        """One entry of `lesions` in measurements.json: the families, and what was skipped, overridden and noticed."""
        return {
            "label": self.label,
            **{name: _plain(family.columns()) for name, family in self.families().items()},
            "skipped": dict(self.skipped),
            "overrides": _plain(self.overrides),
            "warnings": list(self.warnings),
            "notes": list(self.notes),
            "provenance": dict(self.provenance),
        }

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any], case_id: str) -> Measurements:
        """The inverse of `to_dict`; regions and settings do not travel in an entry.

        Overrides are as they stand there: `check_overrides` says whether a reader may judge them.

        Raises
        ------
        KeyError : no label
        TypeError, ValueError : a family, column or other key that this version does not know, a required column that is
            not there, or a value that is not of its column's kind
        """
        others = {name: check(name, entry.get(name)) for name, check in _OTHERS.items()}
        _refuse_unknown("an entry", entry, {"label", *FAMILY_TYPES, *_OTHERS})
        families: dict[str, Any] = {name: _family(name, entry[name]) for name in FAMILY_TYPES if name in entry}
        return cls(case_id=case_id, label=_label(entry["label"]), **families, **others)

    def row(self) -> dict[str, Any]:
        """Flat case_id, label, every measured column, `skipped.<family>` and `override.<column>`."""
        row: dict[str, Any] = {"case_id": self.case_id, "label": self.label, **_plain(self.columns())}
        row |= {f"skipped.{name}": reason for name, reason in self.skipped.items()}
        row |= {f"override.{name}": value for name, value in self.overrides.items()}
        return row

    def to_frame(self) -> pd.DataFrame:
        """One row of a table: `row`."""
        import pandas as pd

        return pd.DataFrame([self.row()])

    def _repr_html_(self) -> str:
        rows = (*family_rows(self.families()), *override_rows(self.overrides), *skipped_rows(self.skipped))
        return html_table(f"{self.case_id}, lesion {self.label}", HEAD, rows) + html_notes(self.warnings)

    def __repr__(self) -> str:
        skipped = f"; {len(self.skipped)} skipped" if self.skipped else ""
        return f"Measurements({self.case_id!r}, lesion {self.label!r}: {', '.join(self.families()) or 'none'}{skipped})"


def _family_types() -> dict[str, type[Family]]:
    hints = {name: get_args(hint) for name, hint in get_type_hints(Measurements, localns={"pd": None}).items()}
    return {
        name: kinds[0]
        for name, kinds in hints.items()
        if kinds and isinstance(kinds[0], type) and issubclass(kinds[0], Family)
    }


FAMILY_TYPES: Mapping[str, type[Family]] = MappingProxyType(_family_types())
"""Every family by its name in columns and files, in the order of the outputs: the fields of `Measurements`."""

MASK_NAMES: tuple[str, ...] = tuple(sorted({name for kind in FAMILY_TYPES.values() for name in kind.masks}))
"""The masks of a study that some family reads."""

LARGEST = 1e9
"""What no measurement of a person exceeds in any unit of any column; a larger number in a file is damage."""


def _plain(columns: Mapping[str, Value]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in columns.items()}


def _family(name: str, columns: object) -> Family:
    """A family from its columns in a file."""
    kind = FAMILY_TYPES[name]
    if not isinstance(columns, Mapping):
        raise TypeError(f"{name} is {columns!r}, and no table of columns")
    numbers = {column for column in kind.column_names() if kind.kind_of(column) in (float, int)}
    _refuse_unknown(name, columns, {*kind.column_names(), *(column + INTERVAL for column in numbers)})
    for column, value in columns.items():
        if column.endswith(INTERVAL):
            fits = _is_kind(value, tuple) and len(value) == 2 and value[0] <= value[1]
        elif value is None:
            fits = column in kind.nullable or column not in kind.required()
        else:
            words = get_args(kind.hint_of(column)) if get_origin(kind.hint_of(column)) is Literal else ()
            fits = _is_kind(value, kind.kind_of(column)) and (not words or value in words)
        if not fits:
            raise ValueError(f"{name}.{column} is {value!r}")
    return kind.from_columns(columns)


def _is_kind(value: Any, kind: type) -> bool:
    if kind is tuple:
        return isinstance(value, list | tuple) and all(_is_kind(item, float) for item in value)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _refuse_unknown(what: str, given: Mapping[str, Any], known: set[str]) -> None:
    unknown = [str(name) for name in given if name not in known]
    if unknown:
        near = get_close_matches(unknown[0], known, n=1)
        raise ValueError(f"{what} holds {unknown[0]!r}" + (f" (is it {near[0]!r}?)" if near else ""))


def _label(label: object) -> str:
    if not isinstance(label, str | int) or isinstance(label, bool):
        raise TypeError(f"the label is {label!r}")
    return str(label)


def _table(name: str, given: object) -> dict[str, Any]:
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"{name} is {given!r}, and no table")
    return dict(given or {})


def _words(name: str, given: object) -> dict[str, str]:
    table = _table(name, given)
    if name == "skipped":
        _refuse_unknown(name, {part.partition(".")[0]: why for part, why in table.items()}, set(FAMILY_TYPES))
    if not all(isinstance(word, str) for word in table.values()):
        raise TypeError(f"{name} holds something else than texts")
    return table


def _texts(name: str, given: object) -> tuple[str, ...]:
    if not isinstance(given, list | tuple | None) or not all(isinstance(text, str) for text in given or ()):
        raise TypeError(f"{name} is {given!r}, and no list of texts")
    return tuple(given or ())


_OTHERS: Mapping[str, Callable[[str, object], Any]] = MappingProxyType(
    {"skipped": _words, "overrides": _table, "warnings": _texts, "notes": _texts, "provenance": _words}
)
"""What an entry holds besides its label and the families, and how each is read."""
