"""Measurements in a DICOM report (SR, TID 1500): long and short axes, lengths and points, as viewers write them.

A measurement group (125007, DCM) holds numbers, each inferred from the coordinates that it was taken on, or the
coordinates themselves (TID 300, 320, 1410; cornerstone and OHIF write the first, highdicom both).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pnst.errors import AmbiguityError, PnstError
from pnst.io.hidden_folder import short_name
from pnst.io.masks.dicom_size import check_dicom_size
from pnst.io.prompts.gathered import gathered
from pnst.io.prompts.refusal import bad_prompt, made_of
from pnst.segmentation.prompt import Line, Point, Position, Prompt

REPORTS = tuple(f"1.2.840.10008.5.1.4.1.1.88.{n}" for n in (22, 33, 34, 35))
"""Enhanced, Comprehensive, Comprehensive 3D and Extensible SR: those that may hold coordinates."""
GROUP = ("125007", "DCM")
LONG_AXIS = {("103339001", "SCT"), ("G-A185", "SRT")}
SHORT_AXIS = {("103340004", "SCT"), ("G-A186", "SRT")}
COORDINATES = ("SCOORD", "SCOORD3D")
MAX_DEPTH = 50
"""Of items within items; reports of measurements have six."""

_MEASURED = "a measurement group with a long axis (and a short one), one length, or one point"
_AGAIN = "measure the lesion's longest diameter in the viewer and save that alone, or type it with --line"

Places = Callable[[Any], Sequence[Position]]
"""The RAS mm of the points of an item of coordinates."""


@dataclass(frozen=True)
class Graphic:
    """One item of coordinates, and the code of what was measured on it."""

    item: Any
    concept: tuple[str, str]


def prompt_from_report(file: Path, groups: str | None, places: Places) -> Prompt:
    """The prompt that the measurement groups of a report make.

    `groups` numbers those that are meant, counted from 1, with commas between them; None: the only one there is.
    Raises `InputError` for another object, for damage, and for groups that measured something else, `AmbiguityError`
    for several without a number.
    """
    check_dicom_size(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom warns of values that are then checked here
            present = measurement_groups(_report(file))
            chosen = _chosen(present, groups, file)
            marks = [_mark(present[number - 1], number, file, places) for number in chosen]
    except PnstError:
        raise
    except Exception as error:  # whatever damage makes the parser raise, it is this file's damage
        raise bad_prompt(file, f"a damaged DICOM file ({type(error).__name__})", "a whole report") from error
    lines = [mark for mark in marks if isinstance(mark, Line)]
    return gathered(file, lines, [mark for mark in marks if isinstance(mark, Point)])


def _report(file: Path) -> Any:
    import pydicom

    dataset = pydicom.dcmread(file, force=True, stop_before_pixels=True)
    if str(dataset.get("SOPClassUID", "")) not in REPORTS:
        raise bad_prompt(file, "a DICOM object that is no report with coordinates", "a report of measurements (SR)")
    return dataset


def measurement_groups(item: Any, depth: int = 0) -> list[Any]:
    """Every measurement group under an item, in the report's order."""
    if depth > MAX_DEPTH:
        raise ValueError("items nested too deep")
    if _code(item, "ConceptNameCodeSequence") == GROUP:
        return [item]
    return [group for one in item.get("ContentSequence") or () for group in measurement_groups(one, depth + 1)]


def graphics(item: Any, concept: tuple[str, str] = ("", ""), depth: int = 0) -> Iterator[Graphic]:
    """Every item of coordinates under an item, with the code of the number that it stands under, else its own."""
    if depth > MAX_DEPTH:
        raise ValueError("items nested too deep")
    for one in item.get("ContentSequence") or ():
        kind, own = str(one.get("ValueType", "")), _code(one, "ConceptNameCodeSequence")
        if kind in COORDINATES:
            yield Graphic(one, concept if concept != ("", "") else own)
        else:
            yield from graphics(one, own if kind == "NUM" else concept, depth + 1)


def _chosen(present: Sequence[Any], groups: str | None, file: Path) -> list[int]:
    if not present:
        raise bad_prompt(file, "a report without a measurement group", _MEASURED, _AGAIN)
    numbered = f"{len(present)} measurement groups, numbered from 1"
    if groups is None:
        if len(present) == 1:
            return [1]
        raise AmbiguityError(
            f"the report {short_name(file)!r} holds several measurements",
            got=numbered,
            expected="those of one lesion",
            remedy="name them by number, FILE:2, or FILE:2,3 for several of one lesion",
        )
    words = [word.strip() for word in groups.split(",")]
    numbers = [int(word) if word.isdecimal() and len(word) <= 4 else 0 for word in words]
    if not all(1 <= number <= len(present) for number in numbers) or len(set(numbers)) < len(numbers):
        raise bad_prompt(file, f"the groups {groups[:40]!r} of {numbered}", "numbers of its groups, each once")
    return numbers


def _mark(group: Any, number: int, file: Path, places: Places) -> Line | Point:
    """What was measured in a group, as a line or a point."""
    place, own = f"measurement group {number}", list(graphics(group))
    long_axes = [one for one in own if one.concept in LONG_AXIS]
    short_axes = [one for one in own if one.concept in SHORT_AXIS]
    if not long_axes and not short_axes and len(own) == 1:
        kind = str(own[0].item.get("GraphicType", ""))
        if kind == "POINT":
            (position,) = places(own[0].item)
            return made_of(file, place, lambda: Point(position))
        return _line(own[0], None, place, file, places)
    if len(long_axes) == 1 and len(short_axes) <= 1 and len(own) == len(long_axes) + len(short_axes):
        return _line(long_axes[0], short_axes[0] if short_axes else None, place, file, places)
    got = f"{place} with {len(own)} shapes, {len(long_axes)} of them long axes and {len(short_axes)} short ones"
    raise bad_prompt(file, got, _MEASURED, _AGAIN)


def _line(long_axis: Graphic, short_axis: Graphic | None, place: str, file: Path, places: Places) -> Line:
    p, q = _ends(long_axis, place, file, places)
    across = None if short_axis is None else _ends(short_axis, place, file, places)
    return made_of(file, place, lambda: Line(p, q, across))


def _ends(graphic: Graphic, place: str, file: Path, places: Places) -> tuple[Position, Position]:
    kind = str(graphic.item.get("GraphicType", ""))
    ends = places(graphic.item) if kind == "POLYLINE" else ()
    if len(ends) != 2:
        shape = f"{len(ends)} points" if kind == "POLYLINE" else "a shape of another kind"
        raise bad_prompt(file, f"{place}: {shape}", "a straight line between two points", _AGAIN)
    return ends[0], ends[1]


def _code(item: Any, keyword: str) -> tuple[str, str]:
    """Value and scheme of a code; empty texts where there is none."""
    codes = item.get(keyword) or ()
    if not codes:
        return "", ""
    return str(codes[0].get("CodeValue", "")), str(codes[0].get("CodingSchemeDesignator", ""))
