"""Damage to one DICOM file: lengths, elements of any depth, codestreams, sequences without a floor, bombs."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.uid import DeflatedExplicitVRLittleEndian

from robustness.attack import Attack

TEXTS = {
    "DS": ("nan", "inf", "-inf", "1e400", "-5", "0", "1e30", "1e-12", "9" * 400, "x", "", "1\\2\\3\\4\\5\\6\\7", "\0"),
    "IS": ("-1", "0", "2147483648", "9" * 400, "1.5", "x", ""),
    "UI": ("", "1..2", "1" * 5000, "../../x", "\x1b[2J"),
    "CS": ("", "\0", "MOSAIC", "\x1b[31mADC", "A" * 100_000),
}
"""Of each type of text; of others those of CS."""
NUMBERS = {
    "US": ("<H", (0, 1, 2, 7, 255, 65535)),
    "UL": ("<L", (0, 1, 0xFFFFFFFF)),
    "SL": ("<l", (-(2**31), -1, 2**31 - 1)),
    "FD": ("<d", (np.nan, np.inf, -np.inf, -1.0, 0.0, 1e300, 1e-300)),
    "FL": ("<f", (np.nan, np.inf, -1.0, 3e38)),
}
LENGTHS = (0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)
DEPTH = 5_000


def length_fields(
    name: str, content: bytes, rng: np.random.Generator, count: int, size: int = 1500
) -> Iterator[Attack]:
    """Four bytes near the start that say another length, and two."""
    for number in range(count):
        place = int(rng.integers(128, min(len(content) - 4, size)))
        length = struct.pack("<L", LENGTHS[int(rng.integers(len(LENGTHS)))])[: 4 - 2 * (number % 2)]
        spoilt = content[:place] + length + content[place + len(length) :]
        yield Attack(f"{name}: length at {place}, {number}", {name: spoilt}, detectable=False)


def elements(name: str, content: bytes, rng: np.random.Generator, count: int) -> Iterator[Attack]:
    """An element of any depth that lacks, or whose bytes are no value of its type."""
    for number in range(count):
        dataset = dcmread(BytesIO(content))
        nested = list(_nested(dataset))
        parent, element = nested[int(rng.integers(len(nested)))]
        raw = None if rng.random() < 0.2 else _absurd(element.VR, rng)
        yield Attack(
            f"{name}: {element.keyword or element.tag} {number}", {name: _with(dataset, parent, element, raw)}, False
        )


def element(name: str, content: bytes, keyword: str, values: tuple[bytes, ...]) -> Iterator[Attack]:
    """One element of the top level with each of these bytes, none of which can be right."""
    for value in values:
        dataset = dcmread(BytesIO(content))
        yield Attack(f"{name}: {keyword} = {value[:24]!r}", {name: _with(dataset, dataset, dataset[keyword], value)})


def _nested(dataset: Dataset) -> Iterator[tuple[Dataset, DataElement]]:
    for one in dataset:
        if one.keyword not in ("PixelData",):
            yield dataset, one
        if one.VR == "SQ":
            for item in one.value:
                yield from _nested(item)


def _absurd(kind: str, rng: np.random.Generator) -> bytes:
    if kind in NUMBERS:
        form, values = NUMBERS[kind]
        return struct.pack(form, values[int(rng.integers(len(values)))])
    texts = TEXTS.get(kind, TEXTS["CS"])
    return texts[int(rng.integers(len(texts)))].encode()


def _with(dataset: Dataset, parent: Dataset, old: DataElement, raw: bytes | None) -> bytes:
    """The file with the element's bytes exchanged, or without it."""
    kind = "OB" if old.VR == "SQ" else old.VR
    if raw is None:
        del parent[old.tag]
    else:
        raw += b" " * (len(raw) % 2)
        short = kind not in ("OB", "OW", "UN", "UT", "UC") and len(raw) > 0xFFFE
        parent[old.tag] = RawDataElement(old.tag, "UN" if short else kind, len(raw), raw, 0, False, True)
    return saved(dataset)


def saved(dataset: Dataset) -> bytes:
    """The data set as the bytes of a file, whatever is in it."""
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def wells(name: str, content: bytes) -> Iterator[Attack]:
    """Sequences within sequences, of undefined length and of none, before the pixels."""
    start = content.find(b"\x28\x00\x02\x00US")
    opened = b"\x09\x00\x10\x10SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    closed = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    for depth in (1, 30, 300, DEPTH, 100_000):
        for end in (closed * depth, b""):
            well = content[:start] + opened * depth + end + content[start:]
            yield Attack(f"{name}: {depth} sequences, {len(end)}", {name: well}, detectable=False)
    wide = b"\xfe\xff\x00\xe0\0\0\0\0" * 300_000
    many = b"\x09\x00\x10\x10SQ\0\0" + struct.pack("<L", len(wide)) + wide
    yield Attack(f"{name}: 300,000 items", {name: content[:start] + many + content[start:]}, detectable=False)


def deflated(content: bytes) -> bytes:
    """The same file in the deflated syntax."""
    dataset = dcmread(BytesIO(content))
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    return saved(dataset)


def bombs(name: str, content: bytes) -> Iterator[Attack]:
    """A deflated file whose rest inflates to zeros without an end, or is no deflated rest."""
    packed = deflated(content)
    head = packed[: 144 + struct.unpack("<L", packed[140:144])[0]]
    for mebibytes in (1, 300, 3000):
        pixels = b"\xe0\x7f\x10\x00OW\0\0" + struct.pack("<L", mebibytes << 20)
        elements_before = content[content.find(b"\x08\x00\x08\x00CS") : content.rfind(b"\xe0\x7f\x10\x00")]
        for what, start in (("zeros", b""), ("pixels", elements_before + pixels)):
            yield Attack(f"{name}: {mebibytes} MiB of {what}", {name: head + _zeros(start, mebibytes)})
    yield Attack(f"{name}: no deflated rest", {name: head + b"\xff" * 500})
    yield Attack(f"{name}: an empty rest", {name: head})


def _zeros(start: bytes, mebibytes: int) -> bytes:
    """Deflated: the start, then so many zeros, as one block repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    begin = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return begin + block * mebibytes + packer.flush()


def codestream(name: str, content: bytes, rng: np.random.Generator, count: int) -> Iterator[Attack]:
    """Bytes of a compressed image near its start: what it says of itself. No syntax has a checksum."""
    start = content.rfind(b"\xe0\x7f\x10\x00")
    for number in range(count):
        spoilt = bytearray(content)
        reach = min(len(content), start + (120 if number % 3 else len(content)))
        for place in rng.integers(start + 12, reach, size=1 + number % 4):
            spoilt[place] = int(rng.choice((0, 1, 0x7F, 0x80, 0xFF, int(rng.integers(256)))))
        yield Attack(f"{name}: codestream {number}", {name: bytes(spoilt)}, detectable=False)
