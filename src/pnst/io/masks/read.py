"""Lesions and masks from files: NIfTI and NRRD label maps, DICOM SEG and RTSTRUCT, told apart by their content."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from pnst.errors import InputError, PnstError
from pnst.image import Mask
from pnst.io.digest import uid_digest
from pnst.io.masks.label_map import label_regions
from pnst.io.masks.nrrd import MAGIC as NRRD_MAGIC
from pnst.io.masks.nrrd import read_nrrd
from pnst.io.masks.placement import check_placement, undo_cropping
from pnst.io.masks.region import MaskWithNotes, NamedRegion, select
from pnst.io.masks.upsampling import undo_upsampling
from pnst.io.nifti.read import read_volume
from pnst.study import Lesion, Study

_RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"

_ORDERS: tuple[Literal["little", "big"], ...] = ("little", "big")
_NIFTI_STARTS = tuple(size.to_bytes(4, order) for size in (348, 540) for order in _ORDERS)

T = TypeVar("T")


def read_lesions(path: str | Path, study: Study) -> list[Lesion]:
    """Read every region of a mask file that is not empty, each as a lesion of its own.

    Raises `InputError` for a file that is missing, damaged, empty or no mask, `GeometryError` for a region that has
    no place among the images.

    >>> import pnst
    >>> study = pnst.read_study("sample_data/malignant_dicom")
    >>> lesions = pnst.read_lesions("sample_data/malignant_dicom/lesions/1.dcm", study)
    >>> [(lesion.label, round(lesion.mask.volume_mm3 / 1000, 1)) for lesion in lesions]  # truth.toml: 42.84
    [('tumour', 42.6)]
    """
    regions = [region for region in read_regions(Path(path), study) if not region.empty]
    if not regions:
        select([], None, Path(path).name)
    return [_lesion(region, study) for region in regions]


def read_lesion(path: str | Path, study: Study, label: str | int | None = None) -> Lesion:
    """Read one region of a mask file, by name or number, or the only one there is.

    Raises `InputError` for an unknown label, `AmbiguityError` for several regions without a label (both list those
    present), and what `read_lesions` raises.

    >>> import pnst
    >>> study = pnst.read_study("sample_data/benign_nifti")
    >>> lesion = pnst.read_lesion("sample_data/benign_nifti/lesion.nii.gz", study)
    >>> lesion.label, round(lesion.mask.volume_mm3 / 1000, 1)  # truth.toml: 13.18
    ('1', 13.1)
    """
    return _lesion(select(read_regions(Path(path), study), label, Path(path).name), study)


def read_mask(path: str | Path, study: Study, label: str | int | None = None) -> Mask:
    """Read one region as a plain mask (muscle, oedema); raises what `read_lesion` raises."""
    return read_mask_with_notes(path, study, label, name=f"mask {Path(path).name!r}")[0]


def read_mask_with_notes(
    path: str | Path, study: Study, label: str | int | None = None, name: str = "mask"
) -> MaskWithNotes:
    """`read_mask`, with what was noticed while reading and placing it; the notes call the mask by `name`."""
    mask, notes = select(read_regions(Path(path), study), label, Path(path).name).draw()
    return undo_cropping(mask, study), (*notes, *check_placement(mask, study, name=name))


def read_regions(file: Path, study: Study) -> list[NamedRegion]:
    """The regions that a mask file names, not yet drawn. Raises `InputError` for a file that holds none."""
    try:
        with file.open("rb") as stream:
            start = stream.read(132)
    except OSError as error:
        raise _no_mask(file, "no such file" if isinstance(error, FileNotFoundError) else "no readable file") from error
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
    return [replace(region, draw=partial(_refusing_damage, file, region.draw)) for region in regions]


def _parsed_regions(file: Path, study: Study) -> list[NamedRegion]:
    import pydicom

    from pnst.io.masks.dicom_seg import SEG_CLASSES, seg_regions
    from pnst.io.masks.rtstruct import rtstruct_regions

    dataset = pydicom.dcmread(file, force=True)
    kind = str(dataset.get("SOPClassUID", ""))
    if kind == _RTSTRUCT:
        return _with_notes(rtstruct_regions(dataset, list(study.series.values())), _frame_note(dataset, study))
    if kind in SEG_CLASSES:
        return _with_notes(seg_regions(dataset), _frame_note(dataset, study))
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
    def drawn(region: NamedRegion) -> MaskWithNotes:
        mask, notes = region.draw()
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


def _lesion(region: NamedRegion, study: Study) -> Lesion:
    mask, notes = region.draw()
    placed = check_placement(mask, study, name=f"lesion {region.name!r}")
    whole, resampling_notes = undo_upsampling(undo_cropping(mask, study), study)
    return Lesion(region.name, whole, region.made_by, (*notes, *placed, *resampling_notes))


def _no_mask(file: Path, got: str) -> InputError:
    return InputError(
        f"cannot read a mask from {file.name!r}",
        got=got,
        expected="a NIfTI or NRRD label map, a DICOM SEG, or an RTSTRUCT",
        remedy="check the file's name, or save the mask in one of these formats",
    )
