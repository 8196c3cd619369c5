"""The parts of a NIfTI file: its header, whose repairs are reported, and its voxels as stored.

One file (`.nii`), or a pair of a header (`.hdr`) and its voxels (`.img`), each packed by gzip or not.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel import imageglobals
from nibabel.nifti1 import Nifti1PairHeader
from nibabel.nifti2 import Nifti2PairHeader

from pnst.errors import InputError
from pnst.io.image_bounds import MAX_STORED_BYTES, MAX_VOXELS
from pnst.io.nifti.pair import header_of, is_pair, voxels_of
from pnst.io.packed_stream import DamagedStreamError, PackedStream, packing_of
from pnst.regular_file import open_regular
from pnst.typing import AnyArray

_CLASSES = {
    b"n+1": nib.Nifti1Header,
    b"ni1": Nifti1PairHeader,
    b"n+2": nib.Nifti2Header,
    b"ni2": Nifti2PairHeader,
}
_ANALYZE_STARTS = (b"\x5c\x01\0\0", b"\0\0\x01\x5c")
"""348, little and big endian."""
_MAX_EXTENSION_BYTES = 1 << 26
"""Between header and voxels: private texts of programs, some of them a whole DICOM header."""


def read_header(file: Path) -> tuple[nib.Nifti1Header, tuple[str, ...]]:
    """The header (NIfTI-1 or -2, by content) and what was repaired in it. Raises `InputError` as `read_stored` does."""
    file = header_of(file)
    with _unpacked(file) as stream:
        return _header(stream, file)


def read_stored(file: Path) -> tuple[nib.Nifti1Header, AnyArray, tuple[str, ...]]:
    """Header, stored voxels (before scaling) in the header's shape, and what was repaired.

    Raises `InputError` for a file that is missing, no plain file, no NIfTI, whose voxels are no plain numbers, or that
    holds fewer or more bytes than its header promises.
    """
    file = header_of(file)
    with _unpacked(file) as stream:
        header, repairs = _header(stream, file)
        if header.is_single:
            return header, _voxels(stream, header, header.template_dtype.itemsize, file), repairs
        if not is_pair(file):
            raise unreadable(file, "the header of a pair of files, whose name does not end in .hdr")
        stream.skip(_MAX_EXTENSION_BYTES)
        stream.check_end()
    voxel_file = voxels_of(file)
    with _unpacked(voxel_file) as stream:
        return header, _voxels(stream, header, 0, voxel_file), repairs


def read_extensions(file: Path) -> bytes:
    """What programs wrote between header and voxels of a single file, else b"". Raises as `read_stored` does."""
    file = header_of(file)
    with _unpacked(file) as stream:
        header, _ = _header(stream, file)
        gap = header.get_data_offset() - header.template_dtype.itemsize if header.is_single else 0
        return bytes(stream.read(min(max(gap, 0), _MAX_EXTENSION_BYTES)))


def unreadable(file: Path, got: str) -> InputError:
    """The refusal of a file that is no complete NIfTI."""
    return InputError(
        f"cannot read {file.name!r} as NIfTI",
        got=got,
        expected="a complete NIfTI-1 or NIfTI-2 file of numbers",
        remedy="check that the file was copied or downloaded whole",
    )


@contextmanager
def _unpacked(file: Path) -> Iterator[PackedStream]:
    """The file's bytes. Raises `InputError` for what is amiss with them, here and while they are read."""
    try:
        with open_regular(file) as opened:
            yield PackedStream(opened, packing_of(opened))
    except FileNotFoundError as error:
        raise unreadable(file, "no such file") from error
    except OSError as error:
        raise unreadable(file, error.strerror or "a file that cannot be opened") from error
    except DamagedStreamError as error:
        raise unreadable(file, str(error)) from error


def _header(stream: PackedStream, file: Path) -> tuple[nib.Nifti1Header, tuple[str, ...]]:
    content = bytes(stream.read(348))
    kind = _CLASSES.get(content[4:7]) or _CLASSES.get(content[344:347])
    if kind is None:
        analyze = is_pair(file) and content[:4] in _ANALYZE_STARTS
        kept = "a header of ANALYZE 7.5, which does not tell left from right" if analyze else "no mark of NIfTI"
        raise unreadable(file, kept)
    content += stream.read(kind.template_dtype.itemsize - 348)
    repairs = _Repairs()
    try:
        _check_type(kind.from_fileobj(BytesIO(content), check=False), file)
        with repairs:
            header = kind.from_fileobj(BytesIO(content))
        int(header.get_data_offset()), header.get_data_shape()
        return header, tuple(repairs.messages)
    except InputError:
        raise
    except Exception as error:  # whatever a damaged header makes the parser raise, it is this file's damage
        raise unreadable(file, f"a damaged header ({type(error).__name__})") from error


def _check_type(header: nib.Nifti1Header, file: Path) -> None:
    """Raise `InputError` for voxels that are no plain numbers, or whose size contradicts their type."""
    dtype = header.get_data_dtype()
    if dtype.kind not in "biuf":
        raise unreadable(file, f"voxels of type {dtype}")
    if int(header["bitpix"]) != dtype.itemsize * 8:
        raise unreadable(file, f"voxels of type {dtype} in {int(header['bitpix'])} bits")


def _voxels(stream: PackedStream, header: nib.Nifti1Header, start: int, file: Path) -> AnyArray:
    """All voxels of a stream that stands at byte `start`, and no byte more. Checked before memory is asked for."""
    shape, dtype = header.get_data_shape(), header.get_data_dtype()
    count, gap = math.prod(int(n) for n in shape), header.get_data_offset() - start
    if not shape or min(shape) < 1 or not 0 <= gap <= _MAX_EXTENSION_BYTES:
        raise unreadable(file, f"shape {shape}, voxels from byte {header.get_data_offset()}")
    if count > MAX_VOXELS or count * dtype.itemsize > MAX_STORED_BYTES:
        raise unreadable(file, f"{count} voxels of {dtype}, more than pnst reads")
    stream.skip(gap)
    content = stream.read(count * dtype.itemsize)
    if len(content) < count * dtype.itemsize:
        raise unreadable(file, f"{len(content)} bytes of voxels where the header promises {count * dtype.itemsize}")
    stream.check_end()
    return np.frombuffer(content, dtype).reshape(shape, order="F")


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
