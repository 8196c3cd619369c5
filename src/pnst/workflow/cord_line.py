"""A cord and a canal found along the line that the user gives, as masks of the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

import numpy as np

from pnst.errors import SettingError
from pnst.image import Mask
from pnst.segmentation.cord import segment_cord, t2_of
from pnst.segmentation.dural_fat import CANAL_AND_FAT
from pnst.study import Lesion, Study
from pnst.workflow.inputs import CordLine

ALONG_LINE = ("cord", "canal", "csf", CANAL_AND_FAT)
"""What is found along a line; `regions` holds it under these names."""
NOTE = "cord and canal: found on T2 along the line that was given, where no mask was"


def with_cord_along(study: Study, given: CordLine, lesions: Sequence[Lesion]) -> Study:
    """The study with the masks of `segment_cord` along a line; masks that it has stay, and a note tells of it.

    Raises `SettingError` where the study has a mask of the cord, `InputError` where the file holds no line, there is no
    T2, and where cord and fluid are not told apart along it.
    """
    if "cord" in study.masks:
        raise SettingError(
            "a line along the cord beside a mask of it",
            got="a mask of the cord, and a line to find one along",
            expected="one of them",
            remedy="leave out the line (--cord-line), or the mask",
        )
    masks = segment_cord(study, line_points(given), _together(study, lesions))
    return _joined(study, masks)


def with_saved_cord(study: Study, regions: Mapping[str, object]) -> Study:
    """The study with the masks that an earlier run found along a line and kept among its regions."""
    masks = {name: mask for name in ALONG_LINE if isinstance(mask := regions.get(name), Mask)}
    return _joined(study, masks) if "cord" in masks and "cord" not in study.masks else study


def line_points(given: CordLine) -> Sequence[Sequence[float]]:
    """The positions of a line, read where it is a file."""
    if not isinstance(given, str | PathLike):
        return given
    from pnst.io.prompts.cord_line import read_cord_line

    return read_cord_line(Path(given))


def masks_along_line(study: Study) -> dict[str, Mask]:
    """What was found along a line; nothing in a study without one."""
    return {name: study.masks[name] for name in ALONG_LINE if name in study.masks} if NOTE in study.notes else {}


def _joined(study: Study, new: Mapping[str, Mask]) -> Study:
    return replace(study, masks={**new, **study.masks}, notes=(*study.notes, NOTE))


def _together(study: Study, lesions: Sequence[Lesion]) -> Lesion | None:
    """All lesions as one, on the voxels of T2: what lies in any of them says nothing of cord and fluid."""
    series = t2_of(study)
    if series is None or not lesions:
        return None
    grid = series.volume.grid
    whole = np.logical_or.reduce([lesion.mask_on(grid).data for lesion in lesions])
    return Lesion("all", Mask(whole, grid), "all lesions together")
