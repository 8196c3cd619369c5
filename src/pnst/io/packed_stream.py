"""Bytes that may be packed (gzip, bzip2), read as they are asked for and to the very end, where the checksum stands."""

from __future__ import annotations

import bz2
import zlib
from typing import BinaryIO, Literal

Packing = Literal["none", "gzip", "bzip2"]

_CHUNK = 1 << 20
_STARTS: dict[bytes, Packing] = {b"\x1f\x8b": "gzip"}


class DamagedStreamError(ValueError):
    """Bytes that end too early, go on too long, or do not meet their checksum; its text says which."""


class PackedStream:
    """The unpacked bytes of a stream. Memory grows with what is read, never with what a header promises.

    >>> import gzip, io
    >>> stream = PackedStream(io.BytesIO(gzip.compress(b"voxels")), "gzip")
    >>> bytes(stream.read(6)), stream.check_end()
    (b'voxels', None)
    """

    def __init__(self, stream: BinaryIO, packing: Packing) -> None:
        self._stream = stream
        self._packing = packing
        self._inflate = zlib.decompressobj(wbits=31)
        self._bunzip = bz2.BZ2Decompressor()
        self._rest = b""

    def read(self, count: int) -> bytearray:
        """Up to `count` bytes, fewer only where the stream ends. Raises `DamagedStreamError`."""
        content = bytearray()
        while len(content) < count and (part := self._part(min(count - len(content), _CHUNK))):
            content += part
        return content

    def skip(self, count: int) -> None:
        """Pass over `count` bytes."""
        while count > 0 and (part := self._part(min(count, _CHUNK))):
            count -= len(part)

    def check_end(self) -> None:
        """Raise `DamagedStreamError` unless the stream ends here, by its own mark and with its checksum met."""
        if self._part(1):
            raise DamagedStreamError("more bytes than its header promises")
        if (self._packing == "bzip2" and self._bunzip.unused_data) or self._inflate.unused_data or self._stream.read(1):
            raise DamagedStreamError(f"bytes behind the end of what is packed ({self._packing})")

    def _part(self, limit: int) -> bytes:
        if self._packing == "none":
            return self._stream.read(limit)
        try:
            return self._unpacked(limit)
        except (zlib.error, OSError, EOFError) as error:
            raise DamagedStreamError(f"damaged packed bytes ({self._packing}): {error}") from error

    def _unpacked(self, limit: int) -> bytes:
        """At least one byte, unless the packed bytes have come to their end."""
        gzip = self._packing == "gzip"
        while not (self._inflate.eof if gzip else self._bunzip.eof):
            if gzip:
                self._rest = self._rest or self._stream.read(_CHUNK)
                starved, part = not self._rest, self._inflate.decompress(self._rest, limit)
                self._rest = self._inflate.unconsumed_tail
            else:
                self._rest = self._stream.read(_CHUNK) if self._bunzip.needs_input else b""
                starved = self._bunzip.needs_input and not self._rest
                part = b"" if starved else self._bunzip.decompress(self._rest, limit)
            if part:
                return part
            if starved:
                raise DamagedStreamError(f"packed bytes that end too early ({self._packing})")
        return b""


def packing_of(stream: BinaryIO) -> Packing:
    """How a stream that can be wound back is packed, by its first two bytes."""
    start = stream.read(2)
    stream.seek(0)
    return _STARTS.get(start, "none")
