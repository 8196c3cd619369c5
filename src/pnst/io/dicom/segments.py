"""The segments of DICOM SEG objects that lie among a study's images: which masks they are, by their labels."""

from __future__ import annotations

import filecmp
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pnst.io.dicom.tags import Fields, integer, item, items, text
from pnst.io.masks.file import LabelMapFile, MaskFile
from pnst.io.masks.named import LESION, AnyMaskFile, Masks, left_out_note, single_masks
from pnst.io.masks.schemes.codes import mask_of_code
from pnst.measurement.measurements import MASK_NAMES

_NEOPLASM = "108369006"
"""SNOMED CT's code of a tumour: such a segment is a lesion, whatever its label."""


@dataclass(frozen=True)
class SegmentHeader:
    """One segment of a SEG object, as its header describes it."""

    file: Path
    study_uid: str
    number: int
    label: str
    tumour: bool
    mask: str | None
    """What its code means, if that is a mask."""


def segments_of(ds: Fields, file: Path) -> tuple[SegmentHeader, ...]:
    """The segments that a SEG's header describes; 0 is a label map's background."""
    return tuple(
        SegmentHeader(
            file,
            study_uid=text(ds, 0x0020000D),
            number=integer(described, 0x00620004, "US") or 0,
            label=text(described, 0x00620005),
            tumour=text(item(described, 0x0062000F), 0x00080100) == _NEOPLASM,
            mask=mask_of_code(*(text(item(described, 0x0062000F), tag) for tag in (0x00080100, 0x00080102))),
        )
        for described in items(ds, 0x00620002)
        if integer(described, 0x00620004, "US") != 0
    )


def masks_among(
    segments: Sequence[SegmentHeader], study_uid: str, given: Masks
) -> tuple[dict[str, AnyMaskFile], tuple[str, ...]]:
    """The masks of a study: the user's, its segments called by a mask's name, and files of segments whose codes are
    masks; and a note of what is left out.

    Lesions are left to whoever reads them. Raises `AmbiguityError` for two segments of one name.
    """
    drawn = [segment for segment in _without_copies(segments) if not segment.tumour and segment.label != LESION]
    free = [segment for segment in drawn if not any(_is_of(segment, mask) for mask in given.values())]
    own = [segment for segment in free if segment.study_uid == study_uid]
    named = [segment for segment in own if segment.label in MASK_NAMES and segment.label not in given]
    masks = single_masks((segment.label, MaskFile(segment.file, segment.label)) for segment in named)
    held = {*masks, *given}
    coded = [segment for segment in own if segment not in named and segment.mask in MASK_NAMES]
    new_files = dict.fromkeys(segment.file for segment in coded if segment.mask not in held)
    maps = {f"segments {n}": LabelMapFile(file) for n, file in enumerate(new_files, start=1)}
    left = [s.label for s in free if s not in named and not (s in coded and s.file in new_files)]
    return masks | maps | dict(given), left_out_note("DICOM segment", left)


def _is_of(segment: SegmentHeader, mask: AnyMaskFile) -> bool:
    same_file = segment.file.resolve() == mask.file.resolve()
    return same_file and mask.label in (None, segment.label, str(segment.number))


def _without_copies(segments: Sequence[SegmentHeader]) -> list[SegmentHeader]:
    """The segments of each file once, where files are copies of another, byte for byte."""
    files: list[Path] = []
    for file in dict.fromkeys(segment.file for segment in segments):
        if not any(filecmp.cmp(file, other, shallow=False) for other in files):
            files.append(file)
    return [segment for segment in segments if segment.file in files]
