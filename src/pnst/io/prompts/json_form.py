"""The JSON of pnst: `lines`, `points` or a `box`, every position x, y, z in RAS mm."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pnst.image import Mask, Volume
from pnst.io.digest import digest
from pnst.io.prompts.gathered import gathered
from pnst.io.prompts.refusal import bad_prompt, made_of
from pnst.segmentation.prompt import Box, Line, Pair, Point, Position, Prompt, Scribbles

SCHEMA_VERSION = 1
PAINTED = "scribbles"
KEYS = ("schema_version", "lines", "points", "box", PAINTED)
LINE_KEYS = ("p_ras_mm", "q_ras_mm", "short_axis", "craniocaudal_mm")
BOX_KEYS = ("low_ras_mm", "high_ras_mm")


def prompt_from_json(content: Any, file: Path) -> Prompt:
    """The prompt that the JSON says. Raises `InputError` for unknown keys, and for what is no prompt."""
    whole = _object(content, KEYS, (), "the file", file)
    if whole.get("schema_version", SCHEMA_VERSION) != SCHEMA_VERSION:
        raise bad_prompt(
            file, f"schema_version {str(whole['schema_version'])[:20]}", f"schema_version {SCHEMA_VERSION}"
        )
    if PAINTED in whole:
        raise bad_prompt(
            file,
            "the record of scribbles, which holds none of their voxels",
            "the label map itself",
            "give the label map that was painted: --scribbles FILE",
        )
    lines = [_line(one, n, file) for n, one in enumerate(_list(whole, "lines", file), start=1)]
    points = [_point(one, n, file) for n, one in enumerate(_list(whole, "points", file), start=1)]
    if "box" not in whole:
        return gathered(file, lines, points)
    if lines or points:
        raise bad_prompt(file, "a box beside lines or points", "one kind of prompt", "leave one of them out")
    return _box(whole["box"], file)


def prompt_json(prompt: Prompt) -> str:
    """The prompt as JSON that `prompt_from_json` reads; of scribbles their digests and counts.

    >>> print(prompt_json(Point((1, 2, 3.5))))
    {
      "schema_version": 1,
      "points": [
        [
          1.0,
          2.0,
          3.5
        ]
      ]
    }
    """
    return json.dumps({"schema_version": SCHEMA_VERSION, **_content(prompt)}, indent=2, allow_nan=False)


def prompt_digest(prompt: Prompt) -> str:
    """SHA-256 (hex) of a prompt's JSON, which names it in provenance."""
    return hashlib.sha256(prompt_json(prompt).encode()).hexdigest()


def _content(prompt: Prompt) -> dict[str, Any]:
    if isinstance(prompt, Box):
        return {"box": {"low_ras_mm": prompt.low_ras_mm, "high_ras_mm": prompt.high_ras_mm}}
    if isinstance(prompt, Scribbles):
        return {PAINTED: {"lesion": _painted(prompt.lesion), "other": _painted(prompt.other)}}
    marks = (prompt,) if isinstance(prompt, Line | Point) else prompt
    lines = [_line_content(mark) for mark in marks if isinstance(mark, Line)]
    points = [mark.ras_mm for mark in marks if isinstance(mark, Point)]
    return {name: own for name, own in (("lines", lines), ("points", points)) if own}


def _line_content(line: Line) -> dict[str, Any]:
    content = {name: getattr(line, name) for name in LINE_KEYS}
    return {name: value for name, value in content.items() if value is not None}


def _painted(mask: Mask | None) -> dict[str, Any] | None:
    if mask is None:
        return None
    return {"voxels": mask.count, "digest": digest(Volume(mask.data.astype(np.uint8), mask.grid))}


def _line(content: Any, number: int, file: Path) -> Line:
    place = f"line {number}"
    own = _object(content, LINE_KEYS, LINE_KEYS[:2], place, file)
    p, q = (_three(_numbers(own[name], 3, f"{name} of {place}", file)) for name in LINE_KEYS[:2])
    across = None if own.get("short_axis") is None else _two_positions(own["short_axis"], place, file)
    extent = None if own.get("craniocaudal_mm") is None else _extent(own["craniocaudal_mm"], place, file)
    return made_of(file, place, lambda: Line(p, q, across, extent))


def _point(content: Any, number: int, file: Path) -> Point:
    position = _three(_numbers(content, 3, f"point {number}", file))
    return made_of(file, f"point {number}", lambda: Point(position))


def _box(content: Any, file: Path) -> Box:
    own = _object(content, BOX_KEYS, BOX_KEYS, "the box", file)
    low, high = (_three(_numbers(own[name], 3, f"{name} of the box", file)) for name in BOX_KEYS)
    return made_of(file, "the box", lambda: Box(low, high))


def _two_positions(content: Any, place: str, file: Path) -> tuple[Position, Position]:
    if not isinstance(content, list) or len(content) != 2:
        raise bad_prompt(file, f"short_axis of {place}: not two positions", "two positions, each x, y, z in RAS mm")
    a, b = (_three(_numbers(one, 3, f"short_axis of {place}", file)) for one in content)
    return a, b


def _extent(content: Any, place: str, file: Path) -> Pair:
    low, high = _numbers(content, 2, f"craniocaudal_mm of {place}", file)
    return low, high


def _three(numbers: Sequence[float]) -> Position:
    x, y, z = numbers
    return x, y, z


def _numbers(content: Any, count: int, place: str, file: Path) -> tuple[float, ...]:
    """So many numbers; a text or a truth value is none."""
    usable = isinstance(content, list) and len(content) == count
    if not usable or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in content):
        raise bad_prompt(file, f"{place}: {str(content)[:80]}", f"{count} numbers in RAS mm")
    return tuple(float(one) for one in content)


def _list(content: Mapping[str, Any], key: str, file: Path) -> Sequence[Any]:
    own = content.get(key, [])
    if not isinstance(own, list):
        raise bad_prompt(file, f"{key}: {str(own)[:80]}", "a list")
    return own


def _object(content: Any, known: Collection[str], needed: Collection[str], place: str, file: Path) -> Mapping[str, Any]:
    """An object with known keys alone, the needed ones among them."""
    if not isinstance(content, dict):
        raise bad_prompt(file, f"{place} is no object", f"an object with {', '.join(known)}")
    unknown, missing = [key for key in content if key not in known], [key for key in needed if key not in content]
    if unknown:
        raise bad_prompt(file, f"{place} has the key {unknown[0][:40]!r}", f"the keys {', '.join(known)} and no other")
    if missing:
        raise bad_prompt(file, f"{place} without {missing[0]}", f"an object with {', '.join(needed)}")
    return content
