"""The dural tail: what enhances along the canal's wall, running out from the lesion."""

from __future__ import annotations

import numpy as np

from pnst.measurement.context import Context
from pnst.measurement.family import NotMeasurable
from pnst.measurement.tube_course import TubeCourse
from pnst.study import Role, Series
from pnst.typing import BoolArray, FloatArray

CLEAR_MM = 0.7
"""Cells this near to the lesion hold a part of it."""
MIN_CELLS = 20


def dural_tail_mm(context: Context, course: TubeCourse, canal: BoolArray) -> float:
    """How far enhancing tissue along the canal's wall reaches from the lesion in mm; 0 without.

    `NotMeasurable` without T1 before and after contrast, or where the lesion does not enhance. Fat, which lies along
    the wall, is bright on both, so that only what the contrast agent changes counts.
    """
    import cc3d

    settings, box, lesion = context.settings.canal, course.box, course.lesion_inside
    before, after = _in_cord_units(context, course)
    gain = after - before
    wall, from_lesion = np.abs(box.distance(canal)), box.distance(lesion)
    own = lesion & (from_lesion < -CLEAR_MM)
    if np.count_nonzero(own) < MIN_CELLS:
        raise NotMeasurable("too little of the lesion lies in the canal, so that nothing tells how much it enhances")
    level = float(np.median(gain[own]))
    if level <= context.settings.enhancement.enhancing_fraction * float(np.median(before[own])):
        raise NotMeasurable("the lesion does not enhance")
    layer = (wall <= settings.tail_depth_mm) & ~lesion & (from_lesion < settings.tail_search_mm)
    bright = layer & (gain > settings.tail_enhancing_share * level)
    labels = cc3d.connected_components(np.ascontiguousarray(bright).view(np.uint8), connectivity=26)
    touching = np.unique(labels[bright & (from_lesion <= CLEAR_MM + box.pixel_mm)])
    tail = bright & np.isin(labels, touching[touching > 0])
    reach = float(from_lesion[tail].max(initial=0.0))
    voxel = max(context.study.series[Role.T1_POST].volume.grid.spacing)
    return reach if reach > voxel else 0.0  # voxels at its border hold a part of the lesion


def _in_cord_units(context: Context, course: TubeCourse) -> tuple[FloatArray, FloatArray]:
    """(n, m, m) each: T1 before and after contrast ÷ the cord's signal there, which no contrast agent changes."""
    pre, post = (context.study.series.get(role) for role in (Role.T1, Role.T1_POST))
    if pre is None or post is None:
        raise NotMeasurable(f"no T1 series {'before' if pre is None else 'after'} contrast")
    cord = context.spine.cord_in(course) & (course.box.distance(course.lesion_inside) > 2.0)
    return _over_cord(course, pre, cord), _over_cord(course, post, cord)


def _over_cord(course: TubeCourse, series: Series, cord: BoolArray) -> FloatArray:
    values = course.box.cut(np.nan_to_num(series.volume.data), series.volume.grid.affine)
    reference = float(np.median(values[cord])) if np.count_nonzero(cord) >= MIN_CELLS else 0.0
    if reference <= 0:
        raise NotMeasurable("the cord holds no signal on T1, so that nothing can be compared with it")
    return np.asarray(values / reference)
