"""NIfTI images and masks, and what lies beside them: the right files, their readers, and attacks on their fields."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

import nibabel as nib
import numpy as np

from pnst.image import Grid, Volume
from pnst.io.masks.read import read_lesions
from pnst.io.nifti.read import read_volume
from pnst.io.nifti.series import describe_series, read_series
from pnst.study import Lesion, Role, Series, Source, Study
from robustness.attack import Attack, Reading, Target
from robustness.damage import blocks, flips, lengths, not_plain, packed, repacked

AFFINE = np.array([[-1.25, 0, 0, 9.0], [0, 1.5, 0, -8.0], [0, 0, 4.0, 2.0], [0, 0, 0, 1]])
SHAPE = (13, 11, 7)
GRID = Grid(SHAPE, AFFINE)
B = (0.0, 400.0, 800.0)

STRUCTURE = ("sizeof_hdr", "dim", "datatype", "bitpix", "vox_offset", "magic")
PLACE = ("qform_code", "sform_code", "quatern_b", "quatern_c", "quatern_d", "qoffset_x", "qoffset_y", "qoffset_z")
TEXT = ("descrip", "aux_file", "intent_name", "db_name", "data_type")
INTEGERS = (-32768, -1, 0, 1, 2, 3, 4, 5, 7, 8, 16, 64, 255, 256, 512, 1024, 1792, 2304, 32767)
FLOATS = (0.0, -1.0, 1.0, np.nan, np.inf, -np.inf, 1e30, -1e30, 1e-30, 1e-12, 1e6, 352.5, 3.4e38)


def image_bytes(data: np.ndarray, kind: type = nib.Nifti1Image) -> bytes:
    """Both forms, mm, unscaled."""
    image = kind(data, AFFINE)
    image.header.set_qform(AFFINE, 1)
    image.header.set_sform(AFFINE, 1)
    image.header.set_xyzt_units("mm")
    return image.to_bytes()


def noise(*measurements: int) -> np.ndarray:
    return np.random.default_rng(1).integers(100, 900, (*SHAPE, *measurements)).astype(np.int16)


def mask() -> np.ndarray:
    inside = np.zeros(SHAPE, np.uint8)
    inside[3:8, 2:7, 2:5] = 1
    inside[9:12, 7:10, 4:6] = 2
    return inside


def study() -> Study:
    """A T1 in memory, on whose grid the masks lie."""
    volume = Volume(noise().astype(np.float32), GRID)
    return Study("a", {Role.T1: Series(Role.T1, volume, Source("nifti", ""))})


def digest(*parts: object) -> str:
    """Of arrays and words; places count to a hundredth of a mm."""
    digester = hashlib.sha256()
    for part in parts:
        if isinstance(part, Grid):
            canonical = part.canonical()
            digester.update(repr((canonical.shape, (np.round(canonical.affine, 2) + 0.0).tolist())).encode())
        elif isinstance(part, np.ndarray):
            digester.update(f"{part.shape} {part.dtype}".encode() + part.tobytes())
        else:
            digester.update(repr(part).encode())
    return digester.hexdigest()


def of_series(series: Series) -> Reading:
    volume = series.volume.canonical()
    vectors = np.zeros(0) if series.b_vectors is None else np.round(series.b_vectors, 3) + 0.0
    return Reading(digest(volume.data, series.volume.grid, series.b_values, vectors, series.acquisition), series.notes)


def of_lesions(lesions: list[Lesion]) -> Reading:
    parts = [part for one in lesions for part in (one.label, one.mask.canonical().data, one.mask.grid)]
    return Reading(digest(*parts), tuple(note for lesion in lesions for note in lesion.notes))


def read_image(name: str, role: Role = Role.T1):
    """Read voxels, and the header alone as inspection does."""

    def read(folder: Path) -> Reading:
        describe_series(folder / name, role)
        return of_series(read_series(folder / name, role))

    return read


def read_mask(name: str):
    return lambda folder: of_lesions(read_lesions(folder / name, study()))


def fields(name: str, content: bytes, kind: type = nib.Nifti1Header) -> Iterator[Attack]:
    """Every number of the header, set to what it must not or may be."""
    order = kind.template_dtype
    for field, (dtype, offset) in order.fields.items():
        base, count = (dtype.subdtype[0], dtype.shape[0]) if dtype.subdtype else (dtype, 1)
        if base.kind == "S":
            continue
        for index in range(min(count, 5)):
            for value in INTEGERS if base.kind in "iu" else FLOATS:
                with np.errstate(all="ignore"):
                    number = np.array(value % 256 if base.itemsize == 1 else value).astype(base)
                spoilt = bytearray(content)
                start = offset + index * base.itemsize
                spoilt[start : start + base.itemsize] = number.tobytes()
                scaled = field in ("scl_slope", "scl_inter")
                yield Attack(f"{name}: {field}[{index}] = {value}", {name: bytes(spoilt)}, not scaled)


def several_fields(name: str, content: bytes, rng: np.random.Generator, count: int) -> Iterator[Attack]:
    """Two to five bytes of the header at once: what cannot be told is which values they were."""
    for number in range(count):
        spoilt = bytearray(content)
        for place in rng.integers(40, 348, size=int(rng.integers(2, 6))):
            spoilt[place] = int(rng.integers(256))
        yield Attack(f"{name}: header {number}", {name: bytes(spoilt)}, detectable=False)


def bombs(name: str, data: np.ndarray) -> Iterator[Attack]:
    """Headers that promise far more than follows, and packed files that unpack to what they promise."""
    head = bytearray(image_bytes(data)[:352])
    for shape in ((32767,) * 3, (32767,) * 7, (512, 512, 512), (1024, 1024, 1024), (1, 1, 32767), (600, 600, 600)):
        promised = bytearray(head)
        promised[40 : 40 + 2 * (len(shape) + 1)] = np.array([len(shape), *shape], "<i2").tobytes()
        yield Attack(f"{name}: promise {shape}", {name: packed(bytes(promised) + bytes(999))})
        if np.prod(shape, dtype=float) <= 512**3:
            promised[70:74] = np.array([2, 8], "<i2").tobytes()
            for fill in (b"\0", b"\1"):
                content = bytes(promised) + fill * int(np.prod(shape))
                yield Attack(f"{name}: kept promise {shape} of {fill[0]}", {name: packed(content)})
    for shape, code, size in (((512, 512, 512, 2), 4, 2), ((512, 512, 512), 64, 8)):
        promised = bytearray(head)
        promised[40 : 40 + 2 * (len(shape) + 1)] = np.array([len(shape), *shape], "<i2").tobytes()
        promised[70:74] = np.array([code, 8 * size], "<i2").tobytes()
        content = bytes(promised) + bytes(int(np.prod(shape)) * size)
        yield Attack(f"{name}: the most that is read, {shape}", {name: packed(content)})
    yield Attack(f"{name}: endless", {name: packed(image_bytes(data) + bytes(1 << 28))})
    yield Attack(f"{name}: packed twice", {name: packed(packed(image_bytes(data)))})


def packed_image(files: Mapping[str, bytes], rng: np.random.Generator, name: str = "t1.nii.gz") -> Iterator[Attack]:
    content, plain = files[name], gzip.decompress(files[name])
    yield from chain(flips(name, content, rng, 200), lengths(name, content, rng, 60), blocks(name, content, rng, 40))
    yield from repacked(lengths(name, plain, rng, 20), name)
    yield from repacked((a for a in fields(name, plain) if a.name.split(": ")[1].startswith(STRUCTURE)), name)
    yield from not_plain(name)
    yield from bombs(name, np.zeros((2, 2, 2), np.int16))


def plain_image(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    name, content = "t1.nii", files["t1.nii"]
    yield from fields(name, content)
    yield from several_fields(name, content, rng, 150)
    yield from chain(
        (a for a in lengths(name, content, rng, 60) if len(a.files[name]) != len(content)),
        blocks(name, content, rng, 30, detectable=False),
        flips(name, content, rng, 60, detectable=False),
        not_plain(name),
    )


def pair(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    header, voxels = "t1.hdr", "t1.img.gz"
    yield from (a for a in fields(header, files[header]) if a.name.split(": ")[1].startswith((*STRUCTURE, *PLACE)))
    yield from flips(voxels, files[voxels], rng, 60)
    yield from lengths(voxels, files[voxels], rng, 30)
    yield from chain(not_plain(header), not_plain(voxels))
    yield Attack("a pair without voxels", {voxels: None})
    yield Attack("ANALYZE", {header: files[header][:344] + bytes(4)})
    for half in (0, 100, 347):
        yield Attack(f"a header cut at {half}", {header: files[header][:half]})


def sidecar(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    name, content = "t1.json", files["t1.json"]
    numbers = ("1" + "0" * 400, "1" + "0" * 10_000, "NaN", "Infinity", "1e999", "-1", "1e300", "true", "null", '"x"')
    others = ('"\\ud800"', "[1]", "[" * 100_000, '{"a": ' * 100_000, "{}", '"' + "x" * 100_000 + '"', "01", "")
    for key in json.loads(content):
        for value in (*numbers, *others):
            yield Attack(f"{name}: {key} {value[:9]}", {name: f'{{"{key}": {value}}}'.encode()}, detectable=False)
    for text in (b"", b"null", b"[]", b"\0", b"\xff\xfe", b'"a"', b"1", b"{}x", b"[" * 100_000, b"1" * 10_000):
        yield Attack(f"{name}: {text[:9]!r}", {name: text})
    for cut in range(0, len(content) - 2, 5):
        yield Attack(f"{name}: cut at {cut}", {name: content[:cut]})
    yield from flips(name, content, rng, 60, detectable=False)
    yield from not_plain(name)
    yield Attack(f"{name}: long", {name: b'{"a": "' + b"x" * (1 << 25) + b'"}'})


def gradients(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    for name in ("dwi.bval", "dwi.bvec"):
        content = files[name]
        texts = (b"", b"0", b"0 400", b"0 400 800 800", b"a b c", b"0 400 nan", b"0 400 inf", b"0 400 -800", b"\xff")
        more = (b"0 0.4 0.8", b"0 4e8 8e8", b"9" * 400, b"0 1" * 99, b"\0\0\0", b"0 400 1e999", b"1 " * 1_000_000)
        long = (b"0 400 800 " + b" " * (1 << 24), b"0,4 0,8", b"\xed\xa0\x80", b"1" * (1 << 21))
        for text in (*texts, *more, *long):
            yield Attack(f"{name}: {text[:9]!r}", {name: text})
        yield from flips(name, content, rng, 30, detectable=False)
        yield from lengths(name, content, rng, 20, detectable=False)
        yield from not_plain(name)
    yield Attack("no b-values", {"dwi.bval": None})


def diffusion_files() -> dict[str, bytes]:
    vectors = b"0 1 0\n0 0 1\n0 0 0\n"
    return {"dwi.nii.gz": packed(image_bytes(noise(3))), "dwi.bval": b"0 400 800\n", "dwi.bvec": vectors}


def sidecar_files() -> dict[str, bytes]:
    facts = {"RepetitionTime": 0.5, "EchoTime": 0.01, "FlipAngle": 90, "Manufacturer": "Invented", "Units": ""}
    more = {"FatSuppression": False, "ScanOptions": "PFP", "ContrastBolusAgent": "NONE", "ImageComments": ""}
    return {"t1.nii.gz": packed(image_bytes(noise())), "t1.json": json.dumps({**facts, **more}, indent=1).encode()}


def pair_files() -> dict[str, bytes]:
    image = nib.Nifti1Pair(noise(), AFFINE)
    image.header.set_qform(AFFINE, 1)
    image.header.set_sform(AFFINE, 1)
    image.header.set_xyzt_units("mm")
    return {"t1.hdr": image.header.binaryblock + bytes(4), "t1.img.gz": packed(noise().tobytes(order="F"))}


def volume_only(folder: Path) -> Reading:
    data, grid, notes = read_volume(folder / "t1.nii")
    return Reading(digest(data, grid), notes)


def version_2(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    yield from fields("t1.nii", files["t1.nii"], nib.Nifti2Header)
    yield from lengths("t1.nii", files["t1.nii"], rng, 20)


def packed_mask(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    return packed_image(files, rng, "m.nii.gz")


TARGETS = [
    Target("packed image", lambda: {"t1.nii.gz": packed(image_bytes(noise()))}, read_image("t1.nii.gz"), packed_image),
    Target("plain image", lambda: {"t1.nii": image_bytes(noise())}, read_image("t1.nii"), plain_image),
    Target("version 2", lambda: {"t1.nii": image_bytes(noise(), nib.Nifti2Image)}, volume_only, version_2),
    Target("pair", pair_files, read_image("t1.hdr"), pair),
    Target("packed mask", lambda: {"m.nii.gz": packed(image_bytes(mask()))}, read_mask("m.nii.gz"), packed_mask),
    Target("sidecar", sidecar_files, read_image("t1.nii.gz"), sidecar),
    Target("gradients", diffusion_files, read_image("dwi.nii.gz", Role.DWI), gradients),
]
