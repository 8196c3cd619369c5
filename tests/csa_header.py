"""A Siemens CSA header, written by hand to the layout that nibabel describes."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence


def csa_header(values: Mapping[str, Sequence[str]], item_count: int | None = None) -> bytes:
    """One entry a name; `item_count` pads each entry with empty items, as scanners do."""
    blob = b"SV10\x04\x03\x02\x01" + struct.pack("<2I", len(values), 77)
    for name, texts in values.items():
        count = len(texts) if item_count is None else item_count
        blob += struct.pack("<64si4s3i", name.encode(), 1, b"DS", 0, count, 77)
        for text in [*texts, *[""] * (count - len(texts))]:
            raw = text.encode() + b"\0" if text else b""
            blob += struct.pack("<4i", len(raw), len(raw), 77, 0) + raw + bytes(-len(raw) % 4)
    return blob + bytes(len(blob) % 2)
