"""Scribbles: a label map in which 1 is painted on the lesion, and 2 beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pnst.image import Mask
from pnst.io.masks.placement import check_placement, undo_cropping
from pnst.io.masks.region import NamedRegion
from pnst.io.masks.region_file import read_regions
from pnst.io.prompts.refusal import bad_prompt, made_of
from pnst.segmentation.prompt import Scribbles
from pnst.study import Study

LESION, OTHER = 1, 2
_PAINTED = ("label map, value", "DICOM SEG, segment")
"""How the regions of files with numbered labels say that they were made."""


def read_scribbles(file: Path, study: Study) -> tuple[Scribbles, tuple[str, ...]]:
    """The strokes of a label map (NIfTI, NRRD, DICOM SEG), and what was noticed. Nothing is filled in between.

    Raises `InputError` for labels other than 1 and 2, for a probability map or contours, and where nothing is painted;
    `GeometryError` for strokes beside every image of the study.
    """
    regions = read_regions(file, study)
    _check(regions, file)
    drawn = {region.number: region.draw(gaps=False) for region in regions if not region.empty}
    notes = tuple(dict.fromkeys(note for _, own in drawn.values() for note in own))
    masks = {number: undo_cropping(mask, study) for number, (mask, _) in drawn.items()}
    for number, mask in masks.items():
        check_placement(mask, study, name=f"strokes of label {number}")
    other = masks.get(OTHER)
    lesion = masks.get(LESION)
    if lesion is None:
        if other is None:
            raise bad_prompt(file, "no painted voxel", "1 on the lesion, 2 on what is not", "paint, and save it again")
        lesion = Mask(np.zeros(other.grid.shape, dtype=bool), other.grid)
    strokes = lesion
    return made_of(file, "the strokes", lambda: Scribbles(strokes, other)), notes


def _check(regions: Sequence[NamedRegion], file: Path) -> None:
    expected = "a label map: 1 on the lesion, 2 on what is not, 0 elsewhere"
    for region in regions:
        if not region.made_by.startswith(_PAINTED):
            raise bad_prompt(file, f"a {region.made_by}", expected, "give it as the lesion: --lesion FILE")
        if region.number not in (LESION, OTHER):
            raise bad_prompt(
                file,
                f"the label {region.number}",
                expected,
                "paint with 1 and 2 alone, or give a whole outline as --lesion FILE:LABEL",
            )
