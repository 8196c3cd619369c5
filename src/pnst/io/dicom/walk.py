"""A walk over the bytes of well-formed little-endian elements: nothing is converted, sequences are stepped over unread.

Layout: PS3.5 section 7 (data element structure, value representations with 32-bit lengths, nesting of items).
"""

from __future__ import annotations

import struct

from pydicom.dataelem import RawDataElement
from pydicom.tag import BaseTag

PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
STRUCTURES = 0x3006
"""The group of a structure set's contours, which are no part of an image's header."""

_LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
_SHORT = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
_ITEM, _ITEM_END, _SEQUENCE_END, _UNDEFINED = 0xE000FFFE, 0xE00DFFFE, 0xE0DDFFFE, 0xFFFFFFFF
_two = struct.Struct("<HH").unpack_from
_length = struct.Struct("<I").unpack_from
_short_length = struct.Struct("<H").unpack_from
_item = struct.Struct("<II").unpack_from

Raw = dict[int, RawDataElement]


class UnsupportedElementError(Exception):
    """Something that the walk leaves to pydicom: a type it does not know, or no sequence where one should be."""


class ImplausibleElementError(Exception):
    """Bytes or a value that no image has; its text says which."""


class TruncatedElementError(Exception):
    """The bytes at hand end inside an element."""


def walk(head: bytes, place: int, *, explicit: bool, last_group: int = 0xFFFF, whole: bool = True) -> tuple[Raw, int]:
    """The elements from `place` on, and the place of the first that is bulk data or beyond `last_group`, or the end.

    `whole` says that nothing follows `head`. Raises `TruncatedElementError` where it ends inside an element, and
    `UnsupportedElementError`.
    """
    elements: Raw = {}
    try:
        while not (whole and place == len(head)):
            group, element = _two(head, place)
            tag = group << 16 | element
            if group > last_group or tag in PIXELS or group == STRUCTURES or tag == 0xFFFEE00D:
                break
            kind, start, end = _extent(head, place, explicit)
            if end > len(head):
                raise TruncatedElementError
            value = head[start:end]
            elements[tag] = RawDataElement(
                BaseTag(tag), kind, len(value), value, start, not explicit, True, True, False
            )
            place = end
    except struct.error as error:
        raise TruncatedElementError from error
    return elements, place


def walk_items(value: bytes, *, explicit: bool) -> list[Raw]:
    """The items of a sequence's bytes. Raises as `walk` does."""
    items = []
    place = 0
    try:
        while place < len(value):
            tag, length = _item(value, place)
            place += 8
            if tag == _SEQUENCE_END:
                break
            if tag != _ITEM:
                raise UnsupportedElementError
            end = place + length if length != _UNDEFINED else _item_end(value, place, explicit)
            if end > len(value):
                raise TruncatedElementError
            items.append(walk(value[place:end], 0, explicit=explicit)[0])
            place = end
    except struct.error as error:
        raise TruncatedElementError from error
    return items


def _extent(head: bytes, place: int, explicit: bool) -> tuple[str | None, int, int]:
    """Type (None where implicit), first byte and end of the value of the element at `place`."""
    if not explicit:
        kind, start = None, place + 8
        (length,) = _length(head, place + 4)
    else:
        code = head[place + 4 : place + 6]
        kind = code.decode("latin-1")
        if code in _SHORT:
            start = place + 8
            (length,) = _short_length(head, place + 6)
        elif code in _LONG:
            start = place + 12
            (length,) = _length(head, place + 8)
        elif len(code) < 2:
            raise TruncatedElementError
        else:
            raise UnsupportedElementError
    if length != _UNDEFINED:
        return kind, start, start + length
    if kind not in (None, "SQ"):
        raise UnsupportedElementError
    return kind, start, _sequence_end(head, start, explicit)


def _sequence_end(head: bytes, place: int, explicit: bool) -> int:
    while True:
        tag, length = _item(head, place)
        place += 8
        if tag == _SEQUENCE_END:
            return place
        if tag != _ITEM:
            raise UnsupportedElementError
        place = place + length if length != _UNDEFINED else _item_end(head, place, explicit)


def _item_end(head: bytes, place: int, explicit: bool) -> int:
    while _item(head, place)[0] != _ITEM_END:
        place = _extent(head, place, explicit)[2]
    return place + 8
