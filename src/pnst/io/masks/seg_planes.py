"""Where the frames of a DICOM SEG lie: on the planes of a series, else as far apart as the file says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pnst.errors import GeometryError
from pnst.image import Grid
from pnst.io.image_bounds import MAX_VOXELS, plausible_grid
from pnst.io.lps import LPS_TO_RAS
from pnst.typing import FloatArray

MAX_OFF_SPACING = 0.02
"""Share of the slice spacing by which a frame may lie off the even spacing."""

MAX_OFF_PIXEL = 0.1
"""Pixels, or slices, by which frames may lie off those of a series that they are taken to be drawn on."""

MIN_PARALLEL = 0.9999
"""Least cosine of two directions that are one."""

MAX_OVER_THICKNESS = 1.9
"""Frames less than so many thicknesses apart are neighbours: no other fits between them."""


def macro(dataset: Any, frame: int, name: str) -> Any:
    """A functional group of a frame, its own or the shared one. Raises `GeometryError` where there is none."""
    shared = dataset.get("SharedFunctionalGroupsSequence") or ()
    for groups in (dataset.PerFrameFunctionalGroupsSequence[frame], *shared[:1]):
        if groups.get(name):
            return groups.get(name)[0]
    raise GeometryError(
        "the DICOM SEG does not say where its frames are",
        got=f"frame {frame + 1} without {name}",
        expected="a position, orientation and pixel spacing for each frame",
        remedy="export the segmentation again",
    )


def stack(dataset: Any, count: int, named: Sequence[Grid], others: Sequence[Grid]) -> tuple[Grid, tuple[int, ...]]:
    """The grid of all frames, and the slice of each.

    `named` are the grids of the series that the file names, `others` those of the study's other series. Raises
    `GeometryError` for frames that do not stack, and for planes that neither a series nor the file tells apart.
    """
    planes = [macro(dataset, f, "PlaneOrientationSequence").ImageOrientationPatient for f in range(count)]
    orientation = np.array(planes, dtype=np.float64)
    measures = macro(dataset, 0, "PixelMeasuresSequence")
    position = np.array(
        [macro(dataset, f, "PlanePositionSequence").ImagePositionPatient for f in range(count)], dtype=np.float64
    )
    along, down = orientation[0, :3], orientation[0, 3:]
    normal = np.cross(along, down)
    depth = position @ normal
    shift = position - position[0] - np.outer(depth - depth[0], normal)
    if not (np.abs(orientation - orientation[0]).max() <= 1e-4 and np.abs(shift).max() <= 1e-2):
        raise bad_stack("frames turned or shifted against each other", "parallel frames stacked along their normal")
    between_rows, between_columns = (float(s) for s in measures.PixelSpacing)
    axes = np.stack([along * between_columns, down * between_rows, normal], axis=1)
    step = _series_step(axes, position, named, others) or _step(np.unique(np.round(depth, 4)), measures)
    slices = np.rint((depth - depth.min()) / step)
    shape = (int(dataset.Columns), int(dataset.Rows), float(slices.max()) + 1)
    if not np.prod(shape) <= MAX_VOXELS:
        raise bad_stack(f"{shape[0]} × {shape[1]} × {shape[2]:.0f} voxels", f"at most {MAX_VOXELS:g}")
    affine = np.eye(4)
    affine[:3, :3] = axes * (1, 1, step)
    affine[:3, 3] = position[np.argmin(depth)]
    return plausible_grid((shape[0], shape[1], int(shape[2])), LPS_TO_RAS @ affine), tuple(slices.astype(int).tolist())


def _series_step(axes: FloatArray, position: FloatArray, named: Sequence[Grid], others: Sequence[Grid]) -> float | None:
    """Spacing of the slices of the series on whose planes the frames lie; of a series not named, pixel on pixel."""
    turned, places = LPS_TO_RAS[:3, :3] @ axes, position @ LPS_TO_RAS[:3, :3]
    for grids, columns in ((named, [2]), (others, [0, 1, 2])):
        for grid in grids:
            step = _step_on(grid, turned, places, columns)
            if step is not None:
                return step
    return None


def _step_on(grid: Grid, axes: FloatArray, places: FloatArray, columns: Sequence[int]) -> float | None:
    """Spacing of a grid's slices where the frames lie on them, and on its voxels along the other columns given."""
    cosines = np.abs(axes[:, 2] @ grid.directions)
    axis = int(np.argmax(cosines))
    index = grid.to_index(places)
    off = np.abs(index - np.rint(index)).max(axis=0)
    inside = ((index[:, axis] > -0.5) & (index[:, axis] < grid.shape[axis] - 0.5)).all()
    if cosines[axis] < MIN_PARALLEL or not inside or off[axis] > MAX_OFF_PIXEL:
        return None
    if len(columns) == 3:
        lengths = np.sort(np.linalg.norm(axes[:, :2], axis=0))
        own = np.sort([s for a, s in enumerate(grid.spacing) if a != axis])
        if off.max() > MAX_OFF_PIXEL or np.abs(lengths / own - 1).max() > 1e-3:
            return None
    return float(grid.spacing[axis])


def _step(depths: FloatArray, measures: Any) -> float:
    """Spacing of the slices as written, where the positions agree; frames as close as they are thick say it too."""
    spacing, thickness = (float(measures.get(key) or 0) for key in ("SpacingBetweenSlices", "SliceThickness"))
    if len(depths) == 1:
        step = next((w for w in (spacing, thickness) if w > 0), 0.0)
        if step == 0:
            raise bad_stack("one frame without a thickness", "a spacing between slices")
        return step
    gaps = np.diff(depths)
    least = float(gaps.min())
    neighbours = least if thickness > 0 and least < MAX_OVER_THICKNESS * thickness else 0.0
    for step in (spacing, neighbours, thickness):
        if step > 0 and np.rint(least / step) >= 1 and _max_off_spacing(gaps, step) <= MAX_OFF_SPACING:
            return step
    if spacing == thickness == 0:
        raise bad_stack(f"frames {least:.4g} mm apart without a thickness", "a series with their planes, or a spacing")
    raise bad_stack(f"frames {least:.4g} to {gaps.max():.4g} mm apart", "evenly spaced slices (some may be bare)")


def _max_off_spacing(gaps: FloatArray, step: float) -> float:
    return float(np.abs(gaps / step - np.rint(gaps / step)).max())


def bad_stack(got: str, expected: str) -> GeometryError:
    """The refusal of frames that make no grid."""
    return GeometryError(
        "the frames of the DICOM SEG do not stack",
        got=got,
        expected=expected,
        remedy="export the segmentation on one series",
    )
