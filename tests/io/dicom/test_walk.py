"""The walk over bytes written by hand, to PS3.5 section 7; what it does not know is refused, not guessed."""

from __future__ import annotations

import struct

import pytest

from pnst.io.dicom.walk import TruncatedElementError, UnsupportedElementError, walk, walk_items

ROWS, DESCRIPTION, SEQUENCE = 0x00280010, 0x0008103E, 0x00189117
UNDEFINED = 0xFFFFFFFF


def tag(number: int) -> bytes:
    return struct.pack("<HH", number >> 16, number & 0xFFFF)


def element(number: int, vr: bytes, value: bytes, *, explicit: bool = True) -> bytes:
    if not explicit:
        return tag(number) + struct.pack("<I", len(value)) + value
    if vr in (b"SQ", b"OB"):
        return tag(number) + vr + b"\0\0" + struct.pack("<I", len(value)) + value
    return tag(number) + vr + struct.pack("<H", len(value)) + value


def delimited_item(content: bytes) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, UNDEFINED) + content + struct.pack("<HHI", 0xFFFE, 0xE00D, 0)


@pytest.mark.parametrize("explicit", [True, False])
def test_values_are_the_bytes_between_the_headers(explicit):
    head = element(DESCRIPTION, b"LO", b"T1 tra", explicit=explicit)
    head += element(ROWS, b"US", b"\x40\x01", explicit=explicit)
    elements, end = walk(head, 0, explicit=explicit)
    assert {number: raw.value for number, raw in elements.items()} == {DESCRIPTION: b"T1 tra", ROWS: b"\x40\x01"}
    assert end == len(head)


def test_the_walk_ends_before_pixels_and_beyond_the_last_group():
    head = element(DESCRIPTION, b"LO", b"T1 tra") + element(ROWS, b"US", b"\x40\x01")
    pixels = element(0x7FE00010, b"OB", b"\0\0")
    assert walk(head + pixels, 0, explicit=True)[1] == len(head)
    assert list(walk(head, 0, explicit=True, last_group=0x0008)[0]) == [DESCRIPTION]


def test_a_sequence_of_undefined_length_is_stepped_over_and_its_items_are_read():
    inner = element(ROWS, b"US", b"\x40\x01")
    content = delimited_item(inner) * 2 + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    head = tag(SEQUENCE) + b"SQ\0\0" + struct.pack("<I", UNDEFINED) + content + inner
    elements, _ = walk(head, 0, explicit=True)
    assert list(elements) == [SEQUENCE, ROWS]
    assert [list(item) for item in walk_items(elements[SEQUENCE].value, explicit=True)] == [[ROWS], [ROWS]]


def test_an_end_inside_an_element_and_an_unknown_type_are_refused():
    head = element(DESCRIPTION, b"LO", b"T1 tra")
    for cut in (1, 7, len(head) - 1):
        with pytest.raises(TruncatedElementError):
            walk(head[:cut], 0, explicit=True)
    with pytest.raises(UnsupportedElementError):
        walk(element(DESCRIPTION, b"ZZ", b"T1 tra"), 0, explicit=True)
    with pytest.raises(UnsupportedElementError):
        walk_items(element(ROWS, b"US", b"\x40\x01"), explicit=True)
