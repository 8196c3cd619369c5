"""Whether slices are missing at the ends of a series, by its counts, its instance numbers, and the slices of others.

A gap between slices is refused in `geometry`; what is missing at an end leaves no gap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pnst.image import Grid
from pnst.io.dicom.frame import Header
from pnst.io.dicom.stack import Stack
from pnst.study import Role

MAX_SHARE = 0.25
"""Of an acquisition's images that can be missing by the instance numbers; of more, the numbers do not count images."""
_SAME = 0.02


def completeness_notes(headers: Sequence[Header], stacks: Mapping[Role, Stack]) -> tuple[str, ...]:
    """A sentence for each role whose series may have lost slices at an end."""
    notes = []
    for role, stack in stacks.items():
        uids = {h.series_uid for h in headers if h.frames and h.pixels.name in _files(stack)}
        mine = [h for h in headers if h.series_uid in uids]
        note = _by_counts(role, stack, mine) or _by_instance_numbers(role, mine) or _by_others(role, stack, stacks)
        notes += [note] if note else []
    return tuple(notes)


def _files(stack: Stack) -> set[str]:
    return {frame.file for volume in stack.volumes for frame in volume}


def _by_counts(role: Role, stack: Stack, headers: Sequence[Header]) -> str:
    """By the numbers of slices and of images that the headers state."""
    slices, stated_slices = len(stack.volumes[0]), _one({h.stated_slices for h in headers})
    if stated_slices and stated_slices > slices:
        return f"{stated_slices - slices} of {stated_slices} slices of {role} are missing at an end, by its header"
    numbers = {frame.times[1] for h in headers for frame in h.frames}
    images, stated = sum(len(h.frames) for h in headers), _one({h.stated_images for h in headers})
    if stated and stated > images and len(numbers) == 1:
        what = "slices" if len(stack.volumes) == 1 else "images"
        return f"{stated - images} of {stated} {what} of {role} are missing at the end, by its header"
    return ""


def _by_instance_numbers(role: Role, headers: Sequence[Header]) -> str:
    """By numbers that are not there, where the others count one by one from 1."""
    numbers = sorted({h.frames[0].instance[0] for h in headers if h.frames})
    if len(numbers) < 3 or numbers[0] < 1 or np.median(np.diff(numbers)) != 1:
        return ""
    missing = numbers[-1] - len(numbers)
    if not 0 < missing <= MAX_SHARE * numbers[-1]:
        return ""
    place = " at an end" if missing == numbers[0] - 1 else ""
    return f"{missing} of {numbers[-1]} images of {role} are missing{place}, by its instance numbers"


def _by_others(role: Role, stack: Stack, stacks: Mapping[Role, Stack]) -> str:
    """By another series whose slices are the same ones and some more."""
    for other_role, other in stacks.items():
        more = _further_slices(stack.grid, other.grid)
        if more:
            return (
                f"{role} has {len(stack.volumes[0])} slices where {other_role} has {len(other.volumes[0])} in the same "
                "places: slices may be missing at an end"
            )
    return ""


def _further_slices(grid: Grid | None, other: Grid | None) -> int:
    """How many slices more another grid has, where it has all of a grid's; 0 where they are different stacks."""
    if grid is None or other is None or grid.shape[:2] != other.shape[:2] or other.shape[2] <= grid.shape[2]:
        return 0
    if not np.allclose(grid.affine[:3, :3], other.affine[:3, :3], atol=_SAME * grid.spacing[2] / max(grid.shape)):
        return 0
    first = other.to_index(grid.affine[:3, 3])
    on_lattice = np.abs(first - np.round(first)).max() < _SAME and np.abs(first[:2]).max() < _SAME
    inside = -_SAME < first[2] < other.shape[2] - grid.shape[2] + _SAME
    return other.shape[2] - grid.shape[2] if on_lattice and inside else 0


def _one(values: set[int | None]) -> int | None:
    """The one value that all headers state, None where they state none or several."""
    return values.pop() if len(values) == 1 else None
