"""Pixels into arrays: decoded, rescaled slice by slice, float32."""

from __future__ import annotations

import os
import struct
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np
from pydicom.pixels import pixel_array

from pnst.errors import InputError
from pnst.io.dicom.frame import Frame, Pixels
from pnst.typing import AnyArray, Float32Array

Scaling = Literal["rescaled", "real world", "floating point"]

Slot = tuple[int, int, Frame]
"""A frame and its place: volume and slice."""

_NATIVE = {"1.2.840.10008.1.2": 8, "1.2.840.10008.1.2.1": 12}
"""Uncompressed little-endian transfer syntaxes → bytes before the pixels: tag, type and length."""


def read_pixels(
    volumes: Sequence[Sequence[Frame]], pixels: Sequence[Pixels], *, scaling: Scaling = "rescaled"
) -> Float32Array:
    """Read volumes of sorted frames as (columns, rows, slices, volumes), float32, rescaled with each frame's slope.

    `pixels` are the files that hold the frames. "real world" takes the real world value mapping instead of the rescale
    slope, "floating point" divides by each frame's intensity scale. Raises `InputError` naming the file that is cut
    short, holds more than it promises or is read by no decoder.
    """
    rows, columns = volumes[0][0].size
    try:
        values = np.empty((len(volumes), len(volumes[0]), rows, columns), dtype=np.float32)
    except MemoryError as error:
        raise _undecodable(pixels[0], f"a header that says {len(volumes)} volumes of {rows} × {columns}") from error
    slots: dict[str, list[Slot]] = defaultdict(list)
    for v, volume in enumerate(volumes):
        for k, frame in enumerate(volume):
            slots[frame.file].append((v, k, frame))
    needed = [p for p in pixels if p.name in slots]

    def read_file(source: Pixels) -> None:
        images = _images(source)
        for v, k, frame in slots[source.name]:
            row, column = frame.corner
            tile = images[frame.index, row : row + rows, column : column + columns]
            values[v, k] = _rescaled(tile, frame, scaling)

    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        list(pool.map(read_file, needed))
    return values.T


def _rescaled(tile: AnyArray, frame: Frame, scaling: Scaling) -> AnyArray:
    slope, intercept = frame.slope, frame.intercept
    if scaling == "real world" and frame.real_world is not None:
        slope, intercept = frame.real_world.slope, frame.real_world.intercept
    elif scaling == "floating point" and frame.intensity_scale:
        slope, intercept = slope / frame.intensity_scale, intercept / frame.intensity_scale
    if (slope, intercept) == (1.0, 0.0):
        return tile
    return np.asarray(tile * slope + intercept)


def _images(source: Pixels) -> AnyArray:
    """All images of a file: (frames, rows, columns)."""
    native = _native(source) if source.samples == 1 and source.bits_allocated in (8, 16, 32) else None
    if native is not None:
        return native
    try:
        decoded = np.asarray(pixel_array(source.file, raw=True))
        return decoded.reshape(source.frames, source.rows, source.columns)
    except Exception as error:  # a decoder's complaint, whatever its type, is about this file
        raise _undecodable(source, f"{type(error).__name__} while decoding its pixels") from error


def _native(source: Pixels) -> AnyArray | None:
    """Uncompressed pixels straight from the file; None where they are kept in another way."""
    lead = _NATIVE.get(source.transfer_syntax)
    if lead is None:
        return None
    with source.file.open("rb") as stream:
        stream.seek(source.offset)
        head = stream.read(lead)
        if head[:4] != b"\xe0\x7f\x10\x00" or len(head) < lead:
            return None
        (length,) = struct.unpack("<I", head[-4:])
        count = source.frames * source.rows * source.columns
        needed = count * source.bits_allocated // 8
        if length == 0xFFFFFFFF:
            return None
        present = min(length, os.fstat(stream.fileno()).st_size - source.offset - lead)
        if present < needed:
            raise _undecodable(source, f"{present} bytes of pixels where {needed} are needed: a truncated file")
        stored = np.fromfile(stream, dtype=f"<{'i' if source.signed else 'u'}{source.bits_allocated // 8}", count=count)
    spare = source.bits_allocated - source.bits_stored
    if spare > 0:  # old overlays sit in the unused high bits
        stored = (stored << spare) >> spare
    return stored.reshape(source.frames, source.rows, source.columns)


def _undecodable(source: Pixels, got: str) -> InputError:
    return InputError(
        f"cannot read the pixels of {source.name!r}",
        got=got,
        expected="a whole DICOM image in a transfer syntax that can be decoded",
        remedy="copy or export the file again, uncompressed where it was compressed",
    )
