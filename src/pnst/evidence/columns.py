"""The columns of one lesion that can be assessed: their names, and what kind of value each holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Literal, get_args, get_origin

from pnst.errors import SettingError
from pnst.evidence.published import predictors
from pnst.measurement.family import INTERVAL
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.measurement.overrides import READER_COLUMNS

OVERRIDE, SKIPPED = "override.", "skipped."
"""Prefixes of a reader's own judgement, and of the reason why a family is missing, in a mapping or table."""
COMPARED = ("expert.", "truth.")
"""Prefixes of what is only to be compared with a measured value: an expert's word, a simulation's truth. No score rests
on it."""
SIGN_OF_COLUMN = {
    "margin.ill_defined_fraction": "margin.ill_defined",
    "edema.max_extent_mm": "edema.present",
    "split_fat.coverage_fraction": "split_fat.present",
}
"""The sign that stands beside a continuous column; a reader's word on it replaces the column."""

RULE_COLUMNS = ("ivim.d_margin_um2_per_ms", "ivim.f_centre_fraction", "ivim.f_margin_fraction")
"""Columns that a published rule reads and no family measures: how wide a margin its source took is not known to us."""

IDENTITY = ("case_id", "label")
"""The names of a case and of its lesion."""

PATIENT: Mapping[str, type] = MappingProxyType({"nf1": bool, "age": float, "location": str, "level": str})
"""Facts about the patient and the place of the lesion, which a mapping or a table may hold beside what was measured."""

INTRADURAL_COLUMNS = ("canal.dural_tail_mm", "bone.foraminal_fraction")
"""Columns that tell intradural tumours apart and that no family measures yet."""

_MAP_STATISTICS = ("min_um2_per_ms", "min_uniform_um2_per_ms", "dark_um2_per_ms", "dark_uniform_um2_per_ms")
OVERRULED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{column: (sign,) for column, sign in SIGN_OF_COLUMN.items()},
        **{sign: (column,) for column, sign in SIGN_OF_COLUMN.items()},
        "edema.max_extent_mm": ("edema.present", "edema.censored"),
        "edema.present": ("edema.max_extent_mm", "edema.censored"),
        "cyst.fraction": ("cyst.present",),
        "t1_high.fraction": ("t1_high.present",),
        "target.rim_core_ratio": ("target.present",),
        "target.core_variation": ("target.present",),
        "enhancement.rim_core_ratio": ("enhancement.peripheral",),
        "adc.mean_um2_per_ms": (
            *(f"adc.{name}" for name in ("mean_all_b_um2_per_ms", "b_values", "region", *_MAP_STATISTICS)),
        ),
        "adc.min_um2_per_ms": ("adc.min_uniform_um2_per_ms",),
        "adc.dark_um2_per_ms": ("adc.dark_uniform_um2_per_ms",),
        "ivim.d_um2_per_ms": (
            *(f"ivim.{name}" for name in ("b_values", "region", *(f"d_{n}" for n in _MAP_STATISTICS))),
        ),
        "ivim.d_min_um2_per_ms": ("ivim.d_min_uniform_um2_per_ms",),
        "ivim.d_dark_um2_per_ms": ("ivim.d_dark_uniform_um2_per_ms",),
    }
)
"""Column → what was measured beside it and no longer holds once a reader judges otherwise: the sign of a number and the
number of a sign, and of a mean ADC or D the rest of that map's statistics with its b-values and region."""


@cache
def column_kinds() -> Mapping[str, type]:
    """Every column of one lesion, intervals and names aside, and what it holds: bool, int, float, str or tuple."""
    measured = {
        f"{family}.{name}": kind.kind_of(name) for family, kind in FAMILY_TYPES.items() for name in kind.column_names()
    }
    read: dict[str, type] = {p.column: bool if p.positive_when.startswith("is ") else float for p in predictors()}
    signs: dict[str, type] = dict.fromkeys(READER_COLUMNS, bool)
    unmeasured: dict[str, type] = dict.fromkeys((*RULE_COLUMNS, *INTRADURAL_COLUMNS), float)
    return MappingProxyType({**read, **unmeasured, **PATIENT, **signs, **measured})


@cache
def column_words() -> Mapping[str, tuple[str, ...]]:
    """Column → the words that it may hold, of those that hold one of a few."""
    hints = {
        f"{family}.{name}": kind.hint_of(name) for family, kind in FAMILY_TYPES.items() for name in kind.column_names()
    }
    return MappingProxyType({name: get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal})


def is_sign(column: str) -> bool:
    """Whether a column's cells are true, false or empty."""
    return column_kinds().get(column) is bool


@cache
def overridable_columns() -> frozenset[str]:
    """The columns that a reader may judge: signs and numbers, but no thresholds."""
    kinds = column_kinds().items()
    return frozenset(
        name
        for name, kind in kinds
        if kind in (bool, int, float) and not name.endswith("_threshold") and name not in PATIENT
    )


@cache
def known_columns() -> frozenset[str]:
    """Every column that a mapping or table may hold, without the `override.` and `skipped.` prefixes."""
    intervals = {name + INTERVAL for name in overridable_columns() if not is_sign(name)}
    return frozenset(column_kinds().keys() | intervals | set(IDENTITY))


def check_names(names: Iterable[object]) -> None:
    """Refuse a column that nobody knows, naming those that are near it.

    Raises
    ------
    SettingError : a name is neither a column, nor a reader's word on a sign or a number (`override.` before it), nor
        the reason why a family is missing (`skipped.` before it)
    """
    for name in map(str, names):
        if name.startswith(COMPARED):
            continue
        if name.startswith(SKIPPED) and name.removeprefix(SKIPPED).partition(".")[0] in FAMILY_TYPES:
            continue
        prefix = next((prefix for prefix in (OVERRIDE, SKIPPED) if name.startswith(prefix)), "")
        allowed = {OVERRIDE: overridable_columns(), SKIPPED: frozenset(FAMILY_TYPES)}.get(prefix, known_columns())
        bare = name.removeprefix(prefix)
        if bare in allowed:
            continue
        near = get_close_matches(bare, allowed, n=3, cutoff=0.5)
        raise SettingError(
            "a column is not one that can be assessed",
            got=repr(name)[:80],
            expected=f"a column such as {', '.join(prefix + one for one in near or ['size.longest_diameter_mm'])}"
            if prefix != SKIPPED
            else f"skipped. and one of {', '.join(FAMILY_TYPES)}",
            remedy="correct its name, or leave it out",
        )
