"""NRRD label maps (3D Slicer's `.nrrd` and `.seg.nrrd`), read without a dependency.

Format: http://teem.sourceforge.net/nrrd/format.html. Attached headers, encodings raw and gzip, three spatial axes,
and Slicer's leading `list` axis of overlapping layers.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pnst.errors import GeometryError, InputError
from pnst.image import Grid
from pnst.typing import AnyArray, FloatArray

MAGIC = b"NRRD000"

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
    """Read a NRRD label map. Raises `InputError` for a damaged or unsupported file, `GeometryError` without a space."""
    head, _, body = file.read_bytes().partition(b"\n\n")
    fields = _fields(head.decode("utf-8", errors="replace"))
    try:
        sizes = tuple(int(n) for n in fields["sizes"].split())
        dtype = np.dtype(_TYPES[fields["type"].lower()])
    except (KeyError, ValueError) as error:
        raise _unreadable(file, f"no usable sizes or type ({error})") from error
    if len(sizes) not in (3, 4) or min(sizes) < 1:
        raise _unreadable(file, f"sizes {sizes}")
    if fields.get("endian", "little") == "big":
        dtype = dtype.newbyteorder(">")
    content = _content(body, fields, dtype.itemsize * int(np.prod(sizes, dtype=object)), file)
    array = np.frombuffer(content, dtype).reshape(sizes, order="F")
    layers = array if array.ndim == 4 else array[np.newaxis]
    ni, nj, nk = layers.shape[1:]
    return Nrrd(layers, Grid((ni, nj, nk), _affine(fields, array.ndim, file)), _segments(fields))


def _fields(head: str) -> Mapping[str, str]:
    lines = [line for line in head.splitlines()[1:] if not line.startswith("#")]
    pairs = [re.split(r":=|: ?", line, maxsplit=1) for line in lines]
    return {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) == 2}


def _content(body: bytes, fields: Mapping[str, str], expected: int, file: Path) -> bytes:
    if any(key in fields for key in ("data file", "datafile", "byte skip", "line skip")):
        raise _unreadable(file, "voxels kept in another file, or behind skipped bytes")
    encoding = fields.get("encoding", "").lower()
    if encoding in ("gzip", "gz"):
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, expected + 1)
        except (zlib.error, OverflowError) as error:
            raise _unreadable(file, "damaged compressed voxels") from error
    elif encoding != "raw":
        raise _unreadable(file, f"the encoding {encoding!r}")
    if len(body) != expected:
        raise _unreadable(file, f"{len(body)} bytes of voxels where the header promises {expected}")
    return body


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
            got=f"space {fields.get('space', 'not given')!r}, directions {fields.get('space directions', 'not given')}",
            expected="a space (LPS, RAS or LAS) with an origin and three directions",
            remedy="save the segmentation again with its geometry",
        )
    if axes == 4 and not fields["space directions"].startswith("none"):
        raise _unreadable(file, "a fourth axis that is not a leading list of layers")
    affine = np.eye(4)
    affine[:3, :3] = (directions * signs).T
    affine[:3, 3] = origin[0] * signs
    return affine


def _vectors(text: str) -> FloatArray:
    vectors = re.findall(r"\(([^)]*)\)", text)
    return np.array([[float(word) for word in vector.split(",")] for vector in vectors], dtype=np.float64)


def _segments(fields: Mapping[str, str]) -> tuple[Segment, ...]:
    numbers = [int(m[1]) for key in fields if (m := re.fullmatch(r"Segment(\d+)_LabelValue", key))]
    try:
        return tuple(
            Segment(
                layer=int(fields.get(f"Segment{n}_Layer", "0")),
                label=int(fields[f"Segment{n}_LabelValue"]),
                name=fields.get(f"Segment{n}_Name", fields[f"Segment{n}_LabelValue"]),
            )
            for n in sorted(numbers)
        )
    except ValueError:  # a header whose names make no sense still has its labels
        return ()


def _unreadable(file: Path, got: str) -> InputError:
    return InputError(
        f"cannot read {file.name!r} as a NRRD label map",
        got=got,
        expected="a complete NRRD file with its voxels inside, raw or gzip",
        remedy="save the segmentation again from 3D Slicer, or as NIfTI",
    )
