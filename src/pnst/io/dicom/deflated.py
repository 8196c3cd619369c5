"""The elements of a deflated file, inflated within a bound."""

from __future__ import annotations

import zlib

from pnst.io.dicom.walk import ImplausibleElementError, walk

DEFLATED = "1.2.840.10008.1.2.1.99"
"""The transfer syntax."""
MAX_INFLATED_BYTES = 1 << 28
"""A quarter of a gigabyte: hundreds of the largest classic images. What inflates to more is a bomb."""

_CHUNK = 1 << 18


def inflate_elements(content: bytes) -> bytes:
    """The elements of a deflated file behind its meta header. Raises as `inflate` does."""
    return inflate(content[walk(content, 132, explicit=True, last_group=0x0002)[1] :])


def inflate(packed: bytes) -> bytes:
    """Deflated bytes, inflated. Raises `ImplausibleElementError` for damage and for too much."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    parts = []
    size = 0
    try:
        while not inflater.eof:
            if not packed:
                raise ImplausibleElementError("deflated bytes that end too early (a truncated file?)")
            parts.append(inflater.decompress(packed, _CHUNK))
            packed = inflater.unconsumed_tail
            size += len(parts[-1])
            if size > MAX_INFLATED_BYTES:
                raise ImplausibleElementError(
                    f"deflated bytes that inflate to more than {MAX_INFLATED_BYTES >> 20} MiB"
                )
    except zlib.error as error:
        raise ImplausibleElementError("deflated bytes that are damaged") from error
    if inflater.unused_data.strip(b"\0"):
        raise ImplausibleElementError("bytes behind the end of what is deflated")
    return b"".join(parts)
