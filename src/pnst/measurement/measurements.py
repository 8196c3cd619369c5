"""`Measurements`: one lesion, one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from pnst.measurement.families.adc import Adc
from pnst.measurement.families.cyst import Cyst
from pnst.measurement.families.edema import Edema
from pnst.measurement.families.enhancement import Uptake
from pnst.measurement.families.heterogeneity import Heterogeneity
from pnst.measurement.families.ivim import Ivim
from pnst.measurement.families.margin import Margin
from pnst.measurement.families.size import Size
from pnst.measurement.families.split_fat import SplitFat
from pnst.measurement.families.t1_high import T1High
from pnst.measurement.families.target import Target
from pnst.measurement.family import Family, Regions, Value
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
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Family, or half a family ("margin.edge"), → reason."""
    overrides: Mapping[str, Value] = field(default_factory=dict)
    """A reader's own judgement, column → value; never mixed into the measured columns."""
    warnings: tuple[str, ...] = ()
    """What a reader of the numbers must know."""
    notes: tuple[str, ...] = ()
    """What was noticed while reading the images and the lesion."""
    settings: MeasureSettings = field(default_factory=MeasureSettings)
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
        """The inverse of `to_dict`; regions and settings do not travel in an entry."""
        families: dict[str, Any] = {}
        for name, kind in FAMILY_TYPES.items():
            if name in entry:
                families[name] = kind.from_columns(entry[name])
        return cls(
            case_id=case_id,
            label=str(entry["label"]),
            **families,
            skipped=entry.get("skipped", {}),
            overrides=entry.get("overrides", {}),
            warnings=tuple(entry.get("warnings", ())),
            notes=tuple(entry.get("notes", ())),
            provenance=entry.get("provenance", {}),
        )

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
        rows = "".join(f"<tr><td>{escape(n)}</td><td>{escape(_shown(v))}</td></tr>" for n, v in self.columns().items())
        gaps = "".join(
            f"<tr><td>{escape(n)}</td><td><i>skipped: {escape(r)}</i></td></tr>" for n, r in self.skipped.items()
        )
        return f"<table><caption>{escape(self.case_id)}, lesion {escape(self.label)}</caption>{rows}{gaps}</table>"


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


def _plain(columns: Mapping[str, Value]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in columns.items()}


def _shown(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
