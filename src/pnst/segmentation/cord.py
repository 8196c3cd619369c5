"""The cord and the canal on T2 without a mask: along a line that the user gives, or else the likeliest near a place.

Fluid is bright on T2 and the cord dark inside it. Where that is not what is seen, nothing is returned. Fat round the
dura may be as bright as fluid: what T1 or an image of fat does not tell from it is not called canal.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pnst.errors import InputError
from pnst.image import Mask, Volume
from pnst.kernels.centre_line import CentreLine, line_through
from pnst.kernels.polar import RAYS, median_of
from pnst.kernels.ring_path import ring_strength, strongest_path
from pnst.kernels.sampling import sample
from pnst.segmentation.cord_walls import Walls, rays_of, walls_round
from pnst.segmentation.dural_fat import CANAL_AND_FAT, sac_without_fat
from pnst.study import Lesion, Role, Series, Study
from pnst.typing import BoolArray, FloatArray

CELL_MM = 1.0
ASIDE_MM = 60.0
"""The cord is looked for this far beside the place that is named …"""
ALONG_MM = 60.0
"""… and above and below it."""
RING_MM = (4, 9)
RECENTRINGS = 2
MIN_LENGTH_MM = 20.0
MIN_SEEN = 0.85
"""Fluid is brighter than the cord on this share of the rays that no lesion hides …"""
MAX_HIDDEN = 0.5
"""… which are half of all or more."""
MAX_BROKEN = 0.3
"""Roots are dark in the fluid on no more of the rays; round the cauda equina, or what is no cord, more is dark …"""
MAX_STEP = 3.5
"""On the middle one of the rays it is so by no more: cortical bone, air and flowing blood are darker than a cord."""
MAX_UNEVENNESS = 2.5
"""The brightest tenth of the rays over the darkest: fluid is even …"""
EVEN = 1.5
"""… and where it is as even as this, thick slices break it."""
CORD_AREA_MM2 = (25.0, 140.0)
CANAL_AREA_MM2 = (70.0, 520.0)
MAX_AREA_VARIATION = 0.2
"""SD ÷ mean of the cord's area along the line: it changes slowly."""
MAX_ELONGATION = 2.6


def segment_cord(
    study: Study, centre_line: npt.ArrayLike | None = None, near: Lesion | npt.ArrayLike | None = None
) -> dict[str, Mask]:
    """The masks `cord`, `canal` (the thecal sac) and `csf` on the voxels of the T2 series.

    Fat round the dura is told from fluid by its suppression, else on T1 or an image of fat. Where neither does, the
    masks are `cord` and `canal_and_fat`.

    Parameters
    ----------
    centre_line : points (n, 3) in RAS mm along the cord, two or more, in their order; None: it is looked for
    near : a lesion, or a point (3,) in RAS mm: the cord is looked for beside it; None: in the whole image

    Raises
    ------
    InputError : no T2 series; a line of fewer than two points; an image in which fluid and cord are not told apart

    Examples
    --------
    A cord of 5 mm in fluid of 9 mm, both dark and bright as they are on T2:

    >>> import numpy as np
    >>> import pnst
    >>> i, j, k = np.ogrid[-30:31, -30:31, 0:50]
    >>> radius = np.hypot(i, j) + 0 * k
    >>> t2 = np.where(radius < 5, 300.0, np.where(radius < 9, 900.0, 120.0)).astype(np.float32)
    >>> from pnst.study import Source
    >>> volume = pnst.Volume(t2, pnst.Grid(t2.shape, np.eye(4)))
    >>> series = pnst.Series(pnst.Role.T2_FS, volume, Source("simulated", ""))
    >>> study = pnst.Study("A", {pnst.Role.T2_FS: series})
    >>> masks = pnst.segment_cord(study)
    >>> sorted(masks), bool(abs(masks["cord"].count / np.count_nonzero(radius < 5) - 1) < 0.05)
    (['canal', 'cord', 'csf'], True)
    """
    series = t2_of(study)
    if series is None:
        raise InputError(
            "the cord is looked for on T2",
            got="a study without a T2 series",
            expected="t2 or t2_fs",
            remedy="give the T2 series, or masks of the cord and of the canal",
        )
    volume = _without_lesion(series.volume.canonical(), near)
    line = _likeliest_line(volume, _place(near)) if centre_line is None else _given_line(centre_line)
    of_cord, of_canal = _walls(volume, line)
    _refuse_unlikely(of_cord)
    cord, sac = (
        _without_fluid(_filled(of_cord, volume, of_cord.cord), volume, of_cord),
        _sac(study, series, of_canal, near),
    )
    canal = _filled(of_canal, volume, of_canal.canal if sac is None else sac) | cord
    parts = {"cord": cord, CANAL_AND_FAT: canal}
    if sac is not None:
        parts = {"cord": cord, "canal": canal, "csf": canal & ~cord}
    grid = series.volume.grid
    return {name: Mask(grid.from_canonical(part), grid) for name, part in parts.items()}


def t2_of(study: Study) -> Series | None:
    """The series that the cord is looked for on."""
    return study.series.get(Role.T2) or study.series.get(Role.T2_FS)


def _sac(study: Study, t2: Series, walls: Walls, near: Lesion | npt.ArrayLike | None) -> FloatArray | None:
    """(n, `RAYS`) mm: the sac's border, fat left out; None where nothing tells fat from fluid."""
    if t2.role is Role.T2_FS:
        return walls.canal
    for role in (Role.FAT, Role.T1):
        if role in study.series:
            volume = _without_lesion(study.series[role].volume, near)
            values = rays_of(volume, walls.line, walls.arc)
            sac = sac_without_fat(values, walls.cord, walls.canal, walls.hidden)
            if sac is not None:
                return sac
    return None


def _place(near: Lesion | npt.ArrayLike | None) -> FloatArray | None:
    if near is None:
        return None
    return near.mesh.centroid if isinstance(near, Lesion) else np.asarray(near, dtype=np.float64).reshape(3)


def _without_lesion(volume: Volume, near: Lesion | npt.ArrayLike | None) -> Volume:
    """The image with no number where the lesion lies: its signal says nothing of fluid and cord."""
    if not isinstance(near, Lesion):
        return volume
    data = volume.data.astype(np.float32)
    data[near.mask_on(volume.grid).data] = np.nan
    return Volume(data, volume.grid)


def _given_line(points: npt.ArrayLike) -> CentreLine:
    try:
        return line_through(np.asarray(points, dtype=np.float64).reshape(-1, 3))
    except ValueError:
        raise InputError(
            "the centre line of the cord is no line",
            got=f"{np.size(points)} numbers",
            expected="two or more different points, each of three coordinates in RAS mm",
            remedy="give points along the cord",
        ) from None


def _likeliest_line(volume: Volume, place: FloatArray | None) -> CentreLine:
    """The way along the patient's axis on which bright rings lie round dark middles."""
    box, start = _upright_box(volume, place)
    known = np.isfinite(box).mean(axis=(1, 2)) > 0.5
    box, start = box[known], start + np.array([0.0, 0.0, CELL_MM * float(np.argmax(known))])
    if len(box) * CELL_MM < MIN_LENGTH_MM:
        raise _unsure("an image that is too short along the patient", f"{MIN_LENGTH_MM:g} mm or more")
    bright = np.nanpercentile(box, 99.5)
    strength = ring_strength(np.nan_to_num(box) / max(float(bright), 1e-9), RING_MM)
    path, _ = strongest_path(strength)
    points = start + CELL_MM * np.concatenate([path, np.arange(len(path))[:, None]], axis=1)
    from scipy.ndimage import gaussian_filter1d

    points[:, :2] = gaussian_filter1d(points[:, :2], 4.0 / CELL_MM, axis=0, mode="nearest")
    return line_through(_few(points))


def _upright_box(volume: Volume, place: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """(nz, nx, ny): the image in cells along the patient's axes, NaN beyond it; and RAS of the first cell."""
    corners = volume.grid.corners()
    low, high = corners.min(axis=0), corners.max(axis=0)
    if place is not None:
        reach = np.array([ASIDE_MM, ASIDE_MM, ALONG_MM])
        low, high = np.maximum(low, place - reach), np.minimum(high, place + reach)
    counts = np.maximum(np.floor((high - low) / CELL_MM).astype(int) + 1, 1)
    x, y, z = (low[axis] + CELL_MM * np.arange(counts[axis]) for axis in range(3))
    points = np.stack(np.meshgrid(z, x, y, indexing="ij")[1:] + np.meshgrid(z, x, y, indexing="ij")[:1], axis=-1)
    return sample(volume.data.astype(np.float32), volume.grid.to_index(points)), low


def _walls(volume: Volume, line: CentreLine) -> tuple[Walls, Walls]:
    """The walls round the cord's own line, and round the canal's: a cord that is pushed aside is not in its middle."""
    walls = walls_round(volume, line)
    if not walls.seen.any():
        raise _unsure("no bright fluid round a dark middle", "fluid round the cord")
    for _ in range(RECENTRINGS):
        walls = walls_round(volume, _moved(walls, walls.beside))
    walls = walls_round(volume, _moved(walls, _middle_of(walls.cord)))  # with what a lesion hides of it
    return walls, walls_round(volume, _moved(walls, _middle_of(walls.canal)))


def _middle_of(radii: FloatArray) -> FloatArray:
    """(n, 2) mm: the middles of sections of radii (n, `RAYS`)."""
    from scipy.ndimage import gaussian_filter1d

    angles = 2 * np.pi * np.arange(RAYS) / RAYS
    across = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    cubes, squares = radii**3 / 3, radii**2 / 2
    beside = (cubes[..., None] * across).sum(axis=1) / squares.sum(axis=1)[:, None]
    return np.asarray(gaussian_filter1d(beside, 3.0, axis=0, mode="nearest"))


def _moved(walls: Walls, beside: FloatArray) -> CentreLine:
    """The line moved by (n, 2) mm across itself."""
    return line_through(_few(walls.line.to_world(walls.arc, beside)))


def _few(points: FloatArray) -> FloatArray:
    """Some of the points (n, 3), about 5 mm apart, the first and the last among them: the line may not tremble."""
    length = float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
    count = int(np.clip(round(length / 5.0) + 1, 3, len(points)))
    return np.asarray(points[np.rint(np.linspace(0, len(points) - 1, count)).astype(int)])


def _refuse_unlikely(walls: Walls) -> None:
    """`InputError` where what was followed does not look like a cord in its fluid."""
    _refuse_unlike_fluid(walls)
    cord, canal = ((np.pi / RAYS) * (radii**2).sum(axis=1) for radii in (walls.cord, walls.canal))
    for name, area, (low, high) in (("cord", cord, CORD_AREA_MM2), ("canal", canal, CANAL_AREA_MM2)):
        middle = float(np.median(area))
        if not low <= middle <= high:
            raise _unsure(f"a {name} of {middle:.0f} mm²", f"{low:g} to {high:g} mm²")
    across = walls.cord.reshape(len(cord), 2, -1).sum(axis=1)
    elongation = float(np.median(across.max(axis=1) / across.min(axis=1)))
    variation = float(cord.std() / cord.mean())
    if variation > MAX_AREA_VARIATION or elongation > MAX_ELONGATION:
        raise _unsure(
            f"sections that vary by {variation:.0%} and are {elongation:.1f} times as wide as deep",
            f"at most {MAX_AREA_VARIATION:.0%} and {MAX_ELONGATION:g} times",
        )


def _refuse_unlike_fluid(walls: Walls) -> None:
    """`InputError` where the ring round the middle is not closed, too bright for fluid round a cord, or uneven."""
    hidden, step = float(walls.hidden.mean()), float(median_of(walls.step.reshape(1, -1))[0])
    seen = float(np.count_nonzero(walls.seen) / max(1, int(np.count_nonzero(~walls.hidden))))
    if walls.line.length_mm < MIN_LENGTH_MM:
        raise _unsure(f"a line of {walls.line.length_mm:.0f} mm", f"{MIN_LENGTH_MM:g} mm or more")
    if seen < MIN_SEEN:
        raise _unsure(f"bright fluid on {seen:.0%} of the rays from its middle", f"on {MIN_SEEN:.0%} or more")
    if hidden > MAX_HIDDEN:
        raise _unsure(f"{hidden:.0%} of the rays from its middle hidden by a lesion", f"at most {MAX_HIDDEN:.0%}")
    broken = float(walls.broken.mean())
    dim, bright = np.percentile(1 + walls.step[walls.seen], (10, 90)).tolist()
    if broken > MAX_BROKEN and bright / dim > EVEN:
        raise _unsure(f"uneven fluid, broken on {broken:.0%} of the rays", f"on {MAX_BROKEN:.0%} at most")
    if step > MAX_STEP or bright / dim > MAX_UNEVENNESS:
        raise _unsure(
            f"a ring {1 + step:.1f} times as bright as its middle, in parts {bright / dim:.1f} times as in others",
            f"at most {1 + MAX_STEP:g} and {MAX_UNEVENNESS:g} times",
        )


def _unsure(got: str, expected: str) -> InputError:
    return InputError(
        "no cord was told apart from its fluid on T2",
        got=got,
        expected=expected,
        remedy="give points along the cord (centre_line), or masks of the cord and of the canal",
    )


def _without_fluid(cord: BoolArray, volume: Volume, walls: Walls) -> BoolArray:
    """The cord (ni, nj, nk) less what is as bright as fluid and reaches its surface: beside a lesion, which hides the
    border, it was completed. Fluid within the cord stays.
    """
    from scipy.ndimage import binary_propagation

    index = np.argwhere(cord)
    arc, _ = walls.line.project(volume.grid.to_world(index))
    values = volume.data[tuple(index.T)]
    bright = np.zeros_like(cord)
    bright[tuple(index.T)] = values > np.interp(arc, walls.arc, walls.half)
    from_outside = binary_propagation(~cord & ~np.isnan(volume.data), mask=bright | ~cord)
    return np.asarray(cord & ~from_outside)


def _filled(walls: Walls, volume: Volume, radii: FloatArray) -> BoolArray:
    """(ni, nj, nk): the voxels whose centres lie within radii (n, `RAYS`) of the line."""
    from scipy.ndimage import map_coordinates

    grid, out = volume.grid, np.zeros(volume.grid.shape, dtype=bool)
    points = walls.line.points
    reach = np.array([[-1.0], [1.0]]) * (float(radii.max()) + max(grid.spacing))
    box = grid.box_around(np.concatenate([points + side for side in reach[:, 0]]))
    if box is None:
        return out
    start = np.array([side.start for side in box])
    shape = tuple(side.stop - side.start for side in box)
    index = np.moveaxis(np.indices(shape), 0, -1) + start
    arc, beside = walls.line.project(grid.to_world(index))
    angle = np.arctan2(beside[..., 1], beside[..., 0]) / (2 * np.pi) * RAYS
    wrapped = np.concatenate([radii, radii[:, :1]], axis=1)
    section = np.clip(arc / walls.line.length_mm, 0, 1) * (len(radii) - 1)
    place = np.stack([section, angle % RAYS])
    wall = map_coordinates(wrapped, place, order=1, mode="nearest")
    half = max(grid.spacing) / 2
    within = (arc >= -half) & (arc <= walls.line.length_mm + half)
    out[box] = within & (np.hypot(beside[..., 0], beside[..., 1]) < wall)
    return out
