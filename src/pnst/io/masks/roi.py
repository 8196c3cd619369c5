"""One ROI of an RTSTRUCT: its contours, which of them have an inside, and what is damaged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pnst.errors import InputError
from pnst.io.lps import LPS_TO_RAS
from pnst.typing import FloatArray

CLOSED = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR", "INTERPOLATED_PLANAR"})
XOR = frozenset({"CLOSEDPLANAR_XOR", "CLOSED_PLANAR_XOR"})
OPEN = frozenset({"OPEN_PLANAR"})
"""With an inside where its ends meet."""
WITHOUT_INSIDE = frozenset({"POINT", "OPEN_NONPLANAR"})
"""Contour types (PS3.3 C.8.8.6.3), and INTERPOLATED_PLANAR, which planning systems write between drawn contours."""

MAX_CLOSURE_MM = 0.1
"""Ends of an open contour that are closer than this meet: files round to 0.01 mm."""

MAX_POINTS = 1_000_000
"""Points of one ROI: a thousand slices of a thousand points. Counted before they are read."""

MAX_COORDINATE_MM = 10_000.0
"""Farther from the scanner's centre nothing is drawn."""

MAX_NUMBER_BYTES = 64
"""Characters of one coordinate; DICOM allows 16."""


@dataclass(frozen=True)
class Contour:
    """One contour as its file holds it, its points not yet read."""

    kind: str
    item: Any
    size: int
    """Numbers in its data."""


@dataclass(frozen=True)
class Drawing:
    """The contours of an ROI that have an inside, and how many there are of the others."""

    points: Sequence[FloatArray]
    """(n, 3) RAS mm each, the last not repeating the first."""
    xor: Sequence[bool]
    thickness_mm: float | None
    notes: tuple[str, ...]


def contours_of(items: Sequence[Any]) -> tuple[list[Contour], str | None]:
    """The contours in all items of one ROI, and what is damaged of them, or None. No point is read."""
    contours: list[Contour] = []
    total = 0
    for item in items:
        for contour in item.get("ContourSequence") or ():
            kind = re.sub(r"\s+", "_", str(contour.get("ContourGeometricType") or "").strip().upper())
            size = _size(contour)
            total += max(size, 0)
            damage = _damage(kind, size, contour) or (f"over {MAX_POINTS} points" if total > 3 * MAX_POINTS else None)
            if damage:
                return contours, f"contour {len(contours) + 1} has {damage}"
            contours.append(Contour(kind, contour, size))
    return contours, None


def drawing(contours: Sequence[Contour], name: str) -> Drawing:
    """The contours with an inside. Raises `InputError` where there is none, and for coordinates that are no places."""
    points: list[FloatArray] = []
    xor: list[bool] = []
    used: list[Any] = []
    for number, contour in enumerate(contours, start=1):
        outline = _outline(contour, name, number) if contour.kind not in WITHOUT_INSIDE and contour.size else None
        if outline is not None:
            points.append(outline)
            xor.append(contour.kind in XOR)
            used.append(contour.item)
    if not points:
        raise bad_roi(name, "no closed contour of three points or more", "closed planar contours")
    return Drawing(points, xor, _thickness(used), _notes(contours, len(points)))


def bad_roi(name: str, got: str, expected: str) -> InputError:
    """The refusal of one ROI."""
    return InputError(
        f"the RTSTRUCT region {name!r} cannot be drawn",
        got=got,
        expected=expected,
        remedy="export the structure set again, or choose another region",
    )


def _damage(kind: str, size: int, contour: Any) -> str | None:
    if not kind:
        return "no geometric type"
    if kind not in CLOSED | XOR | OPEN | WITHOUT_INSIDE:
        return f"the unknown type {kind if re.fullmatch('[A-Z_]{1,24}', kind) else 'of free text'!r}"
    if size < 0:
        return "no data"
    if size % 3:
        return f"{size} numbers, not triples"
    declared = contour.get("NumberOfContourPoints")
    if declared is not None and abs(int(declared) - size // 3) > 1:  # some count a last point that repeats the first
        return f"{size // 3} points where {int(declared)} are declared"
    return None


def _size(contour: Any) -> int:
    """How many numbers the data of a contour hold; -1 without data."""
    try:
        value = contour.get_item("ContourData").value
    except (AttributeError, KeyError):
        return -1
    if isinstance(value, bytes):
        return value.count(b"\\") + 1 if value.strip(b" \0") else 0
    return 0 if value is None else len(value) if isinstance(value, Sequence) and not isinstance(value, str) else 1


def _outline(contour: Contour, name: str, number: int) -> FloatArray | None:
    """(n, 3) RAS mm; None for one that is open, or has fewer than three points or no length."""
    points = _points(contour.item, name, number)
    ends_meet = bool(np.linalg.norm(points[0] - points[-1]) <= MAX_CLOSURE_MM)
    if contour.kind in OPEN and not (ends_meet and len(points) > 3):
        return None
    following = np.roll(points, -1, axis=0)
    distinct = points[np.linalg.norm(following - points, axis=1) > 0]
    if len(distinct) > 1 and np.linalg.norm(distinct[0] - distinct[-1]) <= MAX_CLOSURE_MM / 10:
        distinct = distinct[:-1]
    return distinct if len(distinct) > 2 else None


def _points(item: Any, name: str, number: int) -> FloatArray:
    """(n, 3) RAS mm as written."""
    value = item.get_item("ContourData").value
    # Ten times faster than pydicom's element by element: a contour has thousands of numbers.
    words = value.strip(b" \0").split(b"\\") if isinstance(value, bytes) else list(value or ())
    longest = max((len(word) for word in words if isinstance(word, bytes)), default=0)
    try:
        flat = np.array(words).astype(np.float64) if longest <= MAX_NUMBER_BYTES else np.array([np.nan])
    except ValueError:
        flat = np.array([np.nan])
    if not (np.abs(flat) <= MAX_COORDINATE_MM).all():
        raise bad_roi(name, f"contour {number} has coordinates that are no places", "millimetres within ten metres")
    points: FloatArray = flat.reshape(-1, 3) @ LPS_TO_RAS[:3, :3]
    return points


def _notes(contours: Sequence[Contour], used: int) -> tuple[str, ...]:
    """How many contours the file holds and how many were used, where that needs a word."""
    kinds = {contour.kind for contour in contours} - {"CLOSED_PLANAR"} - XOR
    if used == len(contours) and not kinds:
        return ()
    listed = ", ".join(f"{sum(c.kind == kind for c in contours)} {kind}" for kind in sorted(kinds))
    return (f"{used} of the file's {len(contours)} contours were used{f' ({listed} among them)' if listed else ''}",)


def _thickness(items: Sequence[Any]) -> float | None:
    slabs = {float(c.ContourSlabThickness) for c in items if c.get("ContourSlabThickness")}
    return slabs.pop() if len(slabs) == 1 and min(slabs) > 0 else None
