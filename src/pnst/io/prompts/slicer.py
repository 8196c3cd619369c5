"""Markups of 3D Slicer (`.mrk.json`): lines, point lists, and boxes (ROI) along the axes of the patient.

Format: Slicer's `markups-schema-v1.0.3.json`. Each markup says for itself whether it counts in LPS or RAS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pnst.io.lps import LPS_TO_RAS
from pnst.io.prompts.gathered import gathered
from pnst.io.prompts.refusal import bad_prompt, made_of
from pnst.segmentation.prompt import Box, Line, Point, Position, Prompt
from pnst.typing import FloatArray

LINE, POINTS, ROI, CURVE = "Line", "Fiducial", "ROI", "Curve"
OTHERS = ("Angle", CURVE, "ClosedCurve", "Plane")
SCHEMA = re.compile(r"markups-schema-v1\.\d{1,3}\.\d{1,3}\.json#?$")
MAX_TURN = 1e-4
"""Of a box's axes against the patient's, as a cosine: what files round."""

_TO_RAS = {"LPS": np.diag(LPS_TO_RAS)[:3], "RAS": np.ones(3)}
_SAVE = "save it again from 3D Slicer's Markups module"


def is_markups(content: Any) -> bool:
    """Whether JSON has the form of Slicer's markups."""
    return isinstance(content, dict) and "markups" in content


def prompt_from_markups(content: Mapping[str, Any], file: Path) -> Prompt:
    """The prompt that markups make: lines and points together, or one box alone.

    Raises `InputError` for another version, a markup of another kind, a point without a position, another unit, a
    coordinate system that is not said, and a box that is turned.
    """
    if not SCHEMA.search(str(content.get("@schema"))):
        raise bad_prompt(file, "markups of no version, or of another", "markups-schema-v1", _SAVE)
    markups = content["markups"]
    if not isinstance(markups, list) or not all(isinstance(one, dict) for one in markups):
        raise bad_prompt(file, "markups that are no list of objects", "a list of markups", _SAVE)
    lines, points, boxes = [], [], []
    for number, markup in enumerate(markups, start=1):
        kind = markup.get("type")
        if kind == LINE:
            lines.append(_line(markup, number, file))
        elif kind == POINTS:
            points += [Point(_three(p)) for p in _positions(markup, number, file)]
        elif kind == ROI:
            boxes.append(_box(markup, number, file))
        else:
            raise _other_kind(kind, number, file)
    if not boxes:
        return gathered(file, lines, points)
    if lines or points or len(boxes) > 1:
        raise bad_prompt(file, "a box beside other markups", "one box alone", "save the markup that is meant alone")
    return boxes[0]


def points_from_markups(content: Mapping[str, Any], file: Path) -> tuple[Position, ...]:
    """The control points (RAS mm) of the one line, curve or point list that markups hold, in their order.

    Raises `InputError` as `prompt_from_markups` does, and for more than one markup.
    """
    if not SCHEMA.search(str(content.get("@schema"))):
        raise bad_prompt(file, "markups of no version, or of another", "markups-schema-v1", _SAVE)
    markups = content["markups"]
    if not isinstance(markups, list) or len(markups) != 1 or not isinstance(markups[0], dict):
        raise bad_prompt(file, "no markup, or several", "one line, curve or point list", _SAVE)
    if markups[0].get("type") not in (LINE, POINTS, CURVE):
        raise bad_prompt(file, "a markup of another kind", f"{LINE}, {CURVE} or {POINTS} (a point list)", _SAVE)
    return tuple(_three(point) for point in _positions(markups[0], 1, file))


def _line(markup: Mapping[str, Any], number: int, file: Path) -> Line:
    positions = _positions(markup, number, file)
    if len(positions) != 2:
        raise bad_prompt(file, f"markup {number}: a line of {len(positions)} points", "two ends", "place both ends")
    return made_of(file, f"markup {number}", lambda: Line(_three(positions[0]), _three(positions[1])))


def _positions(markup: Mapping[str, Any], number: int, file: Path) -> list[FloatArray]:
    """RAS mm of a markup's points, each (3,)."""
    signs = _signs(markup, number, file)
    points = markup.get("controlPoints")
    if not isinstance(points, list) or not all(isinstance(point, dict) for point in points):
        raise bad_prompt(file, f"markup {number} without control points", "a list of control points", _SAVE)
    placed: list[FloatArray] = []
    for point in points:
        status = point.get("positionStatus", "defined")
        if status != "defined":
            raise bad_prompt(
                file,
                f"markup {number}: a point that was not placed",
                "points with a position",
                "place the point, or delete it, and save again",
            )
        placed.append(_vector(point.get("position"), f"a position of markup {number}", file) * signs)
    return placed


def _signs(markup: Mapping[str, Any], number: int, file: Path) -> FloatArray:
    """What x, y and z are multiplied by to count in RAS mm."""
    unit = markup.get("coordinateUnits", "mm")
    if unit != "mm":
        raise bad_prompt(file, f"markup {number} in another unit than mm", "mm", _SAVE)
    system = markup.get("coordinateSystem")
    if not isinstance(system, str) or system not in _TO_RAS:
        raise bad_prompt(
            file,
            f"markup {number} does not say whether it counts in LPS or RAS",
            '"coordinateSystem": "LPS" or "RAS"',
            _SAVE,
        )
    return np.asarray(_TO_RAS[system])


def _box(markup: Mapping[str, Any], number: int, file: Path) -> Box:
    signs, place = _signs(markup, number, file), f"markup {number}"
    if markup.get("roiType") not in ("Box", "BoundingBox") or markup.get("insideOut", False) is not False:
        raise bad_prompt(file, f"{place}: a region that is no plain box", "a ROI of type Box, not inside out", _SAVE)
    centre = _vector(markup.get("center"), f"the centre of {place}", file) * signs
    size = _vector(markup.get("size"), f"the size of {place}", file)
    turn = np.abs(_vector(markup.get("orientation"), f"the orientation of {place}", file, count=9)).reshape(3, 3)
    nearest = np.rint(turn)
    along = (nearest.sum(axis=0) == 1).all() and (nearest.sum(axis=1) == 1).all()
    if not along or np.abs(turn - nearest).max() > MAX_TURN:
        raise bad_prompt(
            file,
            f"{place}: a box turned against the patient's axes",
            "a box along right–left, back–front and feet–head",
            "reset its rotation in 3D Slicer, or draw the lesion's diameter as a line",
        )
    half = nearest @ size / 2
    return made_of(file, place, lambda: Box(_three(centre - half), _three(centre + half)))


def _vector(content: Any, place: str, file: Path, count: int = 3) -> FloatArray:
    numbers = content if isinstance(content, list) else []
    if len(numbers) != count or not all(isinstance(x, int | float) and not isinstance(x, bool) for x in numbers):
        raise bad_prompt(file, f"{place}: {str(content)[:80]}", f"{count} numbers", _SAVE)
    return np.array(numbers, dtype=np.float64)


def _three(position: Sequence[float] | FloatArray) -> tuple[float, float, float]:
    x, y, z = (float(number) for number in position)
    return x, y, z


def _other_kind(kind: Any, number: int, file: Path) -> Exception:
    name = kind if kind in OTHERS else "another"
    return bad_prompt(
        file,
        f"markup {number} of the kind {name}",
        f"{LINE}, {POINTS} (a point list) or {ROI}",
        "draw the lesion's diameter as a line, or a box round it, and save that alone",
    )
