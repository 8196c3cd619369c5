"""The regions of a mask file: NIfTI and NRRD label maps, DICOM SEG and RTSTRUCT, told apart by their content."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from pnst.errors import InputError, PnstError
from pnst.io.digest import uid_digest
from pnst.io.masks.dicom_size import check_dicom_size
from pnst.io.masks.label_map import label_regions
from pnst.io.masks.nrrd import MAGIC as NRRD_MAGIC
from pnst.io.masks.nrrd import read_nrrd
from pnst.io.masks.region import MaskWithNotes, NamedRegion
from pnst.io.nifti.pair import header_of
from pnst.io.nifti.read import read_volume
from pnst.regular_file import open_regular
from pnst.study import Study

_RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"

_ORDERS: tuple[Literal["little", "big"], ...] = ("little", "big")
_NIFTI_STARTS = tuple(size.to_bytes(4, order) for size in (348, 540) for order in _ORDERS)

T = TypeVar("T")


def read_regions(file: Path, study: Study) -> list[NamedRegion]:
    """The regions that a mask file names, not yet drawn. Raises `InputError` for a file that holds none."""
    file = header_of(file)
    try:
        with open_regular(file) as stream:
            start = stream.read(132)
    except OSError as error:
        absent = isinstance(error, FileNotFoundError)
        raise _no_mask(file, "no such file" if absent else f"no readable file ({error.strerror})") from error
    if start.startswith(NRRD_MAGIC):
        return _nrrd_regions(file)
    if start[128:] == b"DICM" or start[:2] in (b"\x08\x00", b"\x02\x00"):
        return _dicom_regions(file, study)
    if start.startswith((b"\x1f\x8b", *_NIFTI_STARTS)):
        values, grid, notes = read_volume(file)
        return label_regions(values, grid, notes)
    raise _no_mask(file, "a file of another kind")


def _nrrd_regions(file: Path) -> list[NamedRegion]:
    nrrd = read_nrrd(file)
    if not nrrd.segments:
        if len(nrrd.layers) > 1:
            raise _no_mask(file, f"{len(nrrd.layers)} volumes of labels without segment names")
        return label_regions(nrrd.layers[0], nrrd.grid)
    regions = []
    for layer, values in enumerate(nrrd.layers):
        names = {segment.label: segment.name for segment in nrrd.segments if segment.layer == layer}
        regions += label_regions(values, nrrd.grid, names=names)
    return regions


def _dicom_regions(file: Path, study: Study) -> list[NamedRegion]:
    """The regions, the drawing of each guarded too: pixels are decoded only then."""
    regions = _refusing_damage(file, lambda: _parsed_regions(file, study))
    return [replace(region, draw=partial(_drawn, file, region)) for region in regions]


def _drawn(file: Path, region: NamedRegion, *, gaps: bool = True) -> MaskWithNotes:
    return _refusing_damage(file, lambda: region.draw(gaps=gaps))


def _parsed_regions(file: Path, study: Study) -> list[NamedRegion]:
    import pydicom

    from pnst.io.masks.dicom_seg import SEG_CLASSES, seg_regions
    from pnst.io.masks.rtstruct import rtstruct_regions

    check_dicom_size(file)
    dataset = pydicom.dcmread(file, force=True)
    kind = str(dataset.get("SOPClassUID", ""))
    if kind == _RTSTRUCT:
        return _with_notes(rtstruct_regions(dataset, list(study.series.values())), _frame_note(dataset, study))
    if kind in SEG_CLASSES:
        return _with_notes(seg_regions(dataset, list(study.series.values())), _frame_note(dataset, study))
    raise _no_mask(file, "a DICOM object that is neither a segmentation (SEG) nor a structure set (RTSTRUCT)")


def _frame_note(dataset: Any, study: Study) -> tuple[str, ...]:
    """A sentence where positions in the file and in every image are counted in frames of reference of their own."""
    items = [dataset, *(dataset.get("ReferencedFrameOfReferenceSequence") or ())]
    named = {uid_digest(str(item.get("FrameOfReferenceUID") or "")) for item in items} - {None}
    known = {series.source.frame_digest for series in study.series.values()} - {None}
    if not named or not known or named & known:
        return ()
    return ("its frame of reference is that of no image in this study: check that it lies rightly",)


def _with_notes(regions: list[NamedRegion], extra_notes: tuple[str, ...]) -> list[NamedRegion]:
    def drawn(region: NamedRegion, *, gaps: bool = True) -> MaskWithNotes:
        mask, notes = region.draw(gaps=gaps)
        return mask, (*extra_notes, *notes)

    return [replace(region, draw=partial(drawn, region)) for region in regions] if extra_notes else regions


def _refusing_damage(file: Path, read: Callable[[], T]) -> T:
    """What `read` gives; whatever else than a refusal escapes from a parser is damage to this file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom warns of values that are then checked here
            return read()
    except PnstError:
        raise
    except Exception as error:
        raise _no_mask(file, f"a damaged DICOM file ({type(error).__name__})") from error


def _no_mask(file: Path, got: str) -> InputError:
    return InputError(
        f"cannot read a mask from {file.name!r}",
        got=got,
        expected="a NIfTI or NRRD label map, a DICOM SEG, or an RTSTRUCT",
        remedy="check the file's name, or save the mask in one of these formats",
    )
