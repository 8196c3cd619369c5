"""NRRD label maps (3D Slicer's `.nrrd`, `.seg.nrrd` and `.nhdr`), read without a dependency.

Format: http://teem.sourceforge.net/nrrd/format.html. Voxels in the file or in one file beside it, encodings raw, gzip
and bzip2, three spatial axes, and Slicer's leading `list` axis of overlapping layers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np

from pnst.errors import GeometryError, InputError
from pnst.image import Grid
from pnst.io.file_grid import grid_of_file
from pnst.io.image_bounds import MAX_STORED_BYTES, MAX_VOXELS
from pnst.io.packed_stream import DamagedStreamError, PackedStream, Packing
from pnst.regular_file import open_regular
from pnst.typing import AnyArray, FloatArray

MAGIC = b"NRRD000"
MAX_HEADER_BYTES = 1 << 22

_TYPES = {
    **dict.fromkeys(("signed char", "int8", "int8_t"), "i1"),
    **dict.fromkeys(("uchar", "unsigned char", "uint8", "uint8_t"), "u1"),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), "i2"),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), "u2"),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t"), "i4"),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), "u4"),
    **dict.fromkeys(("longlong", "long long", "long long int", "int64", "int64_t"), "i8"),
    **dict.fromkeys(("ulonglong", "unsigned long long", "uint64", "uint64_t"), "u8"),
    "float": "f4",
    "double": "f8",
}

_TO_RAS = {
    **dict.fromkeys(("right-anterior-superior", "ras"), (1.0, 1.0, 1.0)),
    **dict.fromkeys(("left-anterior-superior", "las"), (-1.0, 1.0, 1.0)),
    **dict.fromkeys(("left-posterior-superior", "lps"), (-1.0, -1.0, 1.0)),
}

_PACKINGS: dict[str, Packing] = {
    "raw": "none",
    **dict.fromkeys(("gzip", "gz"), "gzip"),
    **dict.fromkeys(("bzip2", "bz2"), "bzip2"),
}
_ENDIANS: dict[str, Literal["<", ">"]] = {"little": "<", "big": ">"}
_ENCODINGS = (*_PACKINGS, "hex", "ascii", "text", "txt", "none")
_FIELDS = ("sizes", "type", "dimension", "endian", "encoding", "space", "space origin", "space directions", "data file")
_SKIPS = ("byte skip", "byteskip", "line skip", "lineskip")


@dataclass(frozen=True)
class Segment:
    """One of Slicer's segments: where it is among the layers, and what it is called."""

    layer: int
    label: int
    name: str


@dataclass(frozen=True, eq=False)
class Nrrd:
    """The layers of a file, (layers, ni, nj, nk), their grid, and the segments that the header names."""

    layers: AnyArray
    grid: Grid
    segments: tuple[Segment, ...]


def read_nrrd(file: Path) -> Nrrd:
    """Read a NRRD label map. Raises `InputError` for a damaged or unsupported file, `GeometryError` without a space.

    A file that holds fewer or more bytes than its header promises is damaged.
    """
    try:
        with open_regular(file) as opened:
            fields = _fields(_head(opened, file), file)
            sizes, dtype, packing = _layout(fields, file)
            ni, nj, nk = sizes[-3:]
            grid = grid_of_file(file, (ni, nj, nk), _affine(fields, len(sizes), file))
            detached = fields.get("data file", fields.get("datafile"))
            if detached is None:
                content = _voxels(opened, packing, math.prod(sizes) * dtype.itemsize, file)
            else:
                with open_regular(_beside(file, detached)) as voxels:
                    content = _voxels(voxels, packing, math.prod(sizes) * dtype.itemsize, file)
    except OSError as error:
        raise _unreadable(file, error.strerror or "a file that cannot be opened") from error
    except DamagedStreamError as error:
        raise _unreadable(file, str(error)) from error
    array = np.frombuffer(content, dtype).reshape(sizes, order="F")
    return Nrrd(array if array.ndim == 4 else array[np.newaxis], grid, _segments(fields))


def _head(opened: BinaryIO, file: Path) -> str:
    """The header's lines; the stream then stands at the first byte after the empty line that ends it."""
    start = opened.read(MAX_HEADER_BYTES)
    end = re.search(rb"\r?\n\r?\n", start)
    if end is None and len(start) == MAX_HEADER_BYTES:
        raise _unreadable(file, f"a header of more than {MAX_HEADER_BYTES} bytes")
    head = start if end is None else start[: end.start()]
    opened.seek(len(start) if end is None else end.end())
    return head.decode("utf-8", errors="replace")


def _fields(head: str, file: Path) -> Mapping[str, str]:
    lines = [line for line in head.splitlines()[1:] if not line.startswith("#")]
    pairs = [re.split(r":=|: ?", line, maxsplit=1) for line in lines]
    fields: dict[str, str] = {}
    for name, value in ((pair[0].strip(), pair[1].strip()) for pair in pairs if len(pair) == 2):
        if fields.setdefault(name, value) != value:
            raise _unreadable(file, f"two different values of {_word(name, _FIELDS)}")
    return fields


def _layout(fields: Mapping[str, str], file: Path) -> tuple[tuple[int, ...], np.dtype[np.generic], Packing]:
    """Sizes, type and encoding. Raises `InputError` for what contradicts itself or is too large to be an image."""
    try:
        sizes = tuple(int(n) for n in fields["sizes"].split())
        dtype = np.dtype(_TYPES[fields["type"].lower()])
        axes = int(fields.get("dimension", len(sizes)))
    except (KeyError, ValueError) as error:
        raise _unreadable(file, "no usable sizes, dimension or type") from error
    if len(sizes) not in (3, 4) or min(sizes) < 1 or axes != len(sizes):
        raise _unreadable(file, f"sizes {fields['sizes'][:80]} in {axes} dimensions")
    if math.prod(sizes) > MAX_VOXELS or math.prod(sizes) * dtype.itemsize > MAX_STORED_BYTES:
        raise _unreadable(file, f"{math.prod(sizes)} voxels of {dtype}, more than pnst reads")
    order = _ENDIANS.get(fields.get("endian", "little" if dtype.itemsize == 1 else "").lower())
    packing = _PACKINGS.get(fields.get("encoding", "").lower())
    if order is None:
        raise _unreadable(file, "an endian that is neither little nor big" if "endian" in fields else "no endian")
    if packing is None:
        raise _unreadable(file, f"the encoding {_word(fields.get('encoding', 'none'), _ENCODINGS)}")
    if any(fields.get(name, "0") != "0" for name in _SKIPS):
        raise _unreadable(file, "voxels behind skipped bytes or lines")
    return sizes, dtype.newbyteorder(order), packing


def _beside(file: Path, name: str) -> Path:
    """The one file of voxels that a detached header names; it lies in the header's folder."""
    if "\0" in name or name != Path(name).name or name in ("", "..") or name.split()[0] == "LIST":
        raise _unreadable(file, "voxels in several files, or in another folder")
    return file.with_name(name)


def _voxels(opened: BinaryIO, packing: Packing, expected: int, file: Path) -> bytearray:
    stream = PackedStream(opened, packing)
    content = stream.read(expected)
    if len(content) < expected:
        raise _unreadable(file, f"{len(content)} bytes of voxels where the header promises {expected}")
    stream.check_end()
    return content


def _affine(fields: Mapping[str, str], axes: int, file: Path) -> FloatArray:
    signs = _TO_RAS.get(fields.get("space", "").lower())
    try:
        origin = _vectors(fields["space origin"])
        directions = _vectors(fields["space directions"])
    except (KeyError, ValueError):
        signs = None
    if signs is None or origin.shape != (1, 3) or directions.shape != (3, 3):
        raise GeometryError(
            f"the NRRD file {file.name!r} does not say where its voxels are",
            got=f"{_word(fields.get('space', 'no').lower(), ('no', *_TO_RAS))} space, "
            f"{'directions or an origin of another form' if 'space directions' in fields else 'no directions'}",
            expected="a space (LPS, RAS or LAS) with an origin and three directions",
            remedy="save the segmentation again with its geometry",
        )
    if axes == 4 and not fields["space directions"].startswith("none"):
        raise _unreadable(file, "a fourth axis that is not a leading list of layers")
    if set(re.findall(r'"([^"]*)"', fields.get("space units", ""))) - {"", "mm"}:
        raise _unreadable(file, "lengths in another unit than mm")
    affine = np.eye(4)
    affine[:3, :3] = (directions * signs).T
    affine[:3, 3] = origin[0] * signs
    return affine


def _vectors(text: str) -> FloatArray:
    vectors = re.findall(r"\(([^)]*)\)", text)
    return np.array([[float(word) for word in vector.split(",")] for vector in vectors], dtype=np.float64)


def _word(text: str, known: Iterable[str]) -> str:
    """A word of the format as it is; any other text may be long, or a person's name."""
    return repr(text) if text in known else "another"


def _segments(fields: Mapping[str, str]) -> tuple[Segment, ...]:
    numbers = [int(m[1]) for key in fields if (m := re.fullmatch(r"Segment(\d{1,9})_LabelValue", key, re.ASCII))]
    try:
        return tuple(
            Segment(
                layer=int(fields.get(f"Segment{n}_Layer", "0")),
                label=int(fields[f"Segment{n}_LabelValue"]),
                name=fields.get(f"Segment{n}_Name", fields[f"Segment{n}_LabelValue"]),
            )
            for n in sorted(numbers)
        )
    except (KeyError, ValueError):  # a header whose names make no sense still has its labels
        return ()


def _unreadable(file: Path, got: str) -> InputError:
    return InputError(
        f"cannot read {file.name!r} as a NRRD label map",
        got=got,
        expected="a complete NRRD file, its voxels inside or in one file beside it, raw, gzip or bzip2",
        remedy="save the segmentation again from 3D Slicer, or as NIfTI",
    )
