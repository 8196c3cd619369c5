"""Pixels into arrays: decoded, rescaled slice by slice, float32."""

from __future__ import annotations

import math
import os
import struct
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import BinaryIO, Literal

import numpy as np
from pydicom.pixels import get_decoder, pixel_array

from pnst.errors import InputError
from pnst.io.dicom.codestream import ImplausibleCodestreamError, check_codestreams
from pnst.io.dicom.deflated import DEFLATED, inflate_elements
from pnst.io.dicom.frame import Frame, Pixels
from pnst.io.image_bounds import MAX_VOXELS
from pnst.regular_file import open_regular
from pnst.typing import AnyArray, Float32Array

Scaling = Literal["rescaled", "real world", "floating point"]

Slot = tuple[int, int, Frame]
"""A frame and its place: volume and slice."""

_UNCOMPRESSED = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", DEFLATED})
_ENCAPSULATED = 12
"""Bytes before the first item of compressed pixels: tag, type and undefined length."""
_NATIVE = {"1.2.840.10008.1.2": 8, "1.2.840.10008.1.2.1": 12, DEFLATED: 12}
"""Uncompressed little-endian transfer syntaxes → bytes before the pixels: tag, type and length."""
_STRICT_DECODERS = dict.fromkeys(("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"), ("pyjpegls", "gdcm"))
"""JPEG-LS: pydicom would go on to a decoder that makes voxels of any damage where these refuse it."""


def read_pixels(
    volumes: Sequence[Sequence[Frame]], pixels: Sequence[Pixels], *, scaling: Scaling = "rescaled"
) -> Float32Array:
    """Read volumes of sorted frames as (columns, rows, slices, volumes), float32, rescaled with each frame's slope.

    `pixels` are the files that hold the frames. "real world" takes the real world value mapping instead of the rescale
    slope, "floating point" divides by each frame's intensity scale. Raises `InputError` naming the file that is cut
    short, holds more than it promises or is read by no decoder.
    """
    rows, columns = volumes[0][0].size
    files = {frame.file for volume in volumes for frame in volume}
    needed = [p for p in pixels if p.name in files]
    shape = (len(volumes), len(volumes[0]), rows, columns)
    if math.prod(shape) > MAX_VOXELS:
        raise _undecodable(
            needed[0], f"headers that say {' × '.join(map(str, shape))} voxels; {MAX_VOXELS} can be read"
        )
    values = np.empty(shape, dtype=np.float32)
    slots: dict[str, list[Slot]] = defaultdict(list)
    for v, volume in enumerate(volumes):
        for k, frame in enumerate(volume):
            slots[frame.file].append((v, k, frame))

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
        if source.transfer_syntax not in _UNCOMPRESSED:
            check_codestreams(source, _encapsulated(source))
        decoded = np.asarray(pixel_array(source.file, raw=True, decoding_plugin=_decoder_of(source)))
        return decoded.reshape(source.frames, source.rows, source.columns)
    except ImplausibleCodestreamError as error:
        raise _undecodable(source, str(error)) from error
    except Exception as error:  # a decoder's complaint, whatever its type, is about this file
        raise _undecodable(source, f"{type(error).__name__} while decoding its pixels") from error


def _native(source: Pixels) -> AnyArray | None:
    """Uncompressed pixels straight from the file; None where they are kept in another way."""
    lead = _NATIVE.get(source.transfer_syntax)
    if lead is None:
        return None
    with _element_stream(source) as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(source.offset)
        head = stream.read(lead)
        if head[:4] != b"\xe0\x7f\x10\x00" or len(head) < lead:
            return None
        (length,) = struct.unpack("<I", head[-4:])
        count = source.frames * source.rows * source.columns
        needed = count * source.bits_allocated // 8
        if length == 0xFFFFFFFF:
            return None
        present = min(length, size - source.offset - lead)
        if present < needed:
            raise _undecodable(source, f"{present} bytes of pixels where {needed} are needed: a truncated file")
        if length > needed + needed % 2:
            raise _undecodable(source, f"{length} bytes of pixels where {needed} are needed: more than its header says")
        stored = np.empty(count, dtype=f"<{'i' if source.signed else 'u'}{source.bits_allocated // 8}")
        stream.readinto(stored.view(np.uint8))  # type: ignore[attr-defined]
    spare = source.bits_allocated - source.bits_stored
    if spare > 0:  # old overlays sit in the unused high bits
        stored = (stored << spare) >> spare
    return stored.reshape(source.frames, source.rows, source.columns)


def _element_stream(source: Pixels) -> BinaryIO:
    """The bytes in which `source.offset` counts: those of the file, inflated where they are deflated."""
    stream = open_regular(source.file)
    if source.transfer_syntax != DEFLATED:
        return stream
    with stream:
        return BytesIO(inflate_elements(stream.read()))


def _decoder_of(source: Pixels) -> str:
    """The name of the one decoder to take, "" for those of pydicom's choice."""
    names = _STRICT_DECODERS.get(source.transfer_syntax, ())
    available = get_decoder(source.transfer_syntax).available_plugins if names else ()
    return next((name for name in names if name in available), "")


def _encapsulated(source: Pixels) -> bytes:
    """The compressed pixels of a file, from the Basic Offset Table on."""
    with open_regular(source.file) as stream:
        stream.seek(source.offset)
        head = stream.read(_ENCAPSULATED)
        if head[:4] != b"\xe0\x7f\x10\x00" or head[-4:] != b"\xff\xff\xff\xff":
            raise ImplausibleCodestreamError("compressed pixels that are not kept as such")
        return stream.read()


def _undecodable(source: Pixels, got: str) -> InputError:
    return InputError(
        f"cannot read the pixels of {source.name!r}",
        got=got,
        expected="a whole DICOM image in a transfer syntax that can be decoded",
        remedy="copy or export the file again, uncompressed where it was compressed",
    )
