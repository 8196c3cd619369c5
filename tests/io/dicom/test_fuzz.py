"""Damaged files end in a reading or a refusal: never in another exception, a hang or a glut of memory.

What is read of a damaged series is all of it, or a note says that something is not. Pixel data without a checksum may
change in silence, slices may not go.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import struct
import time
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from pnst.errors import PnstError
from pnst.io.study import inspect, read_study

ABSURD = {
    "DS": ["1e400", "nan", "-5", "0", "999999999999", "x", ""],
    "IS": ["-1", "0", "2147483647", "x", ""],
    "US": [0, 1, 65535],
    "FD": [float("nan"), float("inf"), -1.0, 1e300],
    "CS": ["", "MOSAIC", "ADC", "LOCALIZER"],
    "UI": ["", "1.2.3"],
    "LO": ["", "SIEMENS", "GE MEDICAL SYSTEMS", "Philips", "UIH"],
}


BINARY = {"US": "<H", "FD": "<d"}


@pytest.fixture
def seeds(formula, as_enhanced, uih_mosaics, tmp_path) -> list[Path]:
    """Series of every kind of file, small enough to read thousands of times."""
    diffusion = formula(volumes=[{"DiffusionBValue": b} for b in (0.0, 800.0)]).instances()
    deflated = formula().instances()
    for ds in deflated:
        ds.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    made = []
    for name, instances in (
        ("classic", formula().instances()),
        ("rle", compressed(formula, RLELossless)),
        ("dwi", diffusion),
        ("enhanced", [as_enhanced(formula().instances())]),
        ("mosaic", uih_mosaics()[1]),
        ("deflated", deflated),
        ("jpeg-ls", compressed(formula, JPEGLSLossless)),
        ("jpeg 2000", compressed(formula, JPEG2000Lossless)),
        ("no endings", formula().instances()),
    ):
        folder = tmp_path / name
        folder.mkdir()
        for n, ds in enumerate(instances):
            ending = "" if name == "no endings" else ".dcm"
            ds.save_as(folder / f"{n}{ending}", enforce_file_format=True)
        made.append(folder)
    return made


def compressed(formula, syntax):
    instances = formula(shape=(37, 34, 4)).instances()
    for ds in instances:
        ds.compress(syntax, generate_instance_uid=False)
    return instances


def flip(data: bytearray, rng: random.Random) -> bytearray:
    for _ in range(rng.randint(1, 20)):
        data[rng.randrange(min(len(data), rng.choice((1500, 10**9))))] = rng.randrange(256)
    return data


def cut(data: bytearray, rng: random.Random) -> bytearray:
    return data[: rng.randrange(len(data))]


def repeat(data: bytearray, rng: random.Random) -> bytearray:
    start = rng.randrange(len(data))
    data[start:start] = data[start : start + rng.randint(1, 200)]
    return data


def length(data: bytearray, rng: random.Random) -> bytearray:
    start = rng.randrange(min(len(data), 1500))
    data[start : start + 4] = rng.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f"))
    return data


def destroy_start(data: bytearray, rng: random.Random) -> bytearray:
    count = rng.choice((1, 4, 132, 300, 700, len(data)))
    data[:count] = bytes(count) if rng.random() < 0.5 else rng.randbytes(count)
    return data


def one_bit(data: bytearray, rng: random.Random) -> bytearray:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def spoil_element(file: Path, rng: random.Random) -> None:
    """Delete an element, or give it an absurd value of its type, as bytes that pydicom writes unseen."""
    ds: FileDataset = dcmread(file)
    element = rng.choice([e for e in ds if e.keyword != "PixelData"])
    if rng.random() < 0.5 or element.VR not in ABSURD:
        del ds[element.tag]
    else:
        value = rng.choice(ABSURD[element.VR])
        raw = struct.pack(BINARY[element.VR], value) if element.VR in BINARY else str(value).encode()
        raw += b" " * (len(raw) % 2)
        ds[element.tag] = RawDataElement(element.tag, element.VR, len(raw), raw, 0, False, True)
    ds.save_as(file)


def mutate(folder: Path, out: Path, rng: random.Random) -> None:
    """Copy a series with one of its files spoilt."""
    out.mkdir()
    files = sorted(folder.iterdir())
    for file in files:
        (out / file.name).write_bytes(file.read_bytes())
    victim = out / rng.choice(files).name
    how = rng.choice((flip, cut, repeat, length, destroy_start, one_bit, None))
    if how is None:
        spoil_element(victim, rng)
    else:
        victim.write_bytes(bytes(how(bytearray(victim.read_bytes()), rng)))


def read_mutants(
    seeds: list[Path], tmp_path: Path, count: int, seed: int, bounded, roles: dict[str, str] | None = None
) -> dict[str, int]:
    rng = random.Random(seed)
    ends = {"read": 0, "refused": 0}
    slices = {folder: slices_of(read_study(folder, roles=roles)) for folder in seeds}
    for n in range(count):
        out = tmp_path / f"mutant{n}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom's, while the mutant is made
            folder = rng.choice(seeds)
            mutate(folder, out, rng)
        for read in (partial(read_study, roles=roles), inspect):
            try:
                with bounded():
                    result = read(out)
                ends["read"] += 1
                if read is not inspect:
                    assert_whole(result, slices[folder], f"mutant {n} of seed {seed}, {folder.name}")
            except PnstError:
                ends["refused"] += 1
        shutil.rmtree(out)
    return ends


def slices_of(study) -> int:
    """How many slices of all volumes were read."""
    shapes = [series.volume.data.shape for series in study.series.values()]
    return sum(shape[2] * (shape[3] if len(shape) == 4 else 1) for shape in shapes)


def assert_whole(study, slices: int, name: str) -> None:
    """All slices were read, or a note says what was not."""
    notes = (*study.notes, *(note for series in study.series.values() for note in series.notes))
    words = ("not read", "missing", "left out", "passed over")
    assert slices_of(study) == slices or any(word in note for note in notes for word in words), (name, notes)


def test_two_hundred_damaged_series_are_read_or_refused(seeds, tmp_path, bounded):
    ends = read_mutants(seeds, tmp_path, 200, 20, bounded)
    assert min(ends.values()) > 40  # both ends occur, else the mutants are too tame or too wild


@pytest.mark.slow
def test_two_thousand_damaged_series_are_read_or_refused(seeds, tmp_path, bounded):
    assert sum(read_mutants(seeds, tmp_path, 2000, 21, bounded).values()) == 4000


COMPRESSED = ["compressed_jpegls", "compressed_j2k", "compressed_rle"]


@pytest.mark.slow
@pytest.mark.parametrize("name", COMPRESSED)
def test_damage_to_real_compressed_files(shared_data, tmp_path, bounded, name):
    """Decoders in C meet bytes that no encoder writes: a hundred mutants of a short series of each."""
    folder = tmp_path / "seed"
    folder.mkdir()
    files = sorted(f for f in (shared_data / f"header_variants/generic/{name}/001").rglob("*") if f.is_file())
    for file in files[:6]:
        (folder / file.name).write_bytes(file.read_bytes())
    roles = {"t2": "s4"}  # a FLAIR, which no role uses
    assert sum(read_mutants([folder], tmp_path, 100, 22, bounded, roles).values()) == 200


def test_the_bounds_can_fail(bounded):
    """A loop, also one that takes every exception for damage; memory that is used, not only promised."""

    def loop() -> None:
        while True:
            with contextlib.suppress(Exception):
                time.sleep(0.01)

    with pytest.raises(pytest.fail.Exception, match="still reading"), bounded(seconds=0.2):
        loop()
    with pytest.raises(AssertionError, match="GB of memory"), bounded(gigabytes=0.05):
        np.ones(2**24)
    with bounded(gigabytes=0.05):
        np.ones(2**20)


def test_the_enhanced_seed_is_read_as_the_classic_one(seeds):
    """The seeds are whole: damage alone makes the difference."""
    mine, other = read_study(seeds[3]), read_study(seeds[0])
    assert [s.source.digest for s in mine.series.values()] == [s.source.digest for s in other.series.values()]
