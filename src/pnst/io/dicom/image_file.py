"""One DICOM file: whether it is an image, and what its header says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pydicom.uid import UID

from pnst.errors import InputError, PnstError
from pnst.io.dicom.classic import classic_frame
from pnst.io.dicom.converted import with_shared_attributes
from pnst.io.dicom.elements import Elements, read_elements
from pnst.io.dicom.enhanced import enhanced_frames, is_enhanced
from pnst.io.dicom.frame import Frame, Header, Pixels
from pnst.io.dicom.kinds import is_reformatted
from pnst.io.dicom.listing import UnreadFile, is_dicom_start
from pnst.io.dicom.mosaic import is_mosaic, mosaic_frames
from pnst.io.dicom.segments import SegmentHeader, segments_of
from pnst.io.dicom.tags import Fields, integer, number, private, text, words
from pnst.io.dicom.uih_mosaic import is_uih_mosaic, uih_mosaic_frames
from pnst.io.dicom.walk import ImplausibleElementError
from pnst.io.masks.dicom_seg import SEG_CLASSES
from pnst.io.simulation_mark import PHANTOM
from pnst.regular_file import open_regular

_NOT_IMAGES = frozenset({"SEG", "RTSTRUCT", "RTDOSE", "RTPLAN", "RTIMAGE", "SR", "PR", "KO", "REG", "RWV", "DOC"})
_NOT_IMAGE_CLASSES = ("1.2.840.10008.5.1.4.1.1.66", "1.2.840.10008.5.1.4.1.1.481")
"""Roots of the classes of segmentations, registrations and parametric surfaces, and of radiotherapy."""
_VENDORS = ("1.3.12.2.1107.", "1.3.46.670589.", "1.2.840.113619.", "1.2.392.200036.", "1.2.156.112605.")
"""Roots of the private classes of Siemens, Philips, GE, Canon and Toshiba, United Imaging."""
_DICOM_SUFFIXES = (".dcm", ".ima")
MAX_SIDE = 16384
"""Rows or columns above this are damage, not an image."""


def read_file(file: tuple[Path, str]) -> Header | tuple[SegmentHeader, ...] | InputError | UnreadFile | None:
    """The header of an image, the segments of a segmentation, the error of a damaged file; None for other files.

    An `UnreadFile` is what may be no DICOM file at all.
    """
    path, name = file
    try:
        with open_regular(path) as stream:
            start = stream.read(132)
            stream.seek(0)
            if not is_dicom_start(start):
                return damage(name, "no DICOM header") if path.suffix.lower() in _DICOM_SUFFIXES else None
            elements = read_elements(stream)
        storage = text(elements.data, 0x00080016) or text(elements.meta, 0x00020002)
        if not storage:
            unknown = "no kind of object in its header"
            return damage(name, unknown) if elements.meta else UnreadFile(name, unknown)
        if storage in SEG_CLASSES:
            return segments_of(elements.data, path)
        if not _is_image(elements.data, storage, elements.has_pixels):
            stated = text(elements.meta, 0x00020002)
            lost = not elements.has_pixels and _is_lost_image(elements.data, storage, stated)
            return damage(name, "an object of unknown kind, without pixels (a truncated file?)") if lost else None
        return _header(elements, path, name)
    except InputError as error:
        return error
    except ImplausibleElementError as error:
        return damage(name, str(error))
    except OSError as error:
        unreadable = f"a file that cannot be read ({error.strerror})"
        return damage(name, unreadable) if path.suffix.lower() in _DICOM_SUFFIXES else None
    except Exception as error:  # whatever damage makes the parser raise, it is this file's damage
        return damage(name, f"{type(error).__name__} while reading its header")


def _is_image(ds: Fields, storage: str, has_pixels: bool) -> bool:
    """Whether an object is an image: by its class where that is the standard's, else by having pixels."""
    if text(ds, 0x00080060) in _NOT_IMAGES or storage.startswith(_NOT_IMAGE_CLASSES):
        return False
    return UID(storage).name.endswith("Image Storage") or has_pixels


def _is_lost_image(ds: Fields, storage: str, stated: str) -> bool:
    """Whether an object without pixels may have been an image: one of no known class, or of another class than the
    image that the file's own group has `stated` (PS3.10: both are the same).

    Vendors export objects of classes of their own, which hold no image and have no rows.
    """
    uid = UID(storage)
    if stated != storage and UID(stated).name.endswith("Image Storage"):
        return True
    if uid.name != str(uid) or text(ds, 0x00080060) in _NOT_IMAGES or storage.startswith(_NOT_IMAGE_CLASSES):
        return False
    return not storage.startswith(_VENDORS) or 0x00280010 in ds


def _header(elements: Elements, file: Path, name: str) -> Header:
    ds = with_shared_attributes(elements.data)
    rows, columns = integer(ds, 0x00280010, "US"), integer(ds, 0x00280011, "US")
    if not elements.has_pixels:
        raise damage(name, "a header that ends before the pixels (a truncated file?)")
    if not rows or not columns:
        raise damage(name, "a header without rows and columns")
    if max(rows, columns) > MAX_SIDE:
        raise damage(name, f"{rows} × {columns} voxels")
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
        stated_images=integer(ds, 0x00201002),
        stated_slices=_stated_slices(ds),
        problem=problem,
    )


def _stated_slices(ds: Fields) -> int | None:
    """Philips' Number of Slices MR (2001,1018), GE's Locations in Acquisition (0021,104F)."""
    philips = private(ds, 0x2001, "Philips Imaging DD 001", 0x18)
    ge = private(ds, 0x0021, "GEMS_RELA_01", 0x4F)
    manufacturer = text(ds, 0x00080070).upper()
    if "PHILIPS" in manufacturer:
        return integer(ds, philips, "SL")
    return integer(ds, ge, "SS") if manufacturer.startswith("GE") else None


def _frames(ds: Fields, pixels: Pixels) -> tuple[tuple[Frame, ...], PnstError | None]:
    if is_enhanced(ds):
        frames = enhanced_frames(ds, pixels)
        if not frames:
            raise damage(pixels.name, "a multi-frame image without a description of its frames")
        return frames, None
    whole = classic_frame(ds, pixels)
    if pixels.frames > 1:
        return (replace(whole, plane=None),), damage(
            pixels.name, f"{pixels.frames} frames without a description of where they lie"
        )
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
    stored = integer(ds, 0x00280101, "US") or allocated
    if stored > allocated:
        raise ImplausibleElementError(f"{stored} bits stored of {allocated} allocated")
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
        bits_stored=stored,
        signed=number(ds, 0x00280103, "US") == 1,
    )


def damage(name: str, got: str) -> InputError:
    """The error of a DICOM file that cannot be read."""
    return InputError(
        f"cannot read the DICOM file {name!r}",
        got=got,
        expected="a whole DICOM image",
        remedy="copy or export the file again, or remove it",
    )
