"""Slices in order, and the affine of a stack: DICOM's LPS becomes RAS here.

Voxels are indexed i along columns, j along rows, k along the slice normal (row direction × column direction), so that
every stack is right-handed however its slices were numbered.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.errors import GeometryError
from pnst.image import MAX_SHEAR, Grid
from pnst.io.dicom.frame import Frame, FramePlane
from pnst.io.image_bounds import MAX_ORIGIN_MM, MAX_PIXEL_MM, MIN_SIDE_MM, plausible_grid
from pnst.io.lps import LPS_TO_RAS
from pnst.typing import FloatArray

SAME_PLACE_MM = 0.02
"""Positions along the normal closer than this are one slice: what rounding in headers leaves."""
MAX_COSINE_DIFFERENCE = 1e-4
"""Largest difference of a direction cosine within one stack."""
SAME_PLANE_COSINE = 0.87
"""Planes less than 30° apart are one, tilted, not two."""
MAX_COSINE = 1.01
"""Of a direction cosine, whose rounding may leave it a little above 1."""
MIN_CROSS = 0.5
"""Length of row × column, which is 1, below which there is no plane."""
MAX_UNEVENNESS = 0.03
"""Largest distance of a slice from even spacing, as a fraction of the spacing."""


def check_one_orientation(frames: Sequence[Frame]) -> None:
    """Refuse frames without a place, or with another orientation, voxel size or matrix than the first's.

    Raises `GeometryError` that names the slices.
    """
    lost = [f.name for f in frames if f.plane is None]
    if lost:
        raise _refusal("slices without position, orientation or voxel size", listed(lost), "the geometry of each slice")
    absurd = [f.name for f in frames if not _is_plausible(_plane(f))]
    if absurd:
        raise _refusal(
            f"a geometry that no image of a person has in {listed(absurd)}",
            _measures(_plane(next(f for f in frames if f.name == absurd[0]))),
            f"pixels of {MIN_SIDE_MM:g} to {MAX_PIXEL_MM:g} mm, at most {MAX_ORIGIN_MM:g} mm away",
        )
    first = _plane(frames[0])
    turned = [
        f.name for f in frames if not np.allclose(_plane(f).orientation, first.orientation, atol=MAX_COSINE_DIFFERENCE)
    ]
    if turned:
        raise _refusal(
            "changing orientation", f"{listed(turned)} against {frames[0].name}", "one orientation in a stack"
        )
    other = [f.name for f in frames if f.size != frames[0].size]
    if other:
        raise _refusal("mixed image sizes", f"{listed(other)} against {frames[0].name}", "one matrix in a stack")
    scaled = [f.name for f in frames if not np.allclose(_plane(f).spacing, first.spacing, rtol=1e-4)]
    if scaled:
        raise _refusal("mixed voxel sizes", f"{listed(scaled)} against {frames[0].name}", "one voxel size in a stack")


def _is_plausible(plane: FramePlane) -> bool:
    return (
        all(MIN_SIDE_MM <= side <= MAX_PIXEL_MM for side in plane.spacing)
        and max(map(abs, plane.position)) <= MAX_ORIGIN_MM
        and max(map(abs, plane.orientation)) <= MAX_COSINE
        and float(np.linalg.norm(np.cross(plane.orientation[:3], plane.orientation[3:]))) >= MIN_CROSS
    )


def _measures(plane: FramePlane) -> str:
    sides = " × ".join(f"{side:.3g}" for side in plane.spacing)
    cosines = ", ".join(f"{cosine:.3g}" for cosine in plane.orientation)
    return f"pixels of {sides} mm, {max(map(abs, plane.position)):.3g} mm away, cosines {cosines}"


def count_planes(frames: Sequence[Frame]) -> int:
    """How many planes, over 30° apart, the frames lie in, where none holds nearly all of them; else 1.

    A localizer has three; of a series with one turned slice the others are most.
    """
    normals: list[FloatArray] = []
    counts: list[int] = []
    for frame in frames:
        if frame.plane is None:
            continue
        cross = np.cross(frame.plane.orientation[:3], frame.plane.orientation[3:])
        near = next((n for n, other in enumerate(normals) if abs(float(cross @ other)) > SAME_PLANE_COSINE), None)
        if near is None:
            normals.append(cross)
            counts.append(1)
        else:
            counts[near] += 1
    return len(counts) if counts and max(counts) <= 0.7 * sum(counts) else 1


def slice_positions(frames: Sequence[Frame]) -> FloatArray:
    """(n,): mm of each frame along the slice normal of the first."""
    return np.array([_plane(f).position for f in frames]) @ normal(_plane(frames[0]))


def normal(plane: FramePlane) -> FloatArray:
    """(3,): unit vector in LPS, row direction × column direction."""
    cross = np.cross(plane.orientation[:3], plane.orientation[3:])
    length = np.linalg.norm(cross)
    if length < MIN_CROSS:
        raise _refusal("an orientation that is none", f"cosines {plane.orientation}", "two perpendicular unit vectors")
    return np.asarray(cross / length)


def sort_slices(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """The frames of one volume, sorted along the normal.

    Raises `GeometryError` for two slices in one place, a missing slice, uneven spacing or a stack that leans
    (gantry tilt), naming the slices.
    """
    order = np.argsort(slice_positions(frames), kind="stable")
    ordered = tuple(frames[i] for i in order)
    if len(ordered) > 1:
        _check_steps(ordered, np.diff(slice_positions(ordered)))
        _check_line(ordered)
    return ordered


def grid_of(ordered: Sequence[Frame]) -> Grid:
    """The grid (columns, rows, slices) of a volume's sorted frames, in RAS. Raises `GeometryError`."""
    first, last = _plane(ordered[0]), _plane(ordered[-1])
    row, column = (np.asarray(c) / np.linalg.norm(c) for c in (first.orientation[:3], first.orientation[3:]))
    if len(ordered) > 1:
        step = (np.asarray(last.position) - np.asarray(first.position)) / (len(ordered) - 1)
    elif first.step_mm:
        step = normal(first) * first.step_mm
    else:
        raise _refusal("a single slice of unknown thickness", ordered[0].name, "a slice thickness or spacing")
    affine = np.eye(4)
    affine[:3, 0] = row * first.spacing[1]
    affine[:3, 1] = column * first.spacing[0]
    affine[:3, 2] = step
    affine[:3, 3] = first.position
    rows, columns = ordered[0].size
    try:
        return plausible_grid((columns, rows, len(ordered)), LPS_TO_RAS @ affine)
    except GeometryError as error:
        raise _refusal(f"those from {ordered[0].name} to {ordered[-1].name}", error.got, error.expected) from error


def listed(names: Sequence[str], max_shown: int = 4, separator: str = ", ") -> str:
    """The first few of many names, and how many more there are."""
    more = f" and {len(names) - max_shown} more" if len(names) > max_shown else ""
    return separator.join(names[:max_shown]) + more


def _check_steps(ordered: tuple[Frame, ...], steps: FloatArray) -> None:
    doubled = [f"{ordered[i].name} and {ordered[i + 1].name}" for i in np.flatnonzero(steps < SAME_PLACE_MM)]
    if doubled:
        raise _refusal("two different slices in one place", listed(doubled), "one slice a place")
    usual = float(np.median(steps))
    gaps = np.flatnonzero(steps > 1.5 * usual)
    if gaps.size:
        between = [f"{ordered[i].name} and {ordered[i + 1].name} ({steps[i]:.4g} mm)" for i in gaps]
        raise _refusal(f"missing slice between {listed(between)}", f"steps of {usual:.4g} mm elsewhere", "no gaps")


def _check_line(ordered: tuple[Frame, ...]) -> None:
    """Each slice must lie where even spacing along the normal puts it."""
    positions = np.array([_plane(f).position for f in ordered])
    step = (positions[-1] - positions[0]) / (len(ordered) - 1)
    along = normal(_plane(ordered[0]))
    spacing = float(step @ along)
    lean = float(np.linalg.norm(step - spacing * along)) / float(np.linalg.norm(step))
    if lean > MAX_SHEAR:
        angle = np.degrees(np.arcsin(min(1.0, lean)))
        raise _refusal("a leaning stack (gantry tilt)", f"slices shifted by {angle:.2f}°", "slices along their normal")
    off = np.linalg.norm(positions - positions[0] - np.outer(np.arange(len(ordered)), step), axis=1)
    uneven = [
        f.name
        for f, distance in zip(ordered, off, strict=True)
        if distance > max(SAME_PLACE_MM, MAX_UNEVENNESS * spacing)
    ]
    if uneven:
        raise _refusal(
            "unequal slice spacing", f"{listed(uneven)} up to {off.max():.3g} mm off even spacing", "even spacing"
        )


def _plane(frame: Frame) -> FramePlane:
    if frame.plane is None:
        raise _refusal("slices without position, orientation or voxel size", frame.name, "the geometry of each slice")
    return frame.plane


def _refusal(what: str, got: str, expected: str) -> GeometryError:
    return GeometryError(
        f"the slices do not make a volume: {what}",
        got=got,
        expected=expected,
        remedy="export the whole series again, or leave it out of the folder",
    )
