"""Perilesional oedema."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import BoolArray, FloatArray, Mask, Volume, embedded
from pnst.kernels.sampling import rays
from pnst.measurement.context import Context, carried
from pnst.measurement.family import Family, NotMeasurable, Outcome
from pnst.segmentation.edema_zone import edema_zone
from pnst.segmentation.tissue import NEAR_MM
from pnst.study import Lesion, Role, Series

TOUCH_OFFSETS_MM = np.array([0.75, 1.5, 2.25])
"""A vertex touches oedema when one of the points this far outward lies in it."""
FAT_FRACTION = 0.5
"""A voxel of more fat than this on T1 is no oedema, however bright: fat that was not suppressed."""


@dataclass(frozen=True, kw_only=True)
class Edema(Family):
    """Extent in mm, volume in ml; `present: false` with extent and volume 0 is a result."""

    max_extent_mm: float
    present: bool
    present_threshold: float
    """Least volume in ml of a connected piece."""
    volume_ml: float
    index: float
    surface_fraction: float
    censored: bool


def measure_edema(context: Context) -> Outcome:
    """Bright tissue on fat-suppressed T2 that is connected to the lesion; a given oedema mask is measured instead."""
    settings, given = context.settings.edema, context.study.masks.get("edema")
    series = context.series(Role.T2_FS)
    cut_off = context.cut_off(series) if series is not None and given is None else None
    if given is not None:
        zone = Mask(given.data & ~context.lesion.on(given.grid).data, given.grid)
    elif series is not None:
        zone = _found(context, series)
    else:
        raise NotMeasurable("no fat-suppressed T2 or STIR series and no oedema mask")
    centres = zone.grid.to_world(np.argwhere(zone.data))
    distance = _distance_to_surface(context.lesion, centres)
    lesion_ml = context.lesion.mesh.volume_mm3 / 1000
    least_ml = max(settings.least_volume_ml, settings.least_lesion_fraction * lesion_ml)
    if _largest_piece_ml(zone, np.asarray(distance > settings.clear_of_contour_mm)) < least_ml:
        return Outcome(
            Edema(
                max_extent_mm=0.0,
                present=False,
                present_threshold=least_ml,
                volume_ml=0.0,
                index=0.0,
                surface_fraction=0.0,
                censored=False,
                quality=cut_off,
            )
        )
    censored = bool(distance.max() >= settings.search_mm - max(zone.grid.spacing)) or _reaches_border(zone)
    volume_ml = zone.volume_mm3 / 1000
    remarks = ["the oedema reaches the border of the image or of the search"] if censored else []
    return Outcome(
        Edema(
            max_extent_mm=float(distance.max()),
            present=True,
            present_threshold=least_ml,
            volume_ml=volume_ml,
            index=volume_ml / lesion_ml,
            surface_fraction=_touched_fraction(context.lesion, zone),
            censored=censored,
            quality="; ".join([*remarks, *([cut_off] if cut_off else [])]) or None,
        ),
        regions={"edema": zone},
    )


def _found(context: Context, series: Series) -> Mask:
    """The zone that is detected on a fat-suppressed series, on the series' own grid.

    Looked for near the lesion first; further out only when it goes on there.
    """
    settings = context.settings.edema
    level = context.muscle(series)
    for reach in (min(NEAR_MM, settings.search_mm), settings.search_mm):
        around = context.around(series, reach)
        zone = edema_zone(around, level, settings.detection_sd, _fat_on(context, around.volume)).mask
        found = Mask(zone.data & (around.distance <= reach), zone.grid)
        if not _goes_on(found, around.distance, reach):
            break
    return embedded(found, series.volume.grid)


def _goes_on(zone: Mask, distance: FloatArray, reach_mm: float) -> bool:
    return bool((distance[zone.data] > reach_mm - max(zone.grid.spacing)).any())


def _fat_on(context: Context, image: Volume) -> BoolArray | None:
    """Voxels that T1 shows to be fat, on the grid of another image; None where T1 cannot tell."""
    try:
        scale, on_t1 = context.fat_scale, context.around(context.fat_series)
    except NotMeasurable:
        return None
    return carried(Mask(scale.fraction(on_t1.smooth) > FAT_FRACTION, on_t1.volume.grid), image)


def _distance_to_surface(lesion: Lesion, points: FloatArray) -> FloatArray:
    """(n,): distance in mm of points outside the lesion to the nearest vertex of its mesh (about 1 mm apart)."""
    from scipy.spatial import cKDTree

    if not len(points):
        return np.zeros(0)
    return np.asarray(cKDTree(lesion.mesh.vertices).query(points)[0])


def _largest_piece_ml(zone: Mask, far: BoolArray) -> float:
    """Volume of the largest connected piece (26 neighbours) of the zone's voxels that are `far` (one a true voxel)."""
    import cc3d

    part = np.zeros(zone.grid.shape, dtype=np.uint8)
    part[zone.data] = far
    sizes = np.bincount(cc3d.connected_components(part, connectivity=26).ravel())[1:]
    return float(sizes.max(initial=0)) * zone.grid.voxel_volume_mm3 / 1000


def _reaches_border(zone: Mask) -> bool:
    return any(bool(np.take(zone.data, end, axis=axis).any()) for axis in range(3) for end in (0, -1))


def _touched_fraction(lesion: Lesion, zone: Mask) -> float:
    """Share of the lesion's area from which a point just outside lies in the zone."""
    mesh = lesion.mesh
    index = np.rint(zone.grid.to_index(rays(mesh.vertices, mesh.vertex_normals, TOUCH_OFFSETS_MM))).astype(int)
    inside: BoolArray = np.all((index >= 0) & (index < np.asarray(zone.grid.shape)), axis=-1)
    i, j, k = np.moveaxis(np.where(inside[..., None], index, 0), -1, 0)
    touched = np.any(zone.data[i, j, k] & inside, axis=1)
    return float(np.average(touched, weights=mesh.vertex_areas))
