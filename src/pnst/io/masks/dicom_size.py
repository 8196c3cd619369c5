"""DICOM files whose content would fill the memory, refused before they are parsed."""

from __future__ import annotations

import zlib
from pathlib import Path

from pnst.errors import InputError
from pnst.regular_file import open_regular

MAX_BYTES = 1 << 30
"""Of a segmentation or a structure set, unpacked: half of what a study of 512 × 512 × 2048 voxels needs."""

_DEFLATED = "1.2.840.10008.1.2.1.99"
_BEFORE_GROUP = 132 + 12
"""Bytes of the preamble, and of the element that says how long the rest of the file's own group is."""
_CHUNK = 1 << 20


def check_dicom_size(file: Path) -> None:
    """Raise `InputError` for a file that is longer than `MAX_BYTES`, or becomes so when it is unpacked."""
    from pydicom.errors import InvalidDicomError
    from pydicom.filereader import read_file_meta_info

    size = file.stat().st_size
    if size > MAX_BYTES:
        raise _too_long(file, f"{size} bytes")
    try:
        meta = read_file_meta_info(file)
    except InvalidDicomError:  # no preamble, so no word of how the rest is packed
        return
    if meta.get("TransferSyntaxUID") == _DEFLATED:
        _check_unpacked(file, _BEFORE_GROUP + int(meta.FileMetaInformationGroupLength))


def _check_unpacked(file: Path, start: int) -> None:
    inflate, count = zlib.decompressobj(-zlib.MAX_WBITS), 0
    with open_regular(file) as stream:
        stream.seek(start)
        rest = stream.read(_CHUNK)
        while rest and not inflate.eof:
            count += len(inflate.decompress(rest, _CHUNK))
            if count > MAX_BYTES:
                raise _too_long(file, f"over {MAX_BYTES} bytes when unpacked")
            rest = inflate.unconsumed_tail or stream.read(_CHUNK)


def _too_long(file: Path, got: str) -> InputError:
    return InputError(
        f"cannot read a mask from {file.name!r}",
        got=got,
        expected=f"at most {MAX_BYTES} bytes",
        remedy="export the regions that are needed alone, or as a label map",
    )
