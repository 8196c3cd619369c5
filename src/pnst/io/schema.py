"""The JSON schemas of measurements.json and assessment.json, made from the types that are written.

`python -m pnst.io.schema FOLDER` writes both; those beside this module are published.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import fields
from inspect import getdoc
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pnst.classification.assessment import Assessment
from pnst.evidence.question import QuestionName
from pnst.evidence.rule import RuleResult
from pnst.io.results import SCHEMA_VERSION
from pnst.measurement.family import INTERVAL, Family
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.preprocessing.align import REFERENCES
from pnst.preprocessing.bias import CORRECTED
from pnst.study import Role

Json = dict[str, Any]

TEXT: Json = {"type": "string", "minLength": 1}
TEXTS: Json = {"type": "array", "items": TEXT}
SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
FACTOR: Json = {"type": "number", "minimum": 0}
SIGNED = ("um2_per_ms", "vendor_ratio", "offset_mm")
"""How columns end that noise may take below 0."""
NAME = "[a-z0-9_]+"
UNWRITTEN = ("case_id", "inputs")
"""Fields of an assessment that its entry leaves out: the case stands once, above the lesions."""

KEYS = {"of_class": "class"}
"""Field of an assessment → its key, where that is another word."""


def measurements_schema() -> Json:
    """The schema of measurements.json."""
    names = "|".join(FAMILY_TYPES)
    own: Json = {
        "label": TEXT,
        **{name: family_schema(kind) for name, kind in FAMILY_TYPES.items()},
        "skipped": _pattern(
            {rf"^({names})(\.{NAME})?$": TEXT}, "Family, or half a family, to the reason why it was not measured."
        ),
        "overrides": _pattern(
            {rf"^({names}|reader)\.{NAME}$": {"type": ["boolean", "number", "string", "null"]}},
            "A reader's own judgements by column; never mixed into what was measured.",
        ),
        "warnings": TEXTS | {"description": "What a reader of the numbers must know."},
        "notes": TEXTS | {"description": "What was noticed while reading."},
        "provenance": _provenance(),
    }
    lesion = _object(own, "One lesion: each family is there or is skipped with its reason.")
    lesion["required"] = [name for name in own if name not in FAMILY_TYPES]
    lesion["allOf"] = [_measured_or_skipped(name) for name in FAMILY_TYPES]
    schema = _document("measurements", "What was measured of each lesion of one study.", lesion)
    pair = {"type": "array", "prefixItems": [{"type": "number"}] * 2, "minItems": 2, "maxItems": 2}
    interval = pair | {"description": "95 % interval of the column of that name: [low, high]."}
    return schema | {"$defs": {"interval": interval}}


def assessment_schema() -> Json:
    """The schema of assessment.json."""
    special: Json = {
        "question": _or_null({"enum": list(get_args(QuestionName))}, "What the place has asked; null: nothing is."),
        "of_class": _or_null(TEXT, "The class whose probability is given."),
        "probability": _or_null(SHARE, "Of that class; null where nothing is asked, and `abstained` says why."),
        "interval": _or_null(_ends(SHARE), "95 % credible interval."),
        "odds_factor": _or_null(FACTOR, "What the findings multiply the odds by, whatever the prior."),
        "odds_factor_interval": _or_null(_ends(FACTOR), "95 %."),
        "prior": _or_null({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, "Of that class."),
        "at_priors": _pattern({r"^0\.[0-9]+$": SHARE}, "Prior to probability."),
        "model": {"type": "string", "description": "Which model answered; empty where nothing is asked."},
        "rules": {"type": "array", "items": _rule()},
        "warnings": TEXTS | {"description": "What a reader of the probability must know."},
    }
    hints = get_type_hints(Assessment)
    properties: Json = {}
    for name in (f.name for f in fields(Assessment) if f.name not in UNWRITTEN):
        own = _findings() if name == "findings" else {name: special.get(name) or _value(name, hints[name])}
        properties |= {KEYS.get(key, key): value for key, value in own.items()}
    lesion = _object(properties, "One lesion.")
    lesion["properties"]["abstained"]["description"] = "Null, or why there is no probability, or none to be relied on."
    about = (
        "What the findings of each lesion do to the odds of the class that is asked about, and its probability, from "
        "published evidence or a trained model. Research software, not a medical device."
    )
    return _document("assessment", about, lesion)


def _findings() -> Json:
    """What each finding adds beside the others, and says alone."""
    number: Json = {"type": "number"}
    return {
        "contributions": _of_findings(number, "beside the others; with logit(prior) they sum to logit(probability)"),
        "contribution_intervals": _of_findings(_ends(number), "beside the others, 95 %"),
        "alone": _of_findings(number, "by itself; empty where a model has no such number"),
        "alone_intervals": _of_findings(_ends(number), "by itself, 95 %"),
    }


def _of_findings(value: Json, what: str) -> Json:
    about = f"Predictor, or feature of a trained model, to log-odds {what}."
    return {
        "description": about,
        "type": "object",
        "propertyNames": {"minLength": 1},
        "additionalProperties": value,
    }


def _ends(value: Json) -> Json:
    return {"type": "array", "prefixItems": [value] * 2, "items": False, "minItems": 2}


def _or_null(value: Json, about: str) -> Json:
    return {"description": about, "anyOf": [value, {"type": "null"}]}


SCHEMAS = {"measurements": measurements_schema, "assessment": assessment_schema}


def write_schemas(folder: Path) -> None:
    """Write `<name>.schema.json` of each file into a folder."""
    for name, schema in SCHEMAS.items():
        text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
        (folder / f"{name}.schema.json").write_text(text, encoding="utf-8")


def family_schema(kind: type[Family]) -> Json:
    """One family: its columns, which of them are always there, and the interval beside a number."""
    columns = {name: _column(kind, name) for name in kind.column_names()}
    schema = _object(columns, (getdoc(kind) or "").partition("\n\n")[0].replace("\n", " "))
    schema["patternProperties"] = {f"^{NAME}{INTERVAL}$": {"$ref": "#/$defs/interval"}}
    schema["required"] = list(kind.required())
    return schema


def _column(kind: type[Family], name: str) -> Json:
    value = _value(name, kind.hint_of(name))
    return value | {"type": [value["type"], "null"]} if name in kind.nullable else value


def _value(name: str, hint: Any) -> Json:
    """What a field of that name and type holds."""
    if isinstance(hint, UnionType):
        inner = next(part for part in get_args(hint) if part is not NoneType)
        value = _value(name, inner)
        return value | {"type": [value["type"], "null"]}
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    if get_origin(hint) is tuple and get_args(hint)[0] is float:
        return {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 2}
    if get_origin(hint) is tuple:
        return TEXTS
    if hint is float:
        return dict(SHARE) if name.endswith("fraction") else _number(name)
    kinds: dict[Any, Json] = {bool: {"type": "boolean"}, int: {"type": "integer", "minimum": 0}, str: dict(TEXT)}
    return kinds[hint]


def _number(name: str) -> Json:
    return {"type": "number"} if name.endswith(SIGNED) else {"type": "number", "minimum": 0}


def _rule() -> Json:
    values = {"type": ["boolean", "number", "string", "array", "null"]}
    special = {
        "inputs": _pattern(
            {rf"^{NAME}\.{NAME}$": values}, "Column to the value that was used; null where it is missing."
        ),
        "warnings": TEXTS | {"description": "What must be said with the result."},
    }
    hints = get_type_hints(RuleResult)
    properties = {f.name: special.get(f.name) or _value(f.name, hints[f.name]) for f in fields(RuleResult)}
    return _object(properties, "One published rule applied to the lesion; its performance is the source's own.")


def _provenance() -> Json:
    roles, references, corrected = ("|".join(names) for names in (Role, REFERENCES, CORRECTED))
    moved = (
        rf"^moved=(yes|no) reference=({references}) shift_mm=[0-9.]+ rotation_deg=[0-9.]+ "
        r"similarity_before=-?[0-9.]+ similarity_after=-?[0-9.]+$"
    )
    schema = _object(
        {"pnst": TEXT, "lesion": TEXT},
        "Version, how the lesion was made, the SHA-256 of each input series, and what was done to it.",
    )
    schema["patternProperties"] = {
        rf"^input\.({roles})$": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        rf"^align\.({roles})$": {"type": "string", "pattern": moved},
        rf"^bias\.({corrected})$": {"type": "string", "pattern": "^range=[0-9.]+$"},
    }
    return schema


def _measured_or_skipped(name: str) -> Json:
    skipped = {"properties": {"skipped": {"required": [name]}}}
    return {"if": skipped, "then": {"not": {"required": [name]}}, "else": {"required": [name]}}


def _document(name: str, description: str, lesion: Json) -> Json:
    properties = {
        "schema_version": {"const": SCHEMA_VERSION},
        "case_id": TEXT,
        "lesions": {"type": "array", "minItems": 1, "items": lesion},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:pnst:{name}:{SCHEMA_VERSION}",
        "title": f"{name}.json of pnst",
        **_object(properties, description),
    }


def _object(properties: Mapping[str, Json], description: str) -> Json:
    """An object that holds each of these properties and nothing else."""
    return {
        "description": description,
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _pattern(patterns: Json, description: str) -> Json:
    return {
        "description": description,
        "type": "object",
        "patternProperties": patterns,
        "additionalProperties": False,
    }


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
