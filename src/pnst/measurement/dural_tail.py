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

    settings, box = context.settings.canal, course.box
    gain, ahead = _enhancement(context, course)
    wall = np.abs(box.distance(canal)) if canal.any() else np.full(box.shape, np.inf)
    lesion = course.lesion_inside
    from_lesion = box.distance(lesion)
    own = gain[lesion & (from_lesion < -CLEAR_MM) & np.isfinite(gain)]
    if own.size < MIN_CELLS:
        raise NotMeasurable("too little of the lesion lies in the canal, so that nothing tells how much it enhances")
    level = float(np.median(own))
    if level <= context.settings.enhancement.enhancing_fraction:
        raise NotMeasurable("the lesion does not enhance")
    layer = (wall <= settings.tail_depth_mm) & ~lesion & (from_lesion < settings.tail_search_mm) & ahead
    bright = layer & (np.nan_to_num(gain, nan=-1.0) > settings.tail_enhancing_share * level)
    labels = cc3d.connected_components(np.ascontiguousarray(bright).view(np.uint8), connectivity=26)
    touching = np.unique(labels[bright & (from_lesion <= CLEAR_MM + box.pixel_mm)])
    tail = bright & np.isin(labels, touching[touching > 0])
    return float(from_lesion[tail].max(initial=0.0)) if (from_lesion[tail] > CLEAR_MM + box.pixel_mm).any() else 0.0


def _enhancement(context: Context, course: TubeCourse) -> tuple[FloatArray, BoolArray]:
    """(n, m, m): post ÷ pre, each in units of the cord's signal, less 1; and where the images reach."""
    pre, post = (context.study.series.get(role) for role in (Role.T1, Role.T1_POST))
    if pre is None or post is None:
        raise NotMeasurable(f"no T1 series {'before' if pre is None else 'after'} contrast")
    cord = context.spine.cord_in(course) & (course.box.distance(course.lesion_inside) > 2.0)
    before, after = (_in_cord_units(course, one, cord) for one in (pre, post))
    known = before > 0.2
    gain = np.where(known, after / np.where(known, before, 1.0) - 1, np.nan)
    return gain, known


def _in_cord_units(course: TubeCourse, series: Series, cord: BoolArray) -> FloatArray:
    values = course.box.cut(np.nan_to_num(series.volume.data), series.volume.grid.affine)
    reference = float(np.median(values[cord])) if np.count_nonzero(cord) >= MIN_CELLS else 0.0
    if reference <= 0:
        raise NotMeasurable("the cord holds no signal on T1, so that nothing can be compared with it")
    return values / reference
