"""What compressed pixels say of themselves, checked before a decoder in C meets them: it may end the whole process.

JPEG, JPEG lossless and JPEG-LS: ISO 10918-1 B.2.2, ISO 14495-1 C.2.2 (the frame header, SOF). JPEG 2000: ISO 15444-1
A.5.1 (SIZ). RLE: PS3.5 annex G.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.encaps import generate_frames

from pnst.io.dicom.frame import Pixels

MAX_TILES = 65_535
"""By the standard of JPEG 2000: the number of a tile has 16 bits."""

_END = b"\xff\xd9"
"""The mark at the end of every codestream but RLE."""
_RLE = "1.2.840.10008.1.2.5"
_MAX_BITS = 16
_MAX_PADDING = 8
"""Bytes that encoders leave behind an RLE segment, or behind the mark at the end of another codestream."""
_FRAME_HEADERS = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7})
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})


class ImplausibleCodestreamError(Exception):
    """A codestream that contradicts its DICOM header or its standard; its text says how."""


@dataclass(frozen=True)
class CodestreamSize:
    """Rows, columns, samples and bits of one compressed image, by its own header."""

    rows: int
    columns: int
    samples: int
    bits: int


def check_codestreams(source: Pixels, content: bytes) -> None:
    """Check the encapsulated pixels `content` of a file, from the Basic Offset Table on, against its header.

    Raises `ImplausibleCodestreamError`.
    """
    count = 0
    for frame in _frames(source, content):
        count += 1
        if source.transfer_syntax == _RLE:
            _check_rle(source, frame)
        else:
            _check_size(source, codestream_size(frame))
            if _END not in frame.rstrip(b"\0")[-_MAX_PADDING:]:
                raise ImplausibleCodestreamError("a compressed image that is cut short")
    if count != source.frames:
        raise ImplausibleCodestreamError(f"{count} compressed images where the header says {source.frames}")


def codestream_size(frame: bytes) -> CodestreamSize:
    """The size that a JPEG, JPEG-LS or JPEG 2000 codestream says it has. Raises `ImplausibleCodestreamError`."""
    try:
        if frame[:4] == b"\xff\x4f\xff\x51":
            return _jpeg_2000(frame)
        if frame[:2] == b"\xff\xd8":
            return _jpeg(frame)
    except struct.error as error:
        raise ImplausibleCodestreamError("a compressed image that ends in its header") from error
    raise ImplausibleCodestreamError("compressed pixels that start as no known codestream")


def _frames(source: Pixels, content: bytes) -> Iterator[bytes]:
    try:
        yield from generate_frames(content, number_of_frames=source.frames)
    except ValueError as error:
        raise ImplausibleCodestreamError("compressed images that cannot be told apart") from error


def _check_size(source: Pixels, size: CodestreamSize) -> None:
    if (size.rows, size.columns, size.samples) != (source.rows, source.columns, source.samples):
        raise ImplausibleCodestreamError(
            f"a compressed image of {size.rows} × {size.columns} voxels, {size.samples} samples, where the header says "
            f"{source.rows} × {source.columns}, {source.samples}"
        )
    if not 1 <= size.bits <= min(_MAX_BITS, source.bits_allocated):
        raise ImplausibleCodestreamError(
            f"a compressed image of {size.bits} bits where {source.bits_allocated} are kept"
        )


def _check_rle(source: Pixels, frame: bytes) -> None:
    planes = source.samples * source.bits_allocated // 8
    if len(frame) < 64:
        raise ImplausibleCodestreamError("an RLE image that ends in its header")
    count, *offsets = struct.unpack_from("<16I", frame)
    if count != planes:
        raise ImplausibleCodestreamError(f"{count} RLE segments where {planes} are needed")
    used = offsets[:count]
    if used[0] != 64 or any(b <= a for a, b in zip(used, [*used[1:], len(frame)], strict=True)):
        raise ImplausibleCodestreamError("RLE segments that lie outside their image")
    for start, end in zip(used, [*used[1:], len(frame)], strict=True):
        size = _unpacked_size(frame[start:end])
        if not 0 <= size - source.rows * source.columns <= _MAX_PADDING:
            raise ImplausibleCodestreamError(
                f"an RLE segment of {size} voxels where {source.rows * source.columns} are"
            )


def _unpacked_size(segment: bytes) -> int:
    """How many bytes an RLE segment unpacks to."""
    place = size = 0
    while place < len(segment):
        control = segment[place]
        if control < 128:
            size += min(control + 1, len(segment) - place - 1)
            place += control + 2
        elif control > 128:
            size += 257 - control
            place += 2
        else:
            place += 1
    return size


def _jpeg(frame: bytes) -> CodestreamSize:
    place = 2
    while True:
        mark, code = struct.unpack_from(">BB", frame, place)
        if mark != 0xFF:
            raise ImplausibleCodestreamError("a JPEG header that is damaged")
        if code == 0xFF:  # fill
            place += 1
        elif code in _WITHOUT_LENGTH:
            place += 2
        elif code in _FRAME_HEADERS:
            _, bits, rows, columns, samples = struct.unpack_from(">HBHHB", frame, place + 2)
            return CodestreamSize(rows, columns, samples, bits)
        elif code == 0xDA:
            raise ImplausibleCodestreamError("a JPEG image without a frame header")
        else:
            (length,) = struct.unpack_from(">H", frame, place + 2)
            place += 2 + max(length, 2)


def _jpeg_2000(frame: bytes) -> CodestreamSize:
    right, bottom, left, top, tile_width, tile_height, tile_left, tile_top, samples = struct.unpack_from(
        ">8IH", frame, 8
    )
    bits = {(struct.unpack_from(">B", frame, 42 + 3 * n)[0] & 0x7F) + 1 for n in range(min(samples, 4))}
    if right <= left or bottom <= top or not tile_width or not tile_height or len(bits) != 1:
        raise ImplausibleCodestreamError("a JPEG 2000 header that is damaged")
    tiles = -(-(right - tile_left) // tile_width) * -(-(bottom - tile_top) // tile_height)
    if tiles > MAX_TILES or tiles < 1:
        raise ImplausibleCodestreamError(f"a JPEG 2000 image of {tiles} tiles")
    return CodestreamSize(bottom - top, right - left, samples, bits.pop())
