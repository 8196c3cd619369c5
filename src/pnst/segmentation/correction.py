"""A lesion changed where a reader's scribbles say so, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.errors import GeometryError, InputError
from pnst.image import Grid, Mask
from pnst.kernels.sampling import sample
from pnst.segmentation.looks import LOOKED_AT
from pnst.segmentation.prompt import Scribbles
from pnst.study import Study
from pnst.typing import BoolArray, FloatArray

REACH_MM = 15.0
"""Nothing beyond this distance of a stroke changes."""
LEAST_REACH_MM = 5.0
REACH_TO_DEPTH = 2.5
"""A stroke reaches this many times as far as it lies from the surface, which it draws after it."""
MARGIN_MM = 1.0
"""The surface is drawn this far beyond the stroke."""
ALIKE_SD = 1.5
"""What differs from the stroke's own signal by this many of its robust SDs follows it by a third (1/√e² …)."""


def corrected(study: Study, previous: Mask, scribbles: Scribbles) -> Mask:
    """The previous mask with what was painted as lesion in it, what was painted as not out of it, and their like.

    Each stroke moves the signed distance to the surface by as much as it takes to reach it, less with distance (a
    parabola that ends at its reach) and less where the images look unlike what was painted. Raises `GeometryError` for
    strokes outside the image, `InputError` for those that leave nothing.
    """
    strokes = [(1.0, _on(scribbles.lesion, previous.grid))]
    if scribbles.other is not None:
        strokes.append((-1.0, _on(scribbles.other, previous.grid)))
    painted = np.any([stroke for _, stroke in strokes], axis=0)
    box = Mask(previous.data | painted, previous.grid).box(REACH_MM + 2 * max(previous.grid.spacing))
    assert box is not None  # noqa: S101  # scribbles hold a stroke
    grid = previous.grid.crop(box)
    inside = previous.data[box]
    distance = signed_distance(inside, grid.spacing)
    signals = _signals(study, grid)
    moved = distance.copy()
    for sign, stroke in strokes:
        if stroke[box].any():
            moved += sign * _pull(sign * distance, stroke[box], grid, signals)
    result = moved > 0
    for sign, stroke in strokes:
        result[stroke[box]] = sign > 0
    if not result.any():
        raise InputError(
            "the scribbles leave nothing of the lesion",
            got="every voxel painted as not lesion",
            expected="a lesion that is smaller, not gone",
            remedy="paint less of it, or draw the lesion anew",
        )
    data = previous.data.copy()
    data[box] = result
    return Mask(data, previous.grid)


def signed_distance(inside: BoolArray, spacing: Sequence[float]) -> FloatArray:
    """(ni, nj, nk) mm to the nearest voxel on the other side, less half a voxel's shortest side; positive inside.

    >>> inside = np.zeros((5, 3, 1), dtype=bool)
    >>> inside[:2] = True
    >>> signed_distance(inside, (2.0, 2.0, 2.0))[:, 1, 0].tolist()
    [3.0, 1.0, -1.0, -3.0, -5.0]
    """
    import edt

    within = edt.edt(inside.astype(np.uint8), anisotropy=tuple(spacing), black_border=False)
    without = edt.edt((~inside).astype(np.uint8), anisotropy=tuple(spacing), black_border=False)
    half = min(spacing) / 2
    return np.asarray(np.where(inside, within - half, half - without), dtype=np.float64)


def _pull(towards: FloatArray, stroke: BoolArray, grid: Grid, signals: Sequence[FloatArray]) -> FloatArray:
    """(ni, nj, nk) ≥ 0 mm: how far the surface is drawn by a stroke that lies `-towards` mm on its wrong side."""
    import edt

    needed = np.maximum(-towards, 0)
    wrong = stroke & (needed > 0)
    if not wrong.any():
        return np.zeros_like(towards)
    most = float(needed[wrong].max()) + MARGIN_MM
    reach = float(np.clip(REACH_TO_DEPTH * most, LEAST_REACH_MM, REACH_MM))
    away = edt.edt((~wrong).astype(np.uint8), anisotropy=grid.spacing, black_border=False)
    fall = np.clip(1 - (away / reach) ** 2, 0, None)
    return np.asarray(most * fall * _alike(stroke, signals))


def _alike(stroke: BoolArray, signals: Sequence[FloatArray]) -> FloatArray:
    """(ni, nj, nk) 1 where every series looks as under the stroke, towards 0 where one does not."""
    alike = np.ones(stroke.shape)
    for signal in signals:
        under = signal[stroke & np.isfinite(signal)]
        if under.size:
            middle = float(np.median(under))
            everywhere = signal[np.isfinite(signal)]
            own = 1.4826 * float(np.median(np.abs(under - middle)))
            sd = max(own, 0.15 * float(np.subtract(*np.percentile(everywhere, [90, 10]))), 1e-9)
            z = np.nan_to_num((signal - middle) / sd, nan=0.0)
            alike = np.minimum(alike, np.exp(-((z / ALIKE_SD) ** 2) / 2))
    return alike


def _signals(study: Study, grid: Grid) -> list[FloatArray]:
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    points = grid.to_world(index)
    volumes = [study.series[role].volume for role in LOOKED_AT if role in study.series]
    return [sample(volume.data, volume.grid.to_index(points)) for volume in volumes]


def _on(stroke: Mask, grid: Grid) -> BoolArray:
    """The stroke's voxels on a grid: those that hold the centre of a painted voxel."""
    if stroke.grid.matches(grid):
        return stroke.data
    index = np.rint(grid.to_index(stroke.grid.to_world(np.argwhere(stroke.data)))).astype(int)
    inside = ((index >= 0) & (index < grid.shape)).all(axis=1)
    if len(index) and not inside.all():
        raise GeometryError(
            "scribbles outside the lesion's image",
            got=f"{int(np.count_nonzero(~inside))} of {len(index)} painted voxels",
            expected="strokes on the image that the lesion is a mask of",
            remedy="paint on the series that the lesion was segmented on",
        )
    data = np.zeros(grid.shape, dtype=bool)
    data[tuple(index.T)] = True
    return data
