"""The rigid motion between two studies of one patient on different dates. Affines change, voxels never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pnst.image import Grid, Mask, Volume
from pnst.preprocessing.align import REFERENCES, compared_volume
from pnst.preprocessing.motion import coarse_similarity, estimate_motion, shift_and_rotation
from pnst.preprocessing.settings import AlignmentSettings, DateAlignmentSettings
from pnst.study import Lesion, Role, Study
from pnst.typing import FloatArray

COMPARED = (*REFERENCES, Role.WATER, Role.FAT, Role.DWI)
"""What two dates are compared by, the likeliest to show tumours and vessels first."""
UNLIKE = "the images look nothing alike"
UNSURE = "the way there and the way back differ"
SAME_START_MM = 5.0
"""Starts that lie closer than this lead to the same place."""


@dataclass(frozen=True, eq=False)
class DateAlignment:
    """How a later study lies in the frame of the first, and how sure that is."""

    role: Role | None = None
    """The series of the later study that was compared …"""
    reference: Role | None = None
    """… and that of the first."""
    matrix: FloatArray = field(default_factory=lambda: np.eye(4))
    """(4, 4): from RAS mm of the later study to RAS mm of the first."""
    shift_mm: float = 0.0
    """Of the middle of the later image."""
    rotation_deg: float = 0.0
    similarity_before: float = 0.0
    similarity_after: float = 0.0
    """Mutual information in nats, where the search began and where it ended."""
    disagreement_mm: float | None = None
    """How far the way there and the way back are apart at the lesions; None where there was no way."""
    reason: str | None = None
    """Why the alignment is not used; None where it is."""

    @property
    def accepted(self) -> bool:
        """Whether places of the later study can be told in the first."""
        return self.reason is None

    def __str__(self) -> str:
        if self.disagreement_mm is None:
            return f"not aligned: {self.reason}"
        differ = f"there and back differ by {self.disagreement_mm:.1f} mm"
        motion = f"{self.shift_mm:.1f} mm and {self.rotation_deg:.1f}°; {differ}"
        if self.accepted:
            return f"aligned by {self.role} with {self.reference} of the first date ({motion})"
        return f"not aligned: {self.reason} (by {self.role} with {self.reference}: {motion})"


def align_dates(
    first: Study,
    later: Study,
    first_lesions: Sequence[Lesion],
    later_lesions: Sequence[Lesion],
    settings: AlignmentSettings,
    between: DateAlignmentSettings,
) -> DateAlignment:
    """Where a later study lies in the frame of the first.

    Images of one role are compared, else of two, by mutual information. The search begins where the headers say, where
    the bodies lie on one another, or where the lesions do, the likest first. It is made from either side, and used
    only where both ways agree at the lesions: a wrong end is rarely found twice.
    """
    closest = DateAlignment(reason="the two studies have no images that can be compared")
    for reference, role in _pairs(first, later):
        still, moving = (
            compared_volume(study.series[of], settings.lowest_b_within)
            for study, of in ((first, reference), (later, role))
        )
        places = np.concatenate([_corners(lesion.mask) for lesion in later_lesions] or [moving.grid.corners()])
        for start in _starts(moving, still, first_lesions, later_lesions, settings):
            result = replace(_aligned(moving, still, start, places, settings, between), role=role, reference=reference)
            if result.accepted:
                return result
            closest = min(result, closest, key=lambda one: np.inf if (d := one.disagreement_mm) is None else d)
    return closest


def moved_lesion(lesion: Lesion, matrix: FloatArray) -> Lesion:
    """The lesion carried by a motion (4, 4); its voxels stay as they are."""
    return Lesion(lesion.label, moved_mask(lesion.mask, matrix), lesion.made_by, lesion.notes, lesion.boundary_sd_mm)


def moved_mask(mask: Mask, matrix: FloatArray) -> Mask:
    """The mask carried by a motion (4, 4)."""
    return Mask(mask.data, _moved_grid(mask.grid, matrix))


def moved_study(study: Study, matrix: FloatArray) -> Study:
    """The study carried by a motion (4, 4): affines and gradient directions turn, voxels stay."""
    series = {
        role: replace(
            one,
            volume=_carried(one.volume, matrix),
            b_vectors=None if one.b_vectors is None else one.b_vectors @ matrix[:3, :3].T,
        )
        for role, one in study.series.items()
    }
    return replace(study, series=series, masks={name: moved_mask(mask, matrix) for name, mask in study.masks.items()})


def _moved_grid(grid: Grid, matrix: FloatArray) -> Grid:
    return replace(grid, affine=matrix @ grid.affine)


def _pairs(first: Study, later: Study) -> list[tuple[Role, Role]]:
    """Which series are compared, the likeliest first: of one role; where there is none, the best of either."""
    one, other = ([role for role in COMPARED if role in study.series] for study in (first, later))
    same = [(role, role) for role in one if role in other]
    return same or [(a, b) for a in one[:1] for b in other[:1]]


def _aligned(
    moving: Volume,
    still: Volume,
    start: FloatArray,
    places: FloatArray,
    settings: AlignmentSettings,
    between: DateAlignmentSettings,
) -> DateAlignment:
    """From one start (4, 4); the two ways are held against each other at RAS points (n, 3) of the moving image."""
    way = estimate_motion(_carried(moving, start), still, settings)
    there = way.matrix @ start
    back = estimate_motion(_carried(still, np.linalg.inv(there)), moving, settings)
    failure = way.failure or back.failure
    if failure is not None:
        return DateAlignment(reason=failure)
    apart = places @ (back.matrix[:3, :3] - np.eye(3)).T + back.matrix[:3, 3]  # of the way there and then back
    disagreement = float(np.linalg.norm(apart, axis=1).max())
    shift, rotation = shift_and_rotation(there, moving.grid)
    unlike = way.similarity_after < between.least_similarity_nats
    unsure = disagreement > between.largest_disagreement_mm
    return DateAlignment(
        matrix=there,
        shift_mm=shift,
        rotation_deg=rotation,
        similarity_before=way.similarity_before,
        similarity_after=way.similarity_after,
        disagreement_mm=disagreement,
        reason=UNLIKE if unlike else UNSURE if unsure else None,
    )


def _starts(
    moving: Volume,
    still: Volume,
    first_lesions: Sequence[Lesion],
    later_lesions: Sequence[Lesion],
    settings: AlignmentSettings,
) -> list[FloatArray]:
    """Shifts (4, 4) to begin at, the likest first: none, body on body, lesions on lesions where they are as many."""
    places = [(np.zeros(3), np.zeros(3)), (_middle_of_body(moving), _middle_of_body(still))]
    if len(first_lesions) == len(later_lesions):
        here, there = (
            np.mean([lesion.mesh.centroid for lesion in some], axis=0) for some in (first_lesions, later_lesions)
        )
        places.append((there, here))
    starts: list[FloatArray] = []
    for there, here in places:
        start = np.eye(4)
        start[:3, 3] = here - there
        if all(np.linalg.norm(start[:3, 3] - known[:3, 3]) >= SAME_START_MM for known in starts):
            starts.append(start)
    return sorted(starts, key=lambda start: -coarse_similarity(_carried(moving, start), still, settings))


def _carried(volume: Volume, matrix: FloatArray) -> Volume:
    return Volume(volume.data, _moved_grid(volume.grid, matrix), volume.unit)


def _middle_of_body(volume: Volume) -> FloatArray:
    """RAS mm of the middle of what is brighter than half the mean."""
    data = np.nan_to_num(volume.data, nan=0.0, posinf=0.0, neginf=0.0)
    bright = data > data.mean() / 2
    axes = [bright.sum(axis=tuple(a for a in range(3) if a != axis)) for axis in range(3)]
    index = [float(np.average(np.arange(len(counts)), weights=counts)) if counts.any() else 0.0 for counts in axes]
    return volume.grid.to_world(index)


def _corners(mask: Mask) -> FloatArray:
    """(8, 3): RAS mm of the corners of the box round a mask."""
    box = mask.box()
    return (mask.grid if box is None else mask.grid.crop(box)).corners()
