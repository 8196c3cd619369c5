"""DICOM trees, segmentations and structure sets: the right files, their readers, and attacks on their structure.

Raw pixels have no checksum: a changed voxel is no fault. Headers, lengths and what is compressed are attacked.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from dicom_series import Formula, as_enhanced, uih_mosaics
from mask_files import circles, save_rtstruct
from pnst.io.dicom.read import inspect_dicom, read_dicom
from pnst.io.masks.read import read_lesions
from pnst.study import Role, Study
from robustness.attack import Attack, Reading, Target
from robustness.damage import blocks, flips, lengths, not_plain
from robustness.dicom_damage import bombs, codestream, deflated, element, elements, length_fields, saved, wells
from robustness.nifti_targets import digest, of_lesions

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "malignant_dicom"
VICTIM = "s/2.dcm"
"""A slice within the stack; a tree may lose one at its end only with a word."""

GEOMETRY: Mapping[str, tuple[bytes, ...]] = {
    "PixelSpacing": (b"0\\0", b"-1\\1", b"nan\\1", b"inf\\inf", b"1e-12\\1e-12", b"1000\\1000", b"1", b"x\\y", b""),
    "ImagePositionPatient": (b"nan\\0\\0", b"1e30\\0\\0", b"inf\\0\\0", b"1\\2", b"x", b"1e400\\0\\0"),
    "ImageOrientationPatient": (
        b"0\\0\\0\\0\\0\\0",
        b"1\\0\\0\\1\\0\\0",
        b"nan\\0\\0\\0\\1\\0",
        b"1\\0\\0",
        b"9\\0\\0\\0\\9\\0",
    ),
    "Rows": (b"\0\0", b"\1\0", b"\xff\xff", b"\x07\0", b"", b"\5\0"),
    "Columns": (b"\0\0", b"\1\0", b"\xff\xff", b"\x06\0", b""),
    "BitsAllocated": (b"\0\0", b"\1\0", b"\x08\0", b"\x20\0", b"\xff\xff"),
    "SamplesPerPixel": (b"\0\0", b"\3\0", b"\xff\xff"),
}
"""Values that a reader can know to be wrong, by themselves or beside the others of the stack."""


def classic() -> list[Dataset]:
    return Formula().instances()


def compressed(syntax: str) -> list[Dataset]:
    instances = Formula(shape=(37, 33, 5)).instances()  # JPEG 2000 refuses images of a few pixels
    for dataset in instances:
        dataset.compress(syntax, generate_instance_uid=False)
    return instances


def diffusion() -> list[Dataset]:
    return Formula(volumes=[{"DiffusionBValue": b, "SeriesDescription": "ep2d_diff"} for b in (0.0, 800.0)]).instances()


def tree(make: Callable[[], list[Dataset]]) -> Callable[[], dict[str, bytes]]:
    return lambda: {f"s/{n}.dcm": saved(dataset) for n, dataset in enumerate(make())}


def deflated_tree() -> dict[str, bytes]:
    return {name: deflated(content) for name, content in tree(classic)().items()}


def read_tree(folder: Path) -> Reading:
    """Every series, and the listing as `inspect` makes it."""
    guesses = inspect_dicom(folder)
    problems = [guess.problem for guess in guesses if guess.problem]
    study = read_dicom(folder)
    parts, notes = [], [*study.notes, *problems]
    for role, series in sorted(study.series.items()):
        volume = series.volume.canonical()
        parts += [str(role), volume.data, volume.grid, series.b_values]
        notes += series.notes
    return Reading(digest(*parts), tuple(notes))


@cache
def sample() -> Study:
    """The T1 of the simulated study on which the masks lie."""
    return read_dicom(SAMPLE / "t1")


def segmentation() -> dict[str, bytes]:
    return {"m.dcm": (SAMPLE / "lesions/1.dcm").read_bytes()}


def structure_set() -> dict[str, bytes]:
    grid = sample().series[Role.T1].volume.grid
    with tempfile.TemporaryDirectory() as folder:
        file = save_rtstruct(Path(folder), {"GTV": circles(grid, 15.0, range(8, 15)), "b": circles(grid, 5.0, [3, 4])})
        return {"m.dcm": file.read_bytes()}


def read_mask(folder: Path) -> Reading:
    return of_lesions(read_lesions(folder / "m.dcm", sample()))


def headers(
    files: Mapping[str, bytes], rng: np.random.Generator, name: str = VICTIM, count: int = 100
) -> Iterator[Attack]:
    """What is attacked in any DICOM file."""
    content = files[name]
    pixels = content.rfind(b"\xe0\x7f\x10\x00")
    head = content[: pixels if pixels > 0 else None]
    for attack in chain(flips(name, head, rng, count // 2, False), blocks(name, head, rng, count // 4, False)):
        yield Attack(attack.name, {name: attack.files[name] + content[len(head) :]}, detectable=False)
    yield from (Attack(a.name, a.files, detectable=": cut" in a.name) for a in lengths(name, content, rng, count // 2))
    yield from length_fields(name, content, rng, count // 2)
    yield from elements(name, content, rng, count)
    yield from not_plain(name)


def classic_attacks(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    yield from headers(files, rng, count=160)
    for keyword, values in GEOMETRY.items():
        yield from element(VICTIM, files[VICTIM], keyword, values)
    yield from of_every_slice(files)
    yield from wells(VICTIM, files[VICTIM])
    yield from bombs(VICTIM, files[VICTIM])
    yield Attack("a slice lacks", {VICTIM: None})
    yield Attack("a slice twice", {"s/again.dcm": files[VICTIM]})
    yield Attack("a foreign file", {"s/notes": b"nothing of note"})
    for kind in ("pipe", "/dev/zero", "itself"):
        yield Attack(f"beside the slices: {kind}", {"s/x.dcm": "x.dcm" if kind == "itself" else kind})
    yield Attack("a folder that leads back", {"s/again": ".."})


def of_every_slice(files: Mapping[str, bytes]) -> Iterator[Attack]:
    """Geometry that is absurd in the same way in the whole series."""
    for keyword, values in GEOMETRY.items():
        each = [element(name, content, keyword, values) for name, content in files.items()]
        for same in zip(*each, strict=True):
            detectable = keyword not in ("ImageOrientationPatient",)
            yield Attack(f"all: {same[0].name}", {k: v for one in same for k, v in one.files.items()}, detectable)


def packed_attacks(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    yield from codestream(VICTIM, files[VICTIM], rng, 120)
    yield from (a for a in lengths(VICTIM, files[VICTIM], rng, 40) if ": cut" in a.name)
    for keyword in ("Rows", "Columns", "BitsAllocated", "SamplesPerPixel"):
        yield from element(VICTIM, files[VICTIM], keyword, GEOMETRY[keyword])


def deflated_attacks(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    yield from flips(VICTIM, files[VICTIM], rng, 60, detectable=False)
    yield from (a for a in lengths(VICTIM, files[VICTIM], rng, 40) if ": cut" in a.name)


def frames(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    name = "s/0.dcm"
    yield from headers(files, rng, name, 100)
    values = (b"0", b"-1", b"4", b"6", b"99999999999", b"1e9", b"x", b"")
    yield from element(name, files[name], "NumberOfFrames", values)


def mask_attacks(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    yield from headers(files, rng, "m.dcm", 160)
    yield from wells("m.dcm", files["m.dcm"])
    yield from bombs("m.dcm", files["m.dcm"])
    for keyword in ("Rows", "Columns", "NumberOfFrames"):
        if keyword in dcmread(_file(files["m.dcm"]), stop_before_pixels=True):
            yield from element("m.dcm", files["m.dcm"], keyword, (b"\0\0", b"\xff\xff", b"\1\0"))


def contours(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    yield from mask_attacks(files, rng)
    values = ("nan", "inf", "1e400", "1e30", "x", "", "9" * 400, "-1e-400", "1\\2")
    for value in values:
        for place in (0, 1, 2):
            dataset = dcmread(_file(files["m.dcm"]))
            contour = dataset.ROIContourSequence[0].ContourSequence[2]
            parts = [str(c) for c in contour.ContourData]
            parts[place] = value
            raw = "\\".join(parts).encode()
            yield from nested_value(dataset, contour, raw, f"m.dcm: contour {place} = {value[:9]}")
    for count in (0, 1, 2):
        dataset = dcmread(_file(files["m.dcm"]))
        contour = dataset.ROIContourSequence[0].ContourSequence[2]
        raw = "\\".join(str(c) for c in contour.ContourData[: 3 * count]).encode()
        yield from nested_value(dataset, contour, raw, f"m.dcm: a contour of {count} points")


def nested_value(dataset: Dataset, contour: Dataset, raw: bytes, name: str) -> Iterator[Attack]:
    from robustness.dicom_damage import _with

    yield Attack(name, {"m.dcm": _with(dataset, contour, contour["ContourData"], raw)}, detectable=False)


def _file(content: bytes):
    from io import BytesIO

    return BytesIO(content)


TARGETS = [
    Target("DICOM classic", tree(classic), read_tree, classic_attacks),
    Target("DICOM diffusion", tree(diffusion), read_tree, headers),
    Target("DICOM enhanced", tree(lambda: [as_enhanced(classic())]), read_tree, frames),
    Target("DICOM mosaic", tree(lambda: uih_mosaics()[1]), read_tree, lambda f, r: headers(f, r, "s/0.dcm", 60)),
    Target("DICOM RLE", tree(lambda: compressed(RLELossless)), read_tree, packed_attacks),
    Target("DICOM JPEG 2000", tree(lambda: compressed(JPEG2000Lossless)), read_tree, packed_attacks),
    Target("DICOM JPEG-LS", tree(lambda: compressed(JPEGLSLossless)), read_tree, packed_attacks),
    Target("DICOM deflated", deflated_tree, read_tree, deflated_attacks),
    Target("DICOM SEG", segmentation, read_mask, mask_attacks),
    Target("DICOM RTSTRUCT", structure_set, read_mask, contours),
]
