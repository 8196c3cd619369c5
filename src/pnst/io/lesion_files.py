"""The files below a folder that may hold a lesion, with the names of their regions. No contour is drawn."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pnst.errors import PnstError
from pnst.io.dicom.listing import list_tree, starts_as_dicom
from pnst.io.masks.named import LESION
from pnst.io.masks.region_names import safe_label, tissue, visible
from pnst.io.name_guess import guess_by_name
from pnst.io.nifti.read import is_nifti, stem
from pnst.measurement.measurements import MASK_NAMES

RTSTRUCT, SEG = "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.66.4"
_TAGS = ("SOPClassUID", "StudyInstanceUID", "StructureSetROISequence", "SegmentSequence")
_NRRD = (".nrrd", ".nhdr")
Kind = Literal["RTSTRUCT", "DICOM SEG", "NIfTI", "NRRD"]


@dataclass(frozen=True)
class LesionFile:
    """One file."""

    file: str
    """Relative to the folder that was searched."""
    kind: Kind
    regions: tuple[str, ...]
    """The regions that may be lesions, as they may be asked for; tissues are left out. Empty where the voxels would
    have to be read to tell, or cannot be."""

    def to_dict(self) -> dict[str, Any]:
        """The entry of `pnst inspect --json`."""
        return asdict(self) | {"regions": list(self.regions)}


def find_lesion_files(folder: Path) -> list[LesionFile]:
    """RTSTRUCT and SEG objects with a region that is no tissue, and images whose names say that they were drawn."""
    if not os.path.isdir(folder):
        return []
    return list(lesion_files_of((file for file, _ in list_tree(folder).files), folder))


def lesion_files_of(files: Iterable[Path], below: Path | None = None) -> Iterator[LesionFile]:
    """Those among the files; named relative to `below` (None: by their own names)."""
    for file in files:
        name = file.name if below is None else file.relative_to(below).as_posix()
        if is_nifti(file) or file.suffix.lower() in _NRRD:
            if _is_drawn(file):
                yield LesionFile(name, "NIfTI" if is_nifti(file) else "NRRD", ())
        elif starts_as_dicom(file) and (regions := dicom_regions(file)) is not None and regions[1]:
            yield LesionFile(name, *regions)


def without_identity(listed: LesionFile, number: int) -> LesionFile:
    """The same with names that may be written: those of unknown words become numbers.

    >>> without_identity(LesionFile("mask/GTV_Doe.dcm", "RTSTRUCT", ("GTV_Mass", "Doe")), 1)
    LesionFile(file='file 1.dcm', kind='RTSTRUCT', regions=('GTV_Mass', '2'))
    """
    name, dot, ending = listed.file.partition(".")
    shown = safe_label(name, number)
    regions = tuple(safe_label(region, n) for n, region in enumerate(listed.regions, start=1))
    return LesionFile(f"{shown if shown != str(number) else f'file {number}'}{dot}{ending}", listed.kind, regions)


def dicom_regions(file: Path) -> tuple[Kind, tuple[str, ...]] | None:
    """The kind of an RTSTRUCT or SEG, and its regions that are no tissue; None for any other file."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=list(_TAGS), force=True)
            kind = str(dataset.get("SOPClassUID", ""))
            if kind == RTSTRUCT:
                names = [str(roi.get("ROIName", "")) for roi in dataset.get("StructureSetROISequence") or ()]
                return "RTSTRUCT", _lesions(names)
            if kind.startswith(SEG):
                labels = [str(segment.get("SegmentLabel", "")) for segment in dataset.get("SegmentSequence") or ()]
                return "DICOM SEG", _lesions(labels)
    except (InvalidDicomError, PnstError, OSError, ValueError, KeyError, AttributeError, TypeError, EOFError):
        return None
    return None


def _lesions(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(visible(name) for name in names if name.strip() and tissue(name) is None)


def _is_drawn(file: Path) -> bool:
    name = stem(file) if is_nifti(file) else file.name.rsplit(".", 1)[0]
    if name == LESION:
        return True
    return name not in MASK_NAMES and guess_by_name(name).is_lesion
