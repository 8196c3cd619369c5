"""The parts of a NIfTI file: its header, whose repairs are reported, and its voxels as stored."""

from __future__ import annotations

import gzip
import logging
import zlib
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import nibabel as nib
import numpy as np
from nibabel import imageglobals

from pnst.errors import InputError
from pnst.typing import AnyArray

_CHUNK = 1 << 26


def read_header(file: Path) -> tuple[nib.Nifti1Header, tuple[str, ...]]:
    """The header (NIfTI-1 or -2, by content) and what was repaired in it. Raises `InputError` as `read_stored` does."""
    try:
        with file.open("rb") as stream:
            return _header(_uncompressed(stream), file)
    except (OSError, EOFError, zlib.error) as error:
        raise _failed(file, error) from error


def read_stored(file: Path) -> tuple[nib.Nifti1Header, AnyArray, tuple[str, ...]]:
    """Header, stored voxels (before scaling) in the header's shape, and what was repaired.

    Raises `InputError` for a file that is missing, truncated, no NIfTI, or whose voxels are no plain numbers.
    """
    try:
        with file.open("rb") as opened:
            stream = _uncompressed(opened)
            header, repairs = _header(stream, file)
            dtype = header.get_data_dtype()
            if dtype.kind not in "biuf":
                raise unreadable(file, f"voxels of type {dtype}")
            shape = header.get_data_shape()
            size = int(np.prod(shape, dtype=object)) * dtype.itemsize
            gap = header.get_data_offset() - header.template_dtype.itemsize
            if not shape or size <= 0 or gap < 0:
                raise unreadable(file, f"shape {shape}, voxels from byte {header.get_data_offset()}")
            _read(stream, gap)
            content = _read(stream, size)
            stream.read(1)  # gzip checks its sum only at the end
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise _failed(file, error) from error
    if len(content) < size:
        raise unreadable(file, f"{len(content)} bytes of voxels where the header promises {size}")
    return header, np.frombuffer(content, dtype).reshape(shape, order="F"), repairs


def unreadable(file: Path, got: str) -> InputError:
    """The refusal of a file that is no complete NIfTI."""
    return InputError(
        f"cannot read {file.name!r} as NIfTI",
        got=got,
        expected="a complete NIfTI-1 or NIfTI-2 file of numbers",
        remedy="check that the file was copied or downloaded whole",
    )


def _failed(file: Path, error: Exception) -> InputError:
    missing = isinstance(error, FileNotFoundError)
    return unreadable(file, "no such file" if missing else f"{type(error).__name__} while reading")


def _uncompressed(stream: BinaryIO) -> BinaryIO:
    """The stream, unpacked where it starts as gzip does."""
    packed = stream.read(2) == b"\x1f\x8b"
    stream.seek(0)
    return gzip.GzipFile(fileobj=stream) if packed else stream  # type: ignore[return-value]


def _header(stream: BinaryIO, file: Path) -> tuple[nib.Nifti1Header, tuple[str, ...]]:
    repairs = _Repairs()
    try:
        content = stream.read(348)
        kind = nib.Nifti2Header if content[4:7] == b"n+2" else nib.Nifti1Header
        content += stream.read(kind.template_dtype.itemsize - 348)
        if content[4:7] != b"n+2" and content[344:347] != b"n+1":
            raise unreadable(file, "a file without the mark of NIfTI")
        with repairs:
            return kind.from_fileobj(BytesIO(content)), tuple(repairs.messages)
    except InputError:
        raise
    except Exception as error:  # whatever a damaged header makes the parser raise, it is this file's damage
        raise _failed(file, error) from error


def _read(stream: BinaryIO, count: int) -> bytearray:
    """Up to `count` bytes; memory grows with what is there, not with what a damaged header promises."""
    content = bytearray()
    while len(content) < count and (part := stream.read(min(count - len(content), _CHUNK))):
        content += part
    return content


class _Repairs(logging.Handler):
    """Collects nibabel's messages about a header that it repairs, in place of standard error."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self.messages.append(f"header mended: {record.getMessage()}")

    def __enter__(self) -> None:
        self._muted = imageglobals.logger.handlers[:]
        imageglobals.logger.handlers[:] = [self]

    def __exit__(self, *_: object) -> None:
        imageglobals.logger.handlers[:] = self._muted
