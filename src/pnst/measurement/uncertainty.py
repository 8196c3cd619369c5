"""The interval beside each number: the measurement repeated under small perturbations, and what it is known to miss.

Two parts, as the Guide to the Expression of Uncertainty in Measurement (GUM, JCGM 100:2008) has them. Type A: how far
the same measurement lands from its value when noise, the voxels' phase and turn and the lesion's boundary are a little
different; of size and shape also how far the lesion's own equal-moment ellipsoid, voxelised on the lesion's own grid,
lands from its closed form. Type B, what repeating does not show: the setting `systematic`.
What readers differ by is in neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from pnst.image import Grid, Mask
from pnst.kernels.ellipsoid import Ellipsoid
from pnst.kernels.shape import sphericity
from pnst.measurement.context import Context
from pnst.measurement.families.margin import measure_margin
from pnst.measurement.families.size import SUPERIOR, measure_size
from pnst.measurement.family import Family, Interval, NotMeasurable, Outcome
from pnst.measurement.perturbation import MARGIN_VOXELS, Perturbations
from pnst.measurement.settings import UncertaintySettings
from pnst.study import Lesion, Study

Measure = Callable[[Context], Outcome]


THREADS = 2
"""Repetitions that are measured at the same time."""

ENDLESS = 1e6
"""Degrees of freedom at which Student's distribution is the normal one."""

SHARES = ("fraction", "sphericity", "solidity")
"""Columns that end so are never above 1."""

SIGNED = ("offset_mm",)
"""Columns that end so may be below 0."""

COUNTS = ("count",)
"""Columns that end so are whole numbers, and so are the ends of their intervals."""

BY_STRUCTURE = ("invasion",)
"""Families whose columns begin with the name of a structure: what is missed is the same for all of them."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How far one number lands from itself when it is measured again, and what its control is off."""

    squares: tuple[float, ...]
    """Squared distance of each repetition from the value; shorter where some could not measure it."""
    control: float | None = None
    """Of size and shape: how far the ellipsoid lands from its closed form."""

    @property
    def seen(self) -> tuple[float, ...]:
        """Every squared distance: the control is one more repetition, of a body whose truth is known."""
        return self.squares if self.control is None else (*self.squares, self.control**2)


def with_intervals(
    context: Context, measured: Mapping[str, Family], families: Sequence[tuple[str, Measure]]
) -> dict[str, Family]:
    """The families with an interval beside each of their numbers, as far as the repetitions gave that number too."""
    settings = context.settings.uncertainty
    if not settings.repetitions:
        return dict(measured)
    named = {}
    for name, columns in spreads(context, measured, families).items():
        values = _numbers(measured[name])
        intervals = {
            column: interval(f"{name}.{column}", values[column], spread, settings)
            for column, spread in columns.items()
            if 2 * len(spread.squares) >= settings.repetitions
        }
        named[name] = replace(measured[name], intervals=intervals)
    return named


def spreads(
    context: Context, measured: Mapping[str, Family], families: Sequence[tuple[str, Measure]]
) -> dict[str, dict[str, Spread]]:
    """Family → column → its spread over the repetitions."""
    settings = context.settings.uncertainty
    reached = (
        getattr(measured.get("edema"), "max_extent_mm", 0.0),
        getattr(measured.get("cord"), "edema_length_mm", None),
    )
    repetitions = Perturbations(context, max(reached[0], reached[1] or 0.0))
    repeated = [one for one in families if one[0] in measured and _numbers(measured[one[0]])]
    with ThreadPoolExecutor(THREADS) as pool:  # array operations let go of the interpreter
        seeds = range(settings.repetitions)
        again = pool.map(lambda seed: _measured_again(repetitions.draw(seed), repeated), seeds)
        control = pool.submit(_control, context)  # last, beside an odd repetition
        squares = _squares(measured, again)
    off = control.result()
    return {
        name: {
            column: Spread(squares=tuple(seen), control=off.get(f"{name}.{column}")) for column, seen in columns.items()
        }
        for name, columns in squares.items()
    }


def _squares(
    measured: Mapping[str, Family], again: Iterable[Mapping[str, Mapping[str, float]]]
) -> dict[str, dict[str, list[float]]]:
    """Family → column → squared distance of each repetition from the value."""
    squares: dict[str, dict[str, list[float]]] = {name: {} for name in measured}
    for perturbation in again:
        for name, columns in perturbation.items():
            for column, value in _numbers(measured[name]).items():
                if column in columns:
                    squares[name].setdefault(column, []).append((columns[column] - value) ** 2)
    return squares


def _measured_again(context: Context, families: Sequence[tuple[str, Measure]]) -> dict[str, dict[str, float]]:
    """Family → its numbers; one that cannot be measured in this repetition is left out."""
    again = {}
    for name, measure_family in families:
        with suppress(NotMeasurable):
            again[name] = _numbers(measure_family(context).family)
    return again


def _numbers(family: Family) -> dict[str, float]:
    """The columns that are measured numbers: no signs, texts or thresholds."""
    return {
        name: float(value)
        for name, value in family.columns().items()
        if (isinstance(value, float) or (isinstance(value, int) and name.endswith(COUNTS)))
        and not name.endswith("_threshold")
        and name not in family.exact
    }


def interval(column: str, value: float, spread: Spread, settings: UncertaintySettings) -> Interval:
    """Student's t times the standard uncertainty on either side; `column` is `family.column`.

    A count's ends are the nearest whole numbers.
    """
    from scipy.special import stdtrit

    sd, freedom = standard_uncertainty(column, value, spread, settings)
    half = float(stdtrit(freedom, (1 + settings.level) / 2)) * sd
    low = value - half if column.endswith(SIGNED) else max(value - half, 0.0)
    high = min(value + half, 1.0) if column.endswith(SHARES) else value + half
    if column.endswith(COUNTS):
        return float(round(low)), float(round(high))
    return low, max(high, value)


def standard_uncertainty(
    column: str, value: float, spread: Spread, settings: UncertaintySettings
) -> tuple[float, float]:
    """√(a² + b²) and its degrees of freedom: a of n repetitions about the value has n, b, which is given, no end.

    Together they have n (a² + b²)² ÷ a⁴ (Welch and Satterthwaite, GUM G.4.1).
    """
    repeated = float(np.mean(spread.seen))
    variance = repeated + _systematic(column, value, settings) ** 2
    freedom = min(len(spread.seen) * (variance / repeated) ** 2, ENDLESS) if repeated > 0 else ENDLESS
    return float(np.sqrt(variance)), freedom


def _systematic(column: str, value: float, settings: UncertaintySettings) -> float:
    """SD of what is missed whatever the noise; nothing of a structure that is not touched."""
    key = systematic_key(column)
    if key != column and value == 0:
        return 0.0
    own, share = settings.systematic.get(key, (0.0, 0.0))
    return float(np.hypot(own, share * _part(column, value)))


def systematic_key(column: str) -> str:
    """Where `family.column` stands in the setting `systematic`: without a structure's name.

    >>> systematic_key("invasion.bone_contact_mm2"), systematic_key("size.volume_ml")
    ('invasion.contact_mm2', 'size.volume_ml')
    """
    family, _, name = column.partition(".")
    return f"{family}.{name.partition('_')[2]}" if family in BY_STRUCTURE else column


def _part(column: str, value: float) -> float:
    """What the share is of: of a fraction what is nearer, all or nothing; of a ratio how far it is from 1."""
    if column.endswith("fraction"):
        return min(value, 1 - value)
    return value - 1 if column.endswith("_ratio") else value


def _control(context: Context) -> dict[str, float]:
    """`family.column` → distance from its closed form of the lesion's equal-moment ellipsoid on the lesion's grid."""
    mesh = context.lesion.mesh
    semi_axes, directions = mesh.axes
    body = Ellipsoid(mesh.centroid, semi_axes, directions)
    mask = _voxelised(body, context.lesion.mask.canonical())
    if not mask.data.any():
        return {}
    control = Context(Study(context.study.case_id, {}), Lesion("control", mask, "ellipsoid"), context.settings)
    families = {"size": measure_size(control).family, "margin": measure_margin(control).family}
    values = {
        f"{name}.{column}": value for name, family in families.items() for column, value in _numbers(family).items()
    }
    return {name: values[name] - true for name, true in closed_form(body).items()}


def closed_form(body: Ellipsoid) -> dict[str, float]:
    """The columns of `size` and of the margin's shape for an ellipsoid."""
    major, minor, least = (2 * body.semi_axes).tolist()
    axial, axial_short = body.section_axes(SUPERIOR)
    return {
        "size.longest_diameter_mm": major,
        "size.axial_diameter_mm": axial,
        "size.axial_short_diameter_mm": axial_short,
        "size.craniocaudal_mm": body.extent(SUPERIOR),
        "size.volume_ml": body.volume_mm3 / 1000,
        "size.surface_area_mm2": body.area_mm2,
        "size.major_axis_mm": major,
        "size.minor_axis_mm": minor,
        "size.least_axis_mm": least,
        "margin.irregularity": 0.0,
        "margin.sphericity": sphericity(body.volume_mm3, body.area_mm2),
        "margin.solidity": 1.0,
    }


def _voxelised(body: Ellipsoid, mask: Mask) -> Mask:
    """The body's voxels on the mask's grid, in a box of its own that may reach beyond the image."""
    grid = mask.grid
    reach = np.array([body.extent(grid.directions[:, axis]) for axis in range(3)]) / 2 / grid.spacing
    middle = grid.to_index(body.centre)
    first = np.floor(middle - reach).astype(int) - MARGIN_VOXELS
    shape = np.ceil(middle + reach).astype(int) + MARGIN_VOXELS + 1 - first
    affine = grid.affine.copy()
    affine[:3, 3] = grid.to_world(first)
    part = Grid((int(shape[0]), int(shape[1]), int(shape[2])), affine)
    index = np.stack(np.meshgrid(*[np.arange(n) for n in part.shape], indexing="ij"), axis=-1)
    return Mask(body.contains(part.to_world(index)), part)
