"""Values of DICOM elements straight from their bytes.

A reader of archives meets private elements without a type, wrong types, and damage. These functions take the type
that the standard (or the vendor) gives an element, return nothing for what cannot be read, and never raise. They also
skip pydicom's conversion of values, which costs most of the time of reading a header.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydicom.charset import python_encoding
from pydicom.dataelem import RawDataElement, convert_raw_data_element
from pydicom.dataset import Dataset

from pnst.io.dicom.walk import ImplausibleElementError, TruncatedElementError, UnsupportedElementError, walk_items

Fields = Mapping[int, Any]
"""The elements of a dataset by tag: plain integers find their element several times faster than pydicom's tags."""

_MAX_COUNT = 2**53
"""Above this, floating point does not count."""
_BINARY = {"FD": "f8", "FL": "f4", "US": "u2", "SS": "i2", "UL": "u4", "SL": "i4", "OF": "f4", "OD": "f8"}


def fields(ds: Dataset) -> Fields:
    """The elements of a dataset, raw where pydicom left them raw."""
    return {int(element.tag): element for element in ds.values()}


def numbers(ds: Fields, tag: int, vr: str = "DS") -> tuple[float, ...]:
    """All values of a numeric element; () where it is missing, empty, not finite or not numeric.

    `vr` is the type the element has by the standard, used where the file does not write it.
    """
    element = ds.get(tag)
    if element is None or element.value is None:
        return ()
    try:
        decoded = _decode(element, vr) if isinstance(element.value, bytes) else np.atleast_1d(element.value)
        values = tuple(float(v) for v in decoded)
    except (TypeError, ValueError):
        return ()
    return values if all(map(math.isfinite, values)) else ()


def number(ds: Fields, tag: int, vr: str = "DS") -> float | None:
    """The first value of a numeric element, None where there is none."""
    values = numbers(ds, tag, vr)
    return values[0] if values else None


def integer(ds: Fields, tag: int, vr: str = "IS") -> int | None:
    """The first value of an element that counts, None where there is none or it is no whole number."""
    value = number(ds, tag, vr)
    return int(value) if value is not None and abs(value) < _MAX_COUNT and value == int(value) else None


def stated_number(ds: Fields, tag: int, name: str) -> float | None:
    """The first value of a decimal element, None where it is missing or empty.

    Raises `ImplausibleElementError` for one that is written and is no finite number: to go on as if it were missing
    would change every voxel.
    """
    value = number(ds, tag)
    if value is None and "".join(words(ds, tag)):
        raise ImplausibleElementError(f"a {name} that is no number")
    return value


def words(ds: Fields, tag: int) -> tuple[str, ...]:
    """The values of a text element, stripped; () where there are none."""
    element = ds.get(tag)
    if element is None or element.value in (None, "", b""):
        return ()
    value = element.value
    if isinstance(value, bytes):
        value = value.decode(_charset(ds), errors="replace").split("\\")
    texts = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else list(_iterate(value))
    return tuple(str(v).strip(" \0") for v in texts)


def text(ds: Fields, tag: int) -> str:
    """The first value of a text element, "" where there is none."""
    values = words(ds, tag)
    return values[0] if values else ""


def items(ds: Fields, tag: int) -> list[Fields]:
    """The items of a sequence, [] where there is none or it cannot be parsed."""
    element = ds.get(tag)
    if element is None:
        return []
    try:
        if isinstance(element, RawDataElement) and isinstance(element.value, bytes) and element.is_little_endian:
            return list(walk_items(element.value, explicit=not element.is_implicit_VR))
    except (UnsupportedElementError, TruncatedElementError, RecursionError):
        pass  # left to pydicom
    try:
        value = convert_raw_data_element(element).value if isinstance(element, RawDataElement) else element.value
        return [fields(entry) for entry in value if isinstance(entry, Dataset)]
    except Exception:  # a damaged sequence raises almost anything; it is then as good as absent
        return []


def item(ds: Fields, tag: int) -> Fields:
    """The first item of a sequence, an empty one where there is none."""
    return next(iter(items(ds, tag)), {})


def private(ds: Fields, group: int, creator: str, element: int) -> int:
    """The tag of a private element in the block that `creator` reserved, block 0x10 where no creator is named."""
    for block in range(0x10, 0x100):
        name = text(ds, group << 16 | block)
        if name == creator:
            return group << 16 | block << 8 | element
        if not name:
            break
    return group << 16 | 0x1000 | element


def _decode(element: Any, vr: str) -> Any:
    written = getattr(element, "VR", None)
    kind = written if written not in (None, "UN", "OB") else vr
    if kind not in _BINARY:
        # errors="replace" makes what is no text fail as a number.
        return [v for v in element.value.decode("ascii", errors="replace").strip(" \0").split("\\") if v.strip()]
    order = "<" if getattr(element, "is_little_endian", True) else ">"
    return np.frombuffer(element.value, dtype=order + _BINARY[kind])


def _charset(ds: Fields) -> str:
    element = ds.get(0x00080005)
    value = element.value if element is not None else None
    names = value.decode("ascii", errors="replace").split("\\") if isinstance(value, bytes) else value or ""
    name = names if isinstance(names, str) else next((n for n in reversed(names) if n.strip()), "")
    return str(python_encoding.get(str(name).strip(), "latin-1"))


def _iterate(value: Any) -> list[Any]:
    try:
        return list(value)
    except TypeError:
        return [value]
