"""The JSON schema of growth.json, made from the types that are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pnst.io.results import SCHEMA_VERSION
from pnst.measurement.growth.growth import LesionGrowth, Visit
from pnst.measurement.growth.settings import CompareSettings
from pnst.preprocessing.between_dates import COMPARED

Json = dict[str, Any]

CHANGES = ("change_fraction", "from_best_fraction")
"""How columns end that lie above −1: a change of something positive."""
NUMBER: Json = {"type": "number"}
DAY: Json = {"type": "integer", "minimum": 0}
TEXT: Json = {"type": "string", "minLength": 1}


def growth_schema() -> Json:
    """The schema of growth.json."""
    hints = get_type_hints(Visit)
    visit = {one.name: _value(one.name, hints[one.name]) for one in fields(Visit)}
    last = {name: visit[name] for name in ("volume_change_fraction", "category", "doubling_time_days")}
    lesion = _object(
        {
            "label": TEXT,
            "status": _value("status", get_type_hints(LesionGrowth)["status"]),
            **last,
            "visits": {"type": "array", "minItems": 2, "items": _object(visit, "One lesion on one date.")},
        },
        "One lesion through the dates; its changes are those of the last date that has it.",
    )
    properties = {
        "schema_version": {"const": SCHEMA_VERSION},
        "case_id": TEXT,
        "days": {"type": "array", "minItems": 2, "items": DAY, "description": "Since the first date, which is day 0."},
        "alignments": {"type": "array", "minItems": 1, "items": _alignment()},
        "lesions": {"type": "array", "minItems": 1, "items": lesion},
        "warnings": {"type": "array", "items": TEXT, "description": "What a reader of the numbers must know."},
        "settings": _settings(),
    }
    about = (
        "What became of each lesion between dates; days since the first, never a date. Intervals are at 95 %, null "
        "where there is none. Research software, not a medical device."
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:pnst:growth:{SCHEMA_VERSION}",
        "title": "growth.json of pnst",
        **_object(properties, about),
    }


def _alignment() -> Json:
    role = {"enum": [*COMPARED, None]}
    positive = {"type": "number", "minimum": 0}
    properties: Json = {
        "day": DAY,
        "role": role,
        "reference": role,
        "accepted": {"type": "boolean"},
        "shift_mm": positive,
        "rotation_deg": positive,
        "similarity_before": NUMBER,
        "similarity_after": NUMBER,
        "disagreement_mm": {"type": ["number", "null"], "minimum": 0},
        "reason": {"type": ["string", "null"], "description": "Why the alignment is not used; null where it is."},
    }
    return _object(properties, "How one later date lies on the first.")


def _settings() -> Json:
    own = {name: NUMBER for name in CompareSettings.model_fields if name != "between_dates"}
    between = dict.fromkeys(CompareSettings().between_dates.model_dump(), NUMBER)
    return _object({**own, "between_dates": _object(between, "When an alignment is believed.")}, "As they were used.")


def _value(name: str, hint: Any) -> Json:
    """What a field of that name and type holds."""
    if NoneType in get_args(hint):
        inner = next(part for part in get_args(hint) if part is not NoneType)
        value = _value(name, inner)
        return {"enum": [*value["enum"], None]} if "enum" in value else value | {"type": [value["type"], "null"]}
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    if get_origin(hint) is tuple:
        ends = [_value(name.removesuffix("_interval"), end) for end in get_args(hint)]
        return {"type": "array", "prefixItems": ends, "items": False, "minItems": 2}
    if hint is float:
        return {"type": "number", "minimum": -1} if name.endswith(CHANGES) else {"type": "number", "minimum": 0}
    kinds: dict[Any, Json] = {bool: {"type": "boolean"}, int: DAY, str: TEXT}
    return dict(kinds[hint])


def _object(properties: Mapping[str, Json], description: str) -> Json:
    """An object that holds each of these properties and nothing else."""
    return {
        "description": description,
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
