"""The nerve that a tumour arises from: whether it runs into the lesion and out of it, where, and how it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, join_warnings
from pnst.measurement.nerve_course import NerveCourse, distance_from, eccentricity
from pnst.measurement.reference_tissue import HISTOGRAM
from pnst.study import Role, Series
from pnst.typing import BoolArray, FloatArray

OTHER_SIDE = "nerve_other_side"


@dataclass(frozen=True, kw_only=True)
class Nerve(Family):
    """A nerve's mask against the lesion, and against the same nerve of the other side."""

    masks: ClassVar[frozenset[str]] = frozenset({"nerve", OTHER_SIDE})
    contiguous: bool
    contiguous_threshold: float
    """Greatest `gap_mm`."""
    gap_mm: float
    """Least distance between the nerve and the lesion's surface; 0 where it runs into it."""
    entering: bool
    """The nerve leads up to the lesion …"""
    exiting: bool
    """… and away from it on another side."""
    limbs_count: int
    """Pieces of the nerve that lead away from the lesion: one enters, two enter and leave."""
    eccentricity: float | None = None
    """Distance of the nerve's axis from the lesion's centre ÷ the lesion's half width there; None where the nerve ends
    more than its own thickness before the lesion's middle."""
    signal_ratio: float | None = None
    """Nerve ÷ muscle on T2."""
    calibre_mm: float | None = None
    """Greatest diameter along the nerve outside the lesion, forks and ends left out."""
    signal_ratio_to_other_side: float | None = None
    calibre_ratio_to_other_side: float | None = None
    series: str | None = None
    """The role that the signal was read on."""


def measure_nerve(context: Context) -> Outcome:
    """The nerve, from the mask `nerve`, and from `nerve_other_side` what is compared with it."""
    given = context.study.masks.get("nerve")
    if given is None:
        raise NotMeasurable("no mask of the nerve")
    course, settings = context.structures.nerve(given), context.settings.nerve
    off = distance_from(context.lesion, course.voxels)
    gap = _gap(context, course, off)
    contiguous = gap <= settings.contiguous_mm
    limbs = _limbs(context, course, off) if contiguous else 0
    columns: dict[str, Any] = {}
    skipped: dict[str, str] = {}
    warnings: list[str] = []

    def add(part: str, measured: Callable[[], dict[str, Any]]) -> None:
        try:
            columns.update(measured())
        except NotMeasurable as reason:
            skipped[part] = str(reason)

    add("eccentricity", lambda: {"eccentricity": _eccentricity(context, course)})
    add("calibre", lambda: _calibres(context, course))
    add("signal", lambda: _signals(context, course, warnings))
    nerve = Nerve(
        contiguous=contiguous,
        contiguous_threshold=settings.contiguous_mm,
        gap_mm=gap,
        entering=limbs >= 1,
        exiting=limbs >= 2,
        limbs_count=limbs,
        **columns,
        quality=join_warnings(*warnings),
    )
    return Outcome(nerve, skipped=skipped)


def _gap(context: Context, course: NerveCourse, off: FloatArray) -> float:
    """Between the two surfaces; further away than the nerve's distances are known, from its voxels' centres."""
    if (off == 0).any():
        return 0.0
    apart = float(course.distance(context.lesion.mesh.vertices).min())
    return max(apart, 0.0) if apart < course.surface.reach_mm else float(off.min())


def _limbs(context: Context, course: NerveCourse, off: FloatArray) -> int:
    """Pieces that lead away from where the nerve, in its whole thickness, is at the lesion."""
    settings = context.settings.nerve
    near_mm = settings.contiguous_mm + float(np.median(course.calibres.diameter_mm))
    return course.limbs(off <= near_mm, off, near_mm + settings.limb_mm)


def _eccentricity(context: Context, course: NerveCourse) -> float:
    try:
        line = context.structures.axis_near(course, context.lesion)
    except ValueError as reason:
        raise NotMeasurable(f"the nerve's axis near the lesion cannot be told: {reason}") from reason
    short_mm = line.beyond_mm(context.lesion.mesh.centroid)
    if short_mm > float(np.median(course.calibres.diameter_mm)):
        raise NotMeasurable(
            f"the nerve ends {short_mm:.0f} mm before the lesion's middle, and which way it would run on is not known"
        )
    return eccentricity(line, context.lesion.mesh)


def _calibres(context: Context, course: NerveCourse) -> dict[str, Any]:
    """The greatest calibre outside the lesion, and that of the other side."""
    calibres = course.calibres
    outside = distance_from(context.lesion, calibres.centres) > context.settings.nerve.contiguous_mm
    calibre = _greatest(calibres.diameter_mm, calibres.single & outside)
    other = context.study.masks.get(OTHER_SIDE)
    if other is None:
        return {"calibre_mm": calibre}
    theirs = context.structures.nerve(other).calibres
    ratio = calibre / _greatest(theirs.diameter_mm, theirs.single)
    return {"calibre_mm": calibre, "calibre_ratio_to_other_side": ratio}


def _greatest(diameter_mm: FloatArray, where: BoolArray) -> float:
    if not where.any():
        raise NotMeasurable("no piece of the nerve outside the lesion is long enough to have a calibre")
    return float(diameter_mm[where].max())


def _signals(context: Context, course: NerveCourse, warnings: list[str]) -> dict[str, Any]:
    """Signal on T2, against muscle and against the other side."""
    series = context.series(Role.T2_FS, Role.T2)
    if series is None or series.role is None:
        raise NotMeasurable("no T2 series")
    clear_mm, lesion = context.settings.nerve.contiguous_mm, context.lesion
    signal = course.signal(series.volume, lesion, clear_mm)
    columns: dict[str, Any] = {"series": str(series.role)}
    other = context.study.masks.get(OTHER_SIDE)
    if other is not None:
        theirs = context.structures.nerve(other).signal(series.volume, lesion, clear_mm)
        if theirs > 0:
            columns["signal_ratio_to_other_side"] = signal / theirs
    try:
        columns["signal_ratio"] = signal / _muscle(context, series, warnings)
    except NotMeasurable:
        if other is None:
            raise
    return columns


def _muscle(context: Context, series: Series, warnings: list[str]) -> float:
    muscle = context.reference_tissue.muscle(series)
    if muscle.mode <= 0:
        raise NotMeasurable("muscle holds no signal on T2, so that nothing can be compared with it")
    if muscle.source == HISTOGRAM:
        warnings.append("muscle was taken from the histogram")
    return muscle.mode
