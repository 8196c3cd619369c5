"""The body that a prompt alone describes: a curved, tapering stack of ellipses, without a look at the image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pnst.errors import InputError
from pnst.image import Mask
from pnst.kernels.section_stack import SectionStack
from pnst.segmentation.prompt import MIN_LENGTH_MM, Box, Line, Point, Prompt, Scribbles
from pnst.typing import FloatArray

SHORT_TO_LONG = 0.74
"""Where no short axis is given: the median of 22 soft-tissue sarcomas (10th to 90th percentile: 0.61–0.84)."""
HEIGHT_TO_DIAMETER = 1.5
"""Where no extent is given: of the height to the geometric mean of both diameters, the median of the same (1.2–2.0)."""
END_TO_RADIUS = (0.3, 1.5)
"""Beyond the outermost of several lines the lesion ends within these multiples of its radius there."""
SCRIBBLE_MARGIN = 0.15
"""The lesion reaches beyond what was painted by this share of its extent."""
SUPERIOR = np.array([0.0, 0.0, 1.0])
STEEP = 0.7
"""An axis is craniocaudal where its cosine with z is over this."""
IN_SLICE = 0.8
"""A line was drawn in a slice where the cosine between what is across the two is over this."""
LEAST_SINE = 0.5
"""Of the angle between a line and its short axis: less is no short axis."""
LEAST_APART_MM = 0.5
"""Levels nearer to each other than this are one."""


@dataclass(frozen=True, eq=False)
class Section:
    """What one line says of the section in its slice."""

    centre: FloatArray
    """(3,) RAS mm."""
    long: FloatArray
    """(3,) unit vector."""
    semi_axes: tuple[float, float]
    normal: FloatArray
    """(3,) unit vector across the slice, its largest component positive."""

    @property
    def area_mm2(self) -> float:
        """π a b."""
        return float(np.pi * self.semi_axes[0] * self.semi_axes[1])


def body_of(prompt: Prompt, slice_normal: FloatArray | None = None) -> SectionStack:
    """The body, in RAS mm. Raises `InputError` for prompts that contradict each other, and for a point alone.

    `slice_normal` (3,) is the unit vector across the slices of the series: lines that lie nearly in one were drawn in
    it, and what they stick out is error of hand.

    A ball of radius 10 mm by its diameter, short axis and extent:

    >>> line = Line((-10, 0, 0), (10, 0, 0), short_axis=((0, -10, 0), (0, 10, 0)), craniocaudal_mm=(-10, 10))
    >>> body_of(line).depth(np.array([[0.0, 6.0, 8.0]])).round(6).tolist()
    [0.0]
    """
    if isinstance(prompt, Line):
        return _of_lines([prompt], [], slice_normal)
    if isinstance(prompt, Box):
        return _of_box(np.array(prompt.low_ras_mm), np.array(prompt.high_ras_mm))
    if isinstance(prompt, Scribbles):
        return _of_strokes(prompt.lesion)
    if isinstance(prompt, Point):
        raise InputError(
            "a point has no size",
            got="one click",
            expected="a size that the image shows",
            remedy="call pnst.segment, which looks for it, or give a line",
        )
    lines = [one for one in prompt if isinstance(one, Line)]
    clicks = [one for one in prompt if isinstance(one, Point)]
    if not lines:
        raise InputError(
            "clicks without a line",
            got=f"{len(clicks)} points",
            expected="one point alone, or points beside a line that gives the size",
            remedy="add the line of the longest diameter",
        )
    return _of_lines(lines, clicks, slice_normal)


def ball_about(centre: FloatArray, radius_mm: float) -> SectionStack:
    """A ball about (3,) RAS mm."""
    half = np.full(3, radius_mm)
    return _of_box(centre - half, centre + half)


def _of_box(low: FloatArray, high: FloatArray) -> SectionStack:
    """The ellipsoid that fills it."""
    centre, half = (low + high) / 2, (high - low) / 2
    return SectionStack(
        origin=centre,
        axes=np.eye(3),
        levels=np.zeros(1),
        semi_axes=half[None, :2],
        directions=np.eye(2)[None],
        ends=(-float(half[2]), float(half[2])),
        centre_levels=np.zeros(1),
        centres=np.zeros((1, 2)),
    )


def _of_strokes(painted: Mask) -> SectionStack:
    where = painted.grid.to_world(np.argwhere(painted.data))
    side = np.abs(painted.grid.affine[:3, :3]).sum(axis=1) / 2
    low, high = where.min(axis=0) - side, where.max(axis=0) + side
    margin = SCRIBBLE_MARGIN * np.maximum(high - low, MIN_LENGTH_MM)
    return _of_box(low - margin, high + margin)


def _of_lines(lines: Sequence[Line], clicks: Sequence[Point], slice_normal: FloatArray | None) -> SectionStack:
    sections = sorted((section_of(line, slice_normal) for line in lines), key=lambda section: section.area_mm2)
    main, normal = sections[-1], sections[-1].normal
    axes = np.stack([main.long, np.cross(normal, main.long), normal], axis=1)
    sections.sort(key=lambda section: float(section.centre @ normal))
    local = np.array([(section.centre - main.centre) @ axes for section in sections])
    clicked = np.array([click.ras_mm for click in clicks]).reshape(-1, 3) - main.centre
    known = np.concatenate([local, clicked @ axes])
    known = known[np.argsort(known[:, 2])]
    _check_apart(known[:, 2])
    semi_axes = np.array([section.semi_axes for section in sections])
    return SectionStack(
        origin=main.centre,
        axes=axes,
        levels=local[:, 2],
        semi_axes=semi_axes,
        directions=np.array([_directions(section.long, axes) for section in sections]),
        ends=_ends(lines, main, local[:, 2], semi_axes.prod(axis=1), known[:, 2]),
        centre_levels=known[:, 2],
        centres=known[:, :2],
    )


def drawn_levels(prompt: Prompt, body: SectionStack) -> tuple[float, ...]:
    """Where along its body's axis (mm) a prompt has a line."""
    has_lines = isinstance(prompt, Line) or not isinstance(prompt, Point | Box | Scribbles)
    return tuple(body.levels.tolist()) if has_lines else ()


def holds_extent(normal: FloatArray) -> bool:
    """Whether the lowest and the highest z are the ends of a body with sections across this unit vector (3,)."""
    return bool(abs(normal @ SUPERIOR) >= STEEP)


def section_of(line: Line, slice_normal: FloatArray | None = None) -> Section:
    """Its centre lies half-way along the line and the short axis. Raises `InputError` for parallel ones."""
    p, q = np.array(line.p_ras_mm), np.array(line.q_ras_mm)
    centre, long = (p + q) / 2, (q - p) / np.linalg.norm(q - p)
    a, b = (centre, centre) if line.short_axis is None else np.array(line.short_axis)
    normal = _most_superior(long) if line.short_axis is None else _across_both(long, b - a)
    if slice_normal is not None and _lies_in(slice_normal, normal, long, drawn=line.short_axis is not None):
        normal = slice_normal
    normal = normal * np.sign(normal[np.abs(normal).argmax()])
    long = long - normal * (long @ normal)
    size = float(np.linalg.norm(long))
    long = long / size
    across = np.cross(normal, long)
    half = size * line.length_mm / 2
    short = SHORT_TO_LONG * half if line.short_axis is None else abs(float((b - a) @ across)) / 2
    centre = centre + across * (((a + b) / 2 - centre) @ across)
    return Section(centre, long, (half, short), normal)


def _lies_in(slice_normal: FloatArray, normal: FloatArray, long: FloatArray, *, drawn: bool) -> bool:
    """Whether a line was drawn in a slice: both of its axes lie nearly in it, or the only one that is known."""
    if drawn:
        return bool(abs(slice_normal @ normal) > IN_SLICE)
    return bool(abs(slice_normal @ long) < np.sqrt(1 - IN_SLICE**2))


def _across_both(long: FloatArray, short: FloatArray) -> FloatArray:
    normal = np.cross(long, short)
    sine = float(np.linalg.norm(normal) / np.linalg.norm(short))
    if sine < LEAST_SINE:
        raise InputError(
            "a short axis that runs along the line",
            got=f"{np.degrees(np.arcsin(sine)):.0f}° between them",
            expected="about 90°",
            remedy="give the ends of the longest diameter across the line, in the same slice",
        )
    return np.asarray(normal / np.linalg.norm(normal))


def _most_superior(long: FloatArray) -> FloatArray:
    """The unit vector across a line that lies nearest to z; to y for a line along z."""
    up = SUPERIOR if abs(long @ SUPERIOR) < STEEP else np.array([0.0, 1.0, 0.0])
    across = up - long * (long @ up)
    return np.asarray(across / np.linalg.norm(across))


def _directions(long: FloatArray, axes: FloatArray) -> FloatArray:
    """(2, 2): the unit vectors of a section's semi-axes in the body's first two axes."""
    x, y = long @ axes[:, :2]
    size = float(np.hypot(x, y))
    return np.array([[x, -y], [y, x]]) / size


def _check_apart(levels: FloatArray) -> None:
    """Raise `InputError` where two of the sorted levels are one."""
    if len(levels) > 1 and float(np.diff(levels).min()) < LEAST_APART_MM:
        raise InputError(
            "two parts of a prompt at one level",
            got=f"levels of {', '.join(f'{level:.1f}' for level in levels)} mm from the greatest section",
            expected="lines and clicks in different slices",
            remedy="keep one of those in the same slice",
        )


def _ends(
    lines: Sequence[Line], main: Section, levels: FloatArray, square_radii: FloatArray, known: FloatArray
) -> tuple[float, float]:
    """Where the body ends along its axis: as it was said, else as is likely."""
    extents = [line.craniocaudal_mm for line in lines if line.craniocaudal_mm is not None]
    if not extents or not holds_extent(main.normal):
        low, high = _likely_ends(levels, square_radii)
        return min(low, float(known[0]) - MIN_LENGTH_MM), max(high, float(known[-1]) + MIN_LENGTH_MM)
    z = min(low for low, _ in extents), max(high for _, high in extents)
    low, high = sorted((end - float(main.centre[2])) / float(main.normal[2]) for end in z)
    if not (low < known[0] and known[-1] < high):
        raise InputError(
            "a line or click beyond the craniocaudal extent",
            got=f"levels from {known[0]:.1f} to {known[-1]:.1f} mm from the greatest section, "
            f"which the lesion leaves at {low:.1f} and {high:.1f} mm",
            expected="an extent that holds all of them",
            remedy="give the lowest and the highest z of the lesion, in RAS mm",
        )
    return low, high


def _likely_ends(levels: FloatArray, square_radii: FloatArray) -> tuple[float, float]:
    """Of one level as high as is common; of several where an ellipsoid through the outermost and the greatest ends."""
    radii = np.sqrt(square_radii)
    if len(levels) == 1:
        half = HEIGHT_TO_DIAMETER * float(radii[0])
        return -half, half
    least, most = END_TO_RADIUS
    low, high = (
        float(np.clip(_ellipsoid_reach(levels, square_radii, end), least * radii[end], most * radii[end]))
        for end in (0, -1)
    )
    return float(levels[0]) - low, float(levels[-1]) + high


def _ellipsoid_reach(levels: FloatArray, square_radii: FloatArray, end: int) -> float:
    """How far beyond a level an ellipsoid through it, with the greatest section for its equator, ends."""
    greatest = int(square_radii.argmax())
    apart = abs(float(levels[end] - levels[greatest]))
    share = float(square_radii[end] / square_radii[greatest])
    return float(apart / np.sqrt(1 - share) - apart) if share < 1 else float(np.inf)
