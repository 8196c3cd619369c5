"""The JSON schemas of measurements.json, assessment.json, burden.json and growth.json, from the types that are written.

`python -m pnst.io.schema FOLDER` writes them; those beside this module are published.
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
from pnst.classification.burden import ELSEWHERE, LesionBurden
from pnst.evidence.question import QuestionName
from pnst.evidence.rule import RuleResult
from pnst.io.growth_schema import growth_schema
from pnst.io.results import SCHEMA_VERSION
from pnst.measurement.family import INTERVAL, Family
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.measurement.spine_region import PARTS
from pnst.preprocessing.align import REFERENCES
from pnst.preprocessing.bias import CORRECTED
from pnst.study import Role

Json = dict[str, Any]

TEXT: Json = {"type": "string", "minLength": 1}
TEXTS: Json = {"type": "array", "items": TEXT}
SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
SIGNED = ("um2_per_ms", "vendor_ratio", "offset_mm")
"""How columns end that noise may take below 0."""
NAME = "[a-z0-9_]+"


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
    number: Json = {"type": "number"}
    factor: Json = {"type": "number", "minimum": 0}
    answer: Json = {
        "question": {"enum": list(get_args(QuestionName)), "description": "What was asked; null where nothing was."},
        "class": TEXT | {"description": "The class whose probability is given."},
        "probability": SHARE,
        "interval": _pair(SHARE) | {"description": "95 % credible interval."},
        "odds_factor": factor | {"description": "What the prior's odds are multiplied by."},
        "odds_factor_interval": _or_null(_pair(factor) | {"description": "95 %; null, too, where a model has none."}),
        "prior": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    }
    shares = "Predictor, or feature of a trained model, to log-odds"
    hints = get_type_hints(Assessment)
    properties: Json = {
        "label": TEXT,
        **{name: _or_null(value) for name, value in answer.items()},
        "at_priors": _pattern({r"^0\.[0-9]+$": SHARE}, "Prior to probability."),
        "contributions": _by_name(number, f"{shares}; with logit(prior) they sum to logit(probability)."),
        "contribution_intervals": _by_name(_pair(number), "95 % interval of each contribution that has one."),
        "alone": _by_name(number, f"{shares} by itself, from the same prior."),
        "alone_intervals": _by_name(_pair(number), "95 % interval of each finding by itself that has one."),
        "abstained": _value("abstained", hints["abstained"])
        | {"description": "Null, or why the numbers should not be relied on, or why there are none."},
        "rules": {"type": "array", "items": _rule()},
        "warnings": TEXTS | {"description": "What a reader of the probability must know."},
        "model": {"type": "string"},
    }
    lesion = _object(properties, "One lesion.")
    lesion |= {
        "if": {"properties": {"question": {"type": "null"}}},
        "then": {"properties": {name: {"type": "null"} for name in answer}},
        "else": {"properties": answer},
    }
    about = (
        "The probability of the class that is asked about, of each lesion, from published evidence or a trained model. "
        "Research software, not a medical device."
    )
    return _document("assessment", about, lesion)


def burden_schema() -> Json:
    """The schema of burden.json."""
    hints = get_type_hints(LesionBurden)
    entry = {name: _value(name, hints[name]) for name in (f.name for f in fields(LesionBurden))}
    entry |= {"probability": _or_null(dict(SHARE)), "probability_interval": _or_null(_pair(SHARE))}
    volume: Json = {"type": "number", "minimum": 0}
    parts = "|".join((*PARTS.values(), ELSEWHERE))
    counts = _pattern({f"^({parts})$": {"type": "integer", "minimum": 1}}, "Lesions by part of the spine, or null.")
    properties: Json = {
        "schema_version": {"const": SCHEMA_VERSION},
        "case_id": TEXT,
        "lesion_count": {"type": "integer", "minimum": 0},
        "total_volume_ml": volume,
        "total_volume_ml_interval": _or_null(_pair(volume))
        | {"description": "Sums of the lower and of the upper ends: as if every error went the same way."},
        "regions": _or_null(counts),
        "no_region": _or_null(dict(TEXT)) | {"description": "Why no region is told; null where one is."},
        "unmeasured": TEXTS | {"description": "Labels of lesions that could not be measured: they are in no sum."},
        "lesions": {"type": "array", "items": _object(entry, "One lesion; the most suspicious first.")},
    }
    about = "All lesions of one study together; written where there is more than one. Not a medical device."
    return _headed("burden", _object(properties, about))


SCHEMAS = {
    "measurements": measurements_schema,
    "assessment": assessment_schema,
    "burden": burden_schema,
    "growth": growth_schema,
}


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
        return value if "null" in value["type"] else value | {"type": [value["type"], "null"]}
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


def _or_null(value: Json) -> Json:
    """That value, or null."""
    if "enum" in value:
        return value | {"enum": [*value["enum"], None]}
    return value if "null" in value["type"] else value | {"type": [value["type"], "null"]}


def _pair(value: Json) -> Json:
    return {"type": "array", "prefixItems": [value] * 2, "items": False, "minItems": 2}


def _by_name(value: Json, description: str) -> Json:
    """An object of any names."""
    return {
        "description": description,
        "type": "object",
        "propertyNames": {"minLength": 1},
        "additionalProperties": value,
    }


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
        "Version, how the lesion was made, the SHA-256 of each input series and of a prompt, and what was done to it.",
    )
    schema["patternProperties"] = {
        rf"^input\.({roles})$": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        rf"^align\.({roles})$": {"type": "string", "pattern": moved},
        rf"^bias\.({corrected})$": {"type": "string", "pattern": "^range=[0-9.]+$"},
        "^prompt$": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
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
    return _headed(name, _object(properties, description))


def _headed(name: str, content: Json) -> Json:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:pnst:{name}:{SCHEMA_VERSION}",
        "title": f"{name}.json of pnst",
        **content,
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
