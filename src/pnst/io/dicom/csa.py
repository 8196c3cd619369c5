"""The Siemens CSA header (0029,1010): named text values inside one private element.

Layout as in nibabel's description ("Siemens CSA header", nibabel documentation): "SV10", four bytes, the number of
entries and 77; each entry a name of 64 bytes, its number of values, type, four bytes, a count of items and 77 or 205;
each item four lengths and its text, padded to four bytes.
"""

from __future__ import annotations

import struct

_ENTRY = struct.Struct("<64si4s3i")
_ITEM = struct.Struct("<4i")


def read_csa(blob: bytes, names: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The values of the entries called `names`, in order; {} for bytes that are no CSA header. Never raises."""
    start = 8 if blob[:4] == b"SV10" else 0
    values_by_name: dict[str, tuple[str, ...]] = {}
    try:
        count, check = struct.unpack_from("<2I", blob, start)
        if check not in (77, 205):
            return {}
        place = start + 8
        for _ in range(min(count, 4096)):
            raw_name, _, _, _, item_count, _ = _ENTRY.unpack_from(blob, place)
            place += _ENTRY.size
            values, place = _items(blob, place, item_count)
            name = raw_name.split(b"\0")[0].decode("latin-1")
            if name in names:
                values_by_name[name] = values
    except struct.error:
        return values_by_name
    return values_by_name


def _items(blob: bytes, place: int, count: int) -> tuple[tuple[str, ...], int]:
    values = []
    for _ in range(min(count, 4096)):
        lengths = _ITEM.unpack_from(blob, place)
        place += _ITEM.size
        length = lengths[1]
        if length < 0 or place + length > len(blob):
            raise struct.error("an item longer than the header")
        value = blob[place : place + length].split(b"\0")[0].decode("latin-1").strip()
        if value:
            values.append(value)
        place += (length + 3) // 4 * 4
    return tuple(values), place
