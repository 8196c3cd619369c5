"""Where a mask from a file lies among the images of its study: checked for every mask, reported or refused."""

from __future__ import annotations

import numpy as np

from pnst.errors import GeometryError, InputError
from pnst.image import Grid, Mask, embed
from pnst.study import Study
from pnst.typing import BoolArray, FloatArray

SAME_MM = 1e-3
"""Grids whose corners are closer than this are one grid without a word: headers in float32 round at 1e-5."""

SAME, REORIENTED, CROPPED = "same grid as", "re-oriented to", "cropped from"


def check_placement(mask: Mask, study: Study, name: str = "lesion mask") -> tuple[str, ...]:
    """Say how the mask lies against each series of the study: same grid, re-oriented, cropped, or on its own grid.

    Raises `InputError` for an empty mask, `GeometryError` for one that meets no series, that was drawn on a series
    which alignment has moved, or whose file lost its place (an identity affine, the shape of a series at another place
    with its origin at 0, or a series' affine with its shape permuted or multiplied).
    """
    if not mask.data.any():
        raise InputError(
            f"the {name} is empty",
            got="no voxel inside",
            expected="at least one voxel",
            remedy="check the label, and that the mask was saved after drawing",
        )
    study.check_place(mask, name)
    grids = {str(role): series.volume.grid for role, series in study.series.items()}
    _check_affine(mask.grid, grids, name)
    if _has_default_affine(mask.grid, list(grids.values())):
        raise GeometryError(
            f"the {name} has lost its place",
            got=f"axes along the patient's and an origin or spacing that no scanner wrote: {mask.grid!r}",
            expected=f"a place among {_listed(grids)}",
            remedy="save the mask again with the affine of the image it was drawn on",
        )
    outside = {role: _share_outside(mask, grid) for role, grid in grids.items()}
    if min(outside.values(), default=1.0) == 1.0:
        centre = mask.grid.to_world(_centre_of_mass(mask.data))
        raise GeometryError(
            f"the {name} does not overlap any series",
            got=f"a mask centred at {_point_text(centre)} mm (RAS)",
            expected="; ".join(f"{role} around {_point_text(_centre(grid))}" for role, grid in grids.items())
            or "a series",
            remedy="check that mask and images are of one patient and one examination",
        )
    missed = tuple(f"{share:.1%} of the {name} lies outside {role}" for role, share in outside.items() if share)
    role, apart = _nearest(mask.grid, grids)
    rounding = (f"{name}: placed by the affine of {role}, {apart:.2g} mm from its own",) if apart > SAME_MM else ()
    return (f"{name}: {_grid_relations(mask.grid, grids)}", *rounding, *missed)


def undo_cropping(mask: Mask, study: Study) -> Mask:
    """A mask that is a box of a series' voxels, put back on that series' grid; any other mask as it is.

    Cropped to its lesion, a mask ends where the lesion does, which would look like an image that cuts it off. A mask
    on all of a series' voxels, but for what its header rounds, lies on the series' own grid afterwards.
    """
    grids = {str(role): series.volume.grid for role, series in study.series.items()}
    whole = next((grid for grid in grids.values() if grid_relation(mask.grid, grid) == CROPPED), None)
    if whole is not None:
        return embed(mask, whole)
    role, apart = _nearest(mask.grid, grids)
    if role is None or (apart <= SAME_MM and not mask.grid.matches(grids[role])):
        return mask
    return embed(mask, grids[role])


def grid_relation(mask: Grid, series: Grid) -> str:
    """How a mask's grid relates to a series', in words that the names of series complete."""
    if mask.matches(series):
        return SAME
    own, other = mask.canonical(), series.canonical()
    if own.matches(other):
        return REORIENTED
    if other.box_of(own) is not None:
        return CROPPED
    return f"its surface carried from voxels of {_spacing_text(mask)} mm onto"


def _nearest(mask: Grid, grids: dict[str, Grid]) -> tuple[str | None, float]:
    """The series on whose grid the mask lies, in whatever order, and how far apart their corners are, in mm."""
    own = mask.canonical()
    apart = {
        role: float(np.linalg.norm(own.corners() - grid.canonical().corners(), axis=1).max())
        for role, grid in grids.items()
        if own.matches(grid.canonical())
    }
    role = min(apart, key=lambda one: apart[one], default=None)
    return role, 0.0 if role is None else apart[role]


def _grid_relations(mask: Grid, grids: dict[str, Grid]) -> str:
    """One clause for all series to which the mask relates in one way."""
    series: dict[str, list[str]] = {}
    for role, grid in grids.items():
        relation = grid_relation(mask, grid)
        own = f" ({_spacing_text(grid)} mm)" if relation.endswith("onto") else ""
        series.setdefault(relation, []).append(role + own)
    return "; ".join(f"{relation} {', '.join(roles)}" for relation, roles in series.items())


def _check_affine(mask: Grid, grids: dict[str, Grid], name: str) -> None:
    """Refuse a mask whose array was transposed or resampled while its affine stayed that of a series."""
    if any(mask.matches(grid) for grid in grids.values()):
        return
    for role, grid in grids.items():
        times = np.divide(mask.shape, grid.shape)
        multiplied = times.max() >= 2 and np.array_equal(times, np.rint(times))
        transposed = sorted(mask.shape) == sorted(grid.shape)
        if mask.shape != grid.shape and (multiplied or transposed) and Grid(grid.shape, mask.affine).matches(grid):
            raise GeometryError(
                f"the {name} has the affine of {role} but another shape",
                got=f"{mask.shape} voxels where {role} has {grid.shape}: an array transposed or resampled by itself",
                expected="an affine that belongs to the mask's own shape",
                remedy="save the mask again with the affine of the image it was drawn on",
            )


def _has_default_affine(mask: Grid, grids: list[Grid]) -> bool:
    """Whether the mask's affine is a default that some program wrote for want of a better one."""
    linear, origin = np.abs(mask.affine[:3, :3]), mask.affine[:3, 3]
    straight = np.array_equal(linear, np.diag(np.diag(linear)))
    if not straight or origin.any() or any(mask.matches(grid) for grid in grids):
        return False
    placed = [grid for grid in grids if np.abs(grid.affine[:3, 3]).max() > SAME_MM]
    identity = np.array_equal(linear, np.eye(3))
    return bool(placed) and (identity or any(grid.shape == mask.shape for grid in placed))


def _share_outside(mask: Mask, grid: Grid) -> float:
    """The share of the mask's voxels whose centres lie outside the grid's voxels."""
    box = mask.box()
    if box is None:
        return 1.0
    part = mask.crop(box)
    if _inside(part.grid.corners(), grid).all():  # a grid is convex: what holds the corners holds the box
        return 0.0
    ends = np.stack(np.meshgrid(*[(-0.5, n - 0.5) for n in grid.shape], indexing="ij"), axis=-1).reshape(8, 3)
    near = part.grid.box_around(grid.to_world(ends))
    if near is None:
        return 1.0
    reachable, inside = part.crop(near), 0
    for i, plane in enumerate(reachable.data):  # the indices of all voxels at once would take 24 bytes each
        index = np.argwhere(plane)
        points = reachable.grid.to_world(np.column_stack([np.full(len(index), i), index]))
        inside += int(np.count_nonzero(_inside(points, grid)))
    return 1.0 - inside / int(np.count_nonzero(part.data))


def _centre_of_mass(data: BoolArray) -> FloatArray:
    """The mean index of the true voxels, along each axis."""
    counts = [data.sum(axis=tuple(a for a in range(3) if a != axis)) for axis in range(3)]
    return np.array([np.average(np.arange(len(count)), weights=count) for count in counts])


def _inside(points: FloatArray, grid: Grid) -> BoolArray:
    index = grid.to_index(points)
    return np.asarray(((index > -0.5) & (index < np.asarray(grid.shape) - 0.5)).all(axis=1))


def _centre(grid: Grid) -> FloatArray:
    return np.asarray(grid.corners().mean(axis=0))


def _point_text(point: FloatArray) -> str:
    return "(" + ", ".join(f"{c:.0f}" for c in point) + ")"


def _spacing_text(grid: Grid) -> str:
    return " × ".join(f"{s:.3g}" for s in grid.spacing)


def _listed(grids: dict[str, Grid]) -> str:
    return "; ".join(f"{role} {grid!r}" for role, grid in grids.items()) or "the images"
