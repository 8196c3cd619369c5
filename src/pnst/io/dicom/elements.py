"""The elements of a file up to its pixels.

Well-formed little-endian files, nearly all there are, are walked here: nothing is converted and sequences are stepped
over unread, which is several times faster than parsing them. Whatever is out of the ordinary goes to pydicom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, cast

from pydicom.filereader import read_partial

from pnst.io.dicom.deflated import DEFLATED, inflate
from pnst.io.dicom.tags import Fields, fields, text
from pnst.io.dicom.walk import (
    PIXELS,
    STRUCTURES,
    ImplausibleElementError,
    TruncatedElementError,
    UnsupportedElementError,
    walk,
)

IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
_LEFT_TO_PYDICOM = frozenset({"1.2.840.10008.1.2.2", ""})
"""Big endian, and not written: pydicom reads these."""
MAX_HEADER_BYTES = 1 << 28
"""Before the pixels: an enhanced image of ten thousand frames has a tenth of it."""
_PIXEL_BYTES = (b"\xe0\x7f\x10\x00", b"\xe0\x7f\x08\x00", b"\xe0\x7f\x09\x00", b"\x7f\xe0\x00\x10")
_FIRST_READ_BYTES = 1 << 15


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of a file before its pixels."""

    meta: Fields
    data: Fields
    transfer_syntax: str
    offset: int
    """Byte where the pixel data element starts, or where the header ends."""
    has_pixels: bool


def read_elements(stream: BinaryIO) -> Elements:
    """The elements of the file that `stream` reads, from its start. Raises what pydicom raises on damage.

    Raises `ImplausibleElementError` for a header larger than `MAX_HEADER_BYTES` and for deflated bytes without end.
    """
    try:
        return _walked(stream)
    except (UnsupportedElementError, TruncatedElementError, RecursionError):
        return _parsed(stream)


def _walked(stream: BinaryIO) -> Elements:
    size = _FIRST_READ_BYTES
    while True:
        stream.seek(0)
        head = stream.read(size)
        whole = len(head) < size
        try:
            return _walk_file(head, whole)
        except TruncatedElementError:
            if whole:
                raise
            if size >= MAX_HEADER_BYTES:
                raise _oversized() from None
            size = min(size * 8, MAX_HEADER_BYTES)


def _walk_file(head: bytes, whole: bool) -> Elements:
    if head[128:132] != b"DICM":
        raise UnsupportedElementError
    meta, start = walk(head, 132, explicit=True, last_group=0x0002, whole=whole)
    syntax = text(meta, 0x00020010)
    if syntax == DEFLATED:
        if not whole:
            raise TruncatedElementError
        inflated = inflate(head[start:])
        data, offset = walk(inflated, 0, explicit=True)
        return Elements(meta, data, syntax, offset, inflated[offset : offset + 4] in _PIXEL_BYTES)
    if syntax in _LEFT_TO_PYDICOM:
        raise UnsupportedElementError
    data, offset = walk(head, start, explicit=syntax != IMPLICIT, whole=whole)
    return Elements(meta, data, syntax, offset, head[offset : offset + 4] in _PIXEL_BYTES)


class _BoundedReader:
    """A stream of which no more than a header's bytes are read in all."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = MAX_HEADER_BYTES
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, all that are left without one. Raises `ImplausibleElementError` beyond the bound."""
        content = self._stream.read(self._left + 1 if size < 0 else min(size, self._left + 1))
        self._left -= len(content)
        if self._left < 0:
            raise _oversized()
        return content


def _oversized() -> ImplausibleElementError:
    return ImplausibleElementError(f"a header of more than {MAX_HEADER_BYTES >> 20} MiB")


def _parsed(stream: BinaryIO) -> Elements:
    stream.seek(0)
    ds = read_partial(cast("BinaryIO", _BoundedReader(stream)), stop_when=_at_bulk, force=True)
    offset = stream.tell()
    stream.seek(offset)
    has_pixels = stream.read(4) in _PIXEL_BYTES
    meta = fields(ds.file_meta)
    # A file without a meta header is implicit little endian unless it was parsed otherwise.
    by_encoding = {(True, True): IMPLICIT, (False, True): EXPLICIT}
    syntax = text(meta, 0x00020010) or by_encoding.get(ds.original_encoding, "")
    return Elements(meta, fields(ds), syntax, offset, has_pixels)


def _at_bulk(tag: int, vr: str | None, length: int) -> bool:
    return tag in PIXELS or tag >> 16 == STRUCTURES
