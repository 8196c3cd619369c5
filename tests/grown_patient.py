"""A patient whose lesion grows by a known factor, and who then lies differently: simulated, and real images warped.

The field that grows a lesion scales space about the lesion's middle by the cube root of the factor inside an ellipsoid
that holds the lesion, and falls smoothly to nothing at twice the ellipsoid: the lesion's volume grows by the factor
exactly, whatever its shape.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import map_coordinates

from pnst.image import Grid, Mask, Volume
from pnst.phantom import GridSpec, PatientMotion, Simulated, Spec, simulate
from pnst.phantom.vector import rotation
from pnst.study import Lesion, Role, Series, Source, Study

SHIFT_MM, TURN_DEG = (4.0, -2.0, 6.633), (3.0, -3.2, 2.4)
"""8.0 mm, and 5.0° about an oblique axis."""
SPACINGS = {Role.DWI: (2.1, 2.1, 4.5)}
LATER = (0.7, 0.75, 3.6)
"""Voxels of the later date, in mm."""


def simulated(spec: Spec, factor: float, seed: int, moved: bool = True) -> Simulated:
    """The same patient with a lesion of `factor` times the volume, on other voxels, re-positioned."""
    radii = tuple(radius * factor ** (1 / 3) for radius in spec.lesion.radii_mm)
    spec = replace(spec, lesion=replace(spec.lesion, radii_mm=radii))
    if moved:
        motion = PatientMotion(shift_mm=SHIFT_MM, turn_deg=TURN_DEG)
        grids = {
            role: GridSpec(spacing_mm=SPACINGS.get(role, LATER), turn_deg=(-2.0, 6.0, 1.0), offset_mm=(3.0, -4.0, 6.0))
            for role in spec.roles
        }
        spec = replace(spec, grids=grids, motion=dict.fromkeys(spec.roles, motion))
    return simulate(spec, seed)


def motion_matrix(middle: np.ndarray) -> np.ndarray:
    """(4, 4): where a place of the first date lies on the later one."""
    motion = np.eye(4)
    motion[:3, :3] = rotation(TURN_DEG)
    motion[:3, 3] = middle + SHIFT_MM - motion[:3, :3] @ middle
    return motion


def warped(series: Series, lesion: Lesion, factor: float, noise: float = 0.0) -> tuple[Series, Lesion]:
    """An image and its lesion grown by the field, re-positioned by 8 mm and 5°, and sampled on voxels turned by 2°."""
    grid, middle = series.volume.grid, lesion.mesh.centroid
    later = _turned(grid, motion_matrix(middle))
    index = np.stack(np.meshgrid(*[np.arange(n) for n in later.shape], indexing="ij"), axis=-1)
    places = _before_growth(_moved(np.linalg.inv(motion_matrix(middle)), later.to_world(index)), lesion, factor)
    sampled = np.moveaxis(grid.to_index(places), -1, 0)
    image = map_coordinates(series.volume.data.astype(np.float32), sampled, order=1, mode="nearest")
    image = image + noise * np.random.default_rng(1).standard_normal(image.shape, dtype=np.float32)
    mask = _inside(lesion, places)
    source = Source("simulated", "")
    grown = Lesion(lesion.label, Mask(mask, later), "warped by a known field")
    return replace(series, volume=Volume(image, later), source=source, notes=()), grown


def study_of(series: Series) -> Study:
    return Study("grown", {series.role: series})


def _turned(grid: Grid, motion: np.ndarray) -> Grid:
    """Voxels as many and as large, about where the patient lies now, turned by 2° and half a voxel off."""
    centre = grid.to_world((np.asarray(grid.shape) - 1) / 2)
    turn = rotation((1.2, -1.0, 1.3))
    affine = np.eye(4)
    affine[:3, :3] = turn @ grid.affine[:3, :3]
    now = motion[:3, :3] @ centre + motion[:3, 3]
    affine[:3, 3] = now - affine[:3, :3] @ ((np.asarray(grid.shape) - 1) / 2 + 0.5)
    return Grid(grid.shape, affine)


def _moved(motion: np.ndarray, points: np.ndarray) -> np.ndarray:
    return points @ motion[:3, :3].T + motion[:3, 3]


def _before_growth(points: np.ndarray, lesion: Lesion, factor: float) -> np.ndarray:
    """Where RAS points (..., 3) of the grown patient lay before."""
    middle = lesion.mesh.centroid
    semi_axes, directions = lesion.mesh.axes
    frame = directions / semi_axes  # columns: in it the equal-moment ellipsoid is the unit ball
    held = np.linalg.norm((lesion.mesh.vertices - middle) @ frame, axis=1).max() * 1.02
    radius = np.linalg.norm((points - middle) @ frame, axis=-1) / held
    before = np.linspace(0, 3, 30_001)
    fade = np.clip(before - 1, 0, 1)
    scale = 1 + (factor ** (1 / 3) - 1) * (1 - fade**2 * (3 - 2 * fade))
    assert (np.diff(before * scale) > 0).all()
    shrunk = np.interp(radius, before * scale, before, right=np.nan)
    share = np.divide(shrunk, radius, out=np.ones_like(radius), where=(radius > 0) & np.isfinite(shrunk))
    return middle + (points - middle) * share[..., None]


def _inside(lesion: Lesion, places: np.ndarray) -> np.ndarray:
    """Whether RAS places (..., 3) lie in the lesion's smooth surface."""
    level, canonical = lesion.level_set, lesion.mask.grid.canonical()
    index = (canonical.to_index(places) - np.asarray(level.origin)) / np.asarray(level.step)
    values = map_coordinates(level.values, np.moveaxis(index, -1, 0), order=1, mode="constant", cval=-1.0)
    return values > 0
