"""The files of a tree: which are DICOM images, and what their headers say. Pixels are not touched."""

from __future__ import annotations

import contextlib
import filecmp
import os
import warnings
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from pydicom.uid import UID

from pnst.errors import InputError, PnstError
from pnst.io.dicom.classic import classic_frame
from pnst.io.dicom.converted import with_shared_attributes
from pnst.io.dicom.elements import Elements, read_elements
from pnst.io.dicom.enhanced import enhanced_frames, is_enhanced
from pnst.io.dicom.frame import Frame, Header, Pixels
from pnst.io.dicom.kinds import is_reformatted
from pnst.io.dicom.mosaic import is_mosaic, mosaic_frames
from pnst.io.dicom.segments import Segment, segments_of
from pnst.io.dicom.tags import Fields, integer, number, text, words
from pnst.io.dicom.uih_mosaic import is_uih_mosaic, uih_mosaic_frames
from pnst.io.masks.dicom_seg import SEG_CLASSES
from pnst.io.simulation_mark import PHANTOM

_NOT_IMAGES = frozenset({"SEG", "RTSTRUCT", "RTDOSE", "RTPLAN", "RTIMAGE", "SR", "PR", "KO", "REG", "RWV", "DOC"})
_NOT_IMAGE_CLASSES = ("1.2.840.10008.5.1.4.1.1.66", "1.2.840.10008.5.1.4.1.1.481")
"""Roots of the classes of segmentations, registrations and parametric surfaces, and of radiotherapy."""
_GROUPS_WITHOUT_PREAMBLE = (b"\x08\x00", b"\x02\x00")
_PREFETCH_THREADS = 4
_MIN_PREFETCH_FILES = 256
"""Files above which fetching ahead pays: for fewer, the threads cost more than they save."""
_PREFETCH_BYTES = 1 << 16
MAX_SIDE = 16384
"""Rows or columns above this are damage, not an image."""


@dataclass(frozen=True)
class Tree:
    """What the files of a tree say."""

    headers: tuple[Header, ...]
    damaged: tuple[InputError, ...]
    """One error for each file that is DICOM by its name or first bytes and cannot be read."""
    notes: tuple[str, ...]
    segments: tuple[Segment, ...] = ()
    """Of all DICOM SEG objects; their frames are not read."""


def list_files(path: Path) -> list[tuple[Path, str]]:
    """All files under a folder (or the file itself), each with its name relative to it; hidden ones are left out."""
    if path.is_file():
        return [(path, path.name)]
    root = str(path)
    named_files = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        inside = folder[len(root) :].strip(os.sep).replace(os.sep, "/")
        lead = f"{inside}/" if inside else ""
        named_files += [(Path(folder, name), lead + name) for name in sorted(files) if not name.startswith(".")]
    return named_files


def read_tree(path: Path) -> Tree:
    """Read the headers of all DICOM images and segmentations under `path`; other objects and files are skipped.

    Parsing holds Python's lock, so it stays in one thread; of many files others fetch the first bytes ahead of it.
    """
    files = list_files(path)
    with warnings.catch_warnings(), ThreadPoolExecutor(max_workers=_PREFETCH_THREADS) as pool:
        warnings.simplefilter("ignore")  # pydicom's remarks on odd headers; what matters becomes an error here
        for share in range(_PREFETCH_THREADS if len(files) > _MIN_PREFETCH_FILES else 0):
            pool.submit(_prefetch, [file for file, _ in files[share::_PREFETCH_THREADS]])
        results = [_read(file) for file in files]
    damaged = tuple(r for r in results if isinstance(r, InputError))
    headers, notes = _without_copies([r for r in results if isinstance(r, Header)])
    segments = tuple(segment for r in results if isinstance(r, tuple) for segment in r)
    return Tree(headers, damaged, notes, segments)


def is_dicom(file: Path) -> bool:
    """Whether a file starts as a DICOM file does."""
    try:
        with file.open("rb") as stream:
            return _starts_as_dicom(stream)
    except OSError:
        return False


def _prefetch(files: Iterable[Path]) -> None:
    """Bring the start of each file into the system's cache."""
    for file in files:
        with contextlib.suppress(OSError), file.open("rb", buffering=0) as stream:
            stream.read(_PREFETCH_BYTES)


def _read(file: tuple[Path, str]) -> Header | tuple[Segment, ...] | InputError | None:
    path, name = file
    try:
        with path.open("rb") as stream:
            if not _starts_as_dicom(stream):
                return _damage(name, "no DICOM header") if path.suffix.lower() in (".dcm", ".ima") else None
            elements = read_elements(stream)
        storage = text(elements.data, 0x00080016) or text(elements.meta, 0x00020002)
        if not storage:
            return _damage(name, "no kind of object in its header") if elements.meta else None
        if storage in SEG_CLASSES:
            return segments_of(elements.data, path)
        if not _is_image(elements.data, storage, elements.has_pixels):
            return None
        return _header(elements, path, name)
    except InputError as error:
        return error
    except Exception as error:  # whatever damage makes the parser raise, it is this file's damage
        return _damage(name, f"{type(error).__name__} while reading its header")


def _starts_as_dicom(stream: BinaryIO) -> bool:
    start = stream.read(132)
    stream.seek(0)
    return start[128:] == b"DICM" or (start[:2] in _GROUPS_WITHOUT_PREAMBLE and start[3:4] == b"\0" and len(start) > 8)


def _is_image(ds: Fields, storage: str, has_pixels: bool) -> bool:
    """Whether an object is an image: by its class where that is the standard's, else by having pixels."""
    if text(ds, 0x00080060) in _NOT_IMAGES or storage.startswith(_NOT_IMAGE_CLASSES):
        return False
    return UID(storage).name.endswith("Image Storage") or has_pixels


def _header(elements: Elements, file: Path, name: str) -> Header:
    ds = with_shared_attributes(elements.data)
    rows, columns = integer(ds, 0x00280010, "US"), integer(ds, 0x00280011, "US")
    if not elements.has_pixels:
        raise _damage(name, "a header that ends before the pixels (a truncated file?)")
    if not rows or not columns:
        raise _damage(name, "a header without rows and columns")
    if max(rows, columns) > MAX_SIDE:
        raise _damage(name, f"{rows} × {columns} voxels")
    pixels = _pixels(elements, file, name, rows, columns)
    frames, problem = _frames(ds, pixels)
    return Header(
        pixels=pixels,
        study_uid=text(ds, 0x0020000D),
        patient_id=text(ds, 0x00100020),
        series_uid=text(ds, 0x0020000E),
        instance_uid=text(ds, 0x00080018),
        series_number=integer(ds, 0x00200011),
        description=text(ds, 0x0008103E) or text(ds, 0x00181030),
        modality=text(ds, 0x00080060),
        sequence=(*words(ds, 0x00180020), *words(ds, 0x00180021), text(ds, 0x00180024) or text(ds, 0x00189005)),
        frame_of_reference=text(ds, 0x00200052),
        reformatted=is_reformatted(words(ds, 0x00080008)),
        simulated=text(ds, 0x00081090) == PHANTOM,
        frames=frames,
        problem=problem,
    )


def _frames(ds: Fields, pixels: Pixels) -> tuple[tuple[Frame, ...], PnstError | None]:
    if is_enhanced(ds):
        frames = enhanced_frames(ds, pixels)
        if not frames:
            raise _damage(pixels.name, "a multi-frame image without a description of its frames")
        return frames, None
    whole = classic_frame(ds, pixels)
    cut = mosaic_frames if is_mosaic(ds) else uih_mosaic_frames if is_uih_mosaic(ds) else None
    if cut is not None:
        try:
            return cut(ds, whole), None
        except PnstError as error:
            return (replace(whole, plane=None),), error
    return (whole,), None


def _pixels(elements: Elements, file: Path, name: str, rows: int, columns: int) -> Pixels:
    ds = elements.data
    allocated = integer(ds, 0x00280100, "US") or 16
    return Pixels(
        file=file,
        name=name,
        offset=elements.offset,
        transfer_syntax=elements.transfer_syntax,
        rows=rows,
        columns=columns,
        frames=max(1, integer(ds, 0x00280008) or 1),
        samples=integer(ds, 0x00280002, "US") or 1,
        bits_allocated=allocated,
        bits_stored=integer(ds, 0x00280101, "US") or allocated,
        signed=number(ds, 0x00280103, "US") == 1,
    )


def _without_copies(headers: list[Header]) -> tuple[tuple[Header, ...], tuple[str, ...]]:
    """Leave out files that are copies of another, byte for byte, and say how many."""
    by_instance: dict[str, list[Header]] = defaultdict(list)
    kept, copies = [], 0
    for header in headers:
        earlier = by_instance[header.instance_uid]
        if header.instance_uid and any(_same_bytes(header, other) for other in earlier):
            copies += 1
        else:
            earlier.append(header)
            kept.append(header)
    notes = (f"{copies} files are copies of others, byte for byte, and were read once",) if copies else ()
    return tuple(kept), notes


def _same_bytes(one: Header, other: Header) -> bool:
    return filecmp.cmp(one.pixels.file, other.pixels.file, shallow=False)


def _damage(name: str, got: str) -> InputError:
    return InputError(
        f"cannot read the DICOM file {name!r}",
        got=got,
        expected="a whole DICOM image",
        remedy="copy or export the file again, or remove it",
    )
