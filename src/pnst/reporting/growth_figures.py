"""The figures of a comparison of dates: the growth curve, the outlines of two dates, and how well they lie together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from scipy.ndimage import map_coordinates

from pnst.image import Volume
from pnst.measurement.growth.growth import DatedStudy, Growth, LesionGrowth
from pnst.preprocessing.align import REFERENCES, compared_volume
from pnst.reporting.canvas import Canvas, Picture, window
from pnst.reporting.evaluation_figures import QUIET, figure_png
from pnst.reporting.plane import FieldOfView
from pnst.reporting.vocabulary import role_title
from pnst.study import Lesion, Role, Series
from pnst.typing import FloatArray

FIRST, LAST = "#56b4e9", "#d55e00"
"""Sky blue is the first date, orange the last; told apart with any colour vision."""
TILE_MM = 20.0
"""Side of the squares of which every other one is of the other date."""
LOWEST_B_WITHIN = 10.0
"""Diffusion is shown by its images within this many s/mm² of the lowest b-value."""


def curve_picture(lesion: LesionGrowth, thresholds: tuple[float, float]) -> Picture:
    """The growth curve as a picture of the page."""
    points = "; ".join(f"day {visit.day:g}: {visit.volume_ml:.3g} ml" for visit in lesion.measured)
    caption = "Volume with its 95 % interval; the line is the exponential that growth by one factor a day would follow."
    return Picture(figure_png(partial(draw_curve, lesion, thresholds)), f"Growth curve; {points}", caption)


def draw_curve(lesion: LesionGrowth, thresholds: tuple[float, float], axes: Axes) -> None:
    """Volume against days with intervals, the exponential through it, and baseline more or less the thresholds."""
    visits = lesion.measured
    days, volumes = (np.array([getattr(v, name) for v in visits], dtype=float) for name in ("day", "volume_ml"))
    ends = np.array([v.volume_ml_interval or (v.volume_ml, v.volume_ml) for v in visits], dtype=float).T
    up, down = thresholds
    across = axes.get_yaxis_transform()
    for factor, words in ((1 + up, f"baseline +{up:.0%}"), (1 - down, f"baseline −{down:.0%}")):
        axes.axhline(volumes[0] * factor, color=QUIET, linewidth=0.8, linestyle="--")
        axes.text(0.02, volumes[0] * factor, words, transform=across, fontsize=7, color=QUIET, va="bottom")
    if lesion.curve is not None:
        shown = np.linspace(days[0], days[-1], 100)
        axes.plot(shown, [lesion.curve.volume_ml(day) for day in shown], color=QUIET, linewidth=1.2)
    axes.errorbar(days, volumes, np.abs(ends - volumes), fmt="o", color="#0072b2", capsize=3, markersize=5)
    axes.set(xlabel="days since the first date", ylabel="volume, ml")
    axes.set_ylim(0, 1.15 * max(ends[1].max(), volumes[0] * (1 + up)))


def outline_pictures(growth: Growth, index: int) -> list[Picture]:
    """A lesion's outlines on the first and on the last date that have it, over the images of either."""
    pair = _first_and_last(growth, index)
    if pair is None:
        return []
    pictures = [_outlined(date, lesion, pair) for date, lesion in pair]
    return [picture for picture in pictures if picture is not None]


def alignment_picture(growth: Growth, date: DatedStudy) -> Picture | None:
    """A later date laid on the first: squares of the one between squares of the other, through the first lesion."""
    way, first = date.alignment, growth.dates[0]
    if way is None or not way.accepted or way.reference is None or way.role is None or not first.lesions:
        return None
    still, moving = _image(first.study.series[way.reference]), date.study.series[way.role]
    axis = still.grid.canonical().slice_axis
    field = FieldOfView.around(still, still.grid.corners(), axis, first.lesions[0])
    if field is None:
        return None
    other = _sampled(field, _image(moving))
    canvas = Canvas(field)
    canvas.grey(_chequered(field, np.asarray(field.volume.data, dtype=np.float64), other))
    words = f"day {date.day} ({role_title(way.role)}) on day 0 ({role_title(way.reference)})"
    caption = f"{words}, in squares of {TILE_MM:g} mm by turns: what runs on across their borders lies together."
    return Picture(canvas.jpeg(), f"Check of the alignment: {words}", caption)


def _first_and_last(growth: Growth, index: int) -> tuple[tuple[DatedStudy, Lesion], tuple[DatedStudy, Lesion]] | None:
    """The lesion where it was first and last measured; None where the two dates do not lie in one frame."""
    there = [
        (date, _named(date, visit.label))
        for date, visit in zip(growth.dates, growth.lesions[index].visits, strict=True)
        if visit.state == "measured"
    ]
    if len(there) < 2 or not all(date.alignment is None or date.alignment.accepted for date, _ in there):
        return None
    return there[0], there[-1]


def _named(date: DatedStudy, label: str | None) -> Lesion:
    return next(lesion for lesion in date.lesions if lesion.label == label)


def _outlined(date: DatedStudy, lesion: Lesion, pair: Sequence[tuple[DatedStudy, Lesion]]) -> Picture | None:
    series = _shown(date)
    if series is None:
        return None
    volume = _image(series)
    vertices = np.concatenate([one.mesh.vertices for _, one in pair])
    field = FieldOfView.around(volume, vertices, volume.grid.canonical().slice_axis, lesion)
    if field is None:
        return None
    canvas = Canvas(field)
    canvas.grey(field.volume.data, lesion.mesh.vertices)
    for (_, one), colour in zip(pair, (FIRST, LAST), strict=True):
        canvas.outline(field.plane.cut(one.mesh), colour)
    first, last = (one.day for one, _ in pair)
    caption = f"{role_title(series.role)} of day {date.day}; outline of day {first} in blue, of day {last} in orange"
    return Picture(canvas.jpeg(), f"Outlines of both dates on day {date.day}, {field.plane.orientation}", caption)


def _shown(date: DatedStudy) -> Series | None:
    """The series that the date was aligned by, else the first anatomical one."""
    roles: tuple[Role | None, ...] = (date.alignment.role if date.alignment else None, *REFERENCES, *Role)
    return next((date.study.series[role] for role in roles if role is not None and role in date.study.series), None)


def _image(series: Series) -> Volume:
    return compared_volume(series, LOWEST_B_WITHIN)


def _sampled(field: FieldOfView, volume: Volume) -> FloatArray:
    """(ni, nj, nk) on the field's grid, its slice alone filled: another volume's values there, NaN without one."""
    axis, index = field.plane.axis, field.plane.index
    counts = [np.arange(n) if a != axis else np.array([index]) for a, n in enumerate(field.volume.grid.shape)]
    places = field.volume.grid.to_world(np.stack(np.meshgrid(*counts, indexing="ij"), axis=-1))
    values = map_coordinates(
        np.asarray(volume.data, dtype=np.float64),
        np.moveaxis(volume.grid.to_index(places), -1, 0),
        order=1,
        cval=np.nan,
    )
    sampled = np.full(field.volume.grid.shape, np.nan)
    slices = [slice(None)] * 3
    slices[axis] = slice(index, index + 1)
    sampled[tuple(slices)] = values
    return sampled


def _chequered(field: FieldOfView, one: FloatArray, other: FloatArray) -> FloatArray:
    """Both images, each in its own window from 0 to 1, by turns in squares; where the other has nothing, the first."""
    axis = field.plane.axis
    tiles = [
        np.floor(np.arange(n) * step / TILE_MM).astype(int) if a != axis else np.zeros(n, dtype=int)
        for a, (n, step) in enumerate(zip(field.volume.grid.shape, field.volume.grid.spacing, strict=True))
    ]
    odd = sum(np.meshgrid(*tiles, indexing="ij")) % 2 == 1
    shown = []
    for data in (one, other):
        low, high = window(field.plane.image(data).astype(np.float64))
        shown.append(np.clip((data - low) / (high - low), 0, 1))
    return np.asarray(np.where(odd & np.isfinite(other), shown[1], shown[0]))
