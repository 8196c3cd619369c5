"""What the name of another person's NIfTI file says: the role of an image, or that it was drawn."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pnst.io.masks.region_names import tissue
from pnst.io.masks.region_words import LESIONS
from pnst.io.series_words import keywords_of
from pnst.study import Role

_DRAWN = frozenset(
    {"mask", "masks", "maske", "seg", "segs", "segm", "segmentation", "segmentations", "segmentierung"}
    | {"label", "labels", "labelmap", "roi", "rois", "voi", "contour", "contours", "kontur", "outline"}
    | {"annotation", "annotations", "gtv", "gt", "groundtruth", "truth", "dseg", "delineation"}
)
_UNUSED = ("localizer", "subtraction", "projection", "map", "flair", "t2star", "pd", "in_phase", "opposed_phase")
_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class NameGuess:
    """One file's name, read."""

    role: Role | None
    reason: str
    drawn: bool = False
    """Whether it names a mask or a map of labels, which is no series."""

    tissue: str | None = None
    """What was drawn, where the name says it: `muscle`, `edema`; None for a lesion, and where it says nothing."""

    @property
    def is_lesion(self) -> bool:
        """Whether it may be a mask of lesions: it was drawn, and the name says of no other tissue."""
        return self.drawn and self.tissue is None


def guess_by_name(name: str) -> NameGuess:
    """The guess for a file's name without its ending.

    The words are those that are known of DICOM descriptions, in the abbreviations of several languages.

    >>> [guess_by_name(name).role for name in ("case_T1_image", "sub01-t1w", "P3_t1_gd", "T2_FS_ax", "P3-ADC")]
    [<Role.T1: 't1'>, <Role.T1: 't1'>, <Role.T1_POST: 't1_post'>, <Role.T2_FS: 't2_fs'>, <Role.ADC: 'adc'>]
    >>> guess_by_name("MR_T1_mask").is_lesion, guess_by_name("muscle_seg").tissue, guess_by_name("flair").role
    (True, 'muscle', None)
    """
    words = {word.lower() for word in _WORDS.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))}
    if words & (_DRAWN | LESIONS):
        return NameGuess(None, "its name says a mask: no series", drawn=True, tissue=tissue(name))
    role, word = _role(keywords_of(name))
    return NameGuess(role, f"its name says {word}" if word else "its name says no role")


def _role(keywords: frozenset[str]) -> tuple[Role | None, str]:
    """The role, and the word for it."""
    if "adc" in keywords:
        return Role.ADC, "ADC"
    unused = next((word for word in _UNUSED if word in keywords), None)
    if unused is not None:
        return None, f"{unused.replace('_', ' ')}: no role"
    if "dwi" in keywords or "b0" in keywords:
        return Role.DWI, "diffusion"
    if "stir" in keywords:
        return Role.T2_FS, "STIR"
    if "t1" in keywords and "t2" in keywords:
        return None, "T1 and T2"
    for word, role in (("water", Role.WATER), ("fat", Role.FAT)):
        if word in keywords:
            return (Role.T2_FS, "water of T2") if word == "water" and "t2" in keywords else (role, word)
    if "t2" in keywords:
        return (Role.T2_FS, "T2, fat-suppressed") if "fs" in keywords else (Role.T2, "T2")
    if "t1" in keywords:
        return (Role.T1_POST, "T1 after contrast") if "post" in keywords else (Role.T1, "T1")
    return None, ""
