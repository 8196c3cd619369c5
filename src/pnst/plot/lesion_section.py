"""`pnst.plot.lesion`: the lesion's outline on one slice of one series, and what was measured there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from pnst.errors import SettingError
from pnst.image import Mask
from pnst.measurement.family import Regions
from pnst.plot.axes import axes_or_new
from pnst.study import Lesion, Role, Series, Study
from pnst.typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pnst.reporting.plane import FieldOfView

Plane = Literal["sagittal", "coronal", "axial"]
PLANES: tuple[Plane, ...] = ("sagittal", "coronal", "axial")


def lesion(
    study: Study,
    lesion: Lesion,
    role: Role | str | None = None,
    regions: Regions | None = None,
    *,
    plane: Plane | None = None,
    slice_number: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The lesion's outline (blue) on one slice of a series, as on the pages, with the regions that were measured on it.

    Shown are the lesion, the regions and their surroundings, the patient's right on the left of an axial or coronal
    slice; grey levels are those of what is seen. Nothing is resampled: a region is drawn on the series that it was
    measured on, and a legend names those that the slice shows.

    Parameters
    ----------
    study, lesion : what is shown
    role : which series; None: the one that the lesion is seen best on
    regions : `m.regions`, or some of them; None: the outline alone
    plane : "axial", "coronal" or "sagittal", the nearest to it that the voxels have; None: the slices' own
    slice_number : as the title counts it; None: where the lesion is largest
    ax : where to draw; None: on new axes of pyplot's

    Raises
    ------
    InputError : the study has no such series, or the lesion does not lie in it
    SettingError : an unknown plane, or a slice beyond the lesion's surroundings
    """
    from pnst.reporting.canvas import Canvas
    from pnst.reporting.figures import draw_section, slice_words
    from pnst.reporting.plane import points_of
    from pnst.reporting.shown_series import shown_series

    series = shown_series(study, lesion, role)
    measured = _measured(study, series, regions or {})
    shown = np.concatenate([lesion.mesh.vertices, *(points_of(mask) for mask, _ in measured.values())])
    field = _field(series, lesion, shown, plane, slice_number)
    canvas = Canvas(field, axes=axes_or_new(ax, (4.8, 5.2)))
    zones = {title: zone for title, zone in measured.items() if field.plane.image(field.of(zone[0]).data).any()}
    draw_section(canvas, series, lesion, [(mask, colour) for mask, colour in zones.values()])
    canvas.finish()
    what, _, where = slice_words(series, field).rpartition(", ")
    canvas.axes.set_title(f"{what}\n{where}", fontsize="medium")  # on two lines: axes stand side by side
    _legend(canvas.axes, {title: colour for title, (_, colour) in zones.items()})
    return canvas.axes


def _field(
    series: Series, lesion: Lesion, shown: FloatArray, plane: Plane | None, slice_number: int | None
) -> FieldOfView:
    """The field round RAS points (n, 3), on the slice that is asked for."""
    from pnst.reporting.shown_series import shown_field

    if plane is not None and plane not in PLANES:
        raise SettingError(
            "no such plane", got=repr(plane), expected=", ".join(PLANES), remedy="choose one of them, or leave it out"
        )
    field = shown_field(series, lesion, shown, None if plane is None else PLANES.index(plane))
    if slice_number is None:
        return field
    slices = field.box[field.plane.axis]
    first, last = slices.start + 1, slices.start + field.volume.grid.shape[field.plane.axis]
    if not first <= slice_number <= last:
        raise SettingError(
            "the slice does not show the lesion's surroundings",
            got=f"slice {slice_number}",
            expected=f"{first} to {last}",
            remedy="choose one of these (slice_number=), or leave it out",
        )
    return field.at(slice_number - 1)


def _measured(study: Study, series: Series, regions: Regions) -> dict[str, tuple[Mask, str]]:
    """Title → region on the series' whole grid, and its colour, of those that were measured on it."""
    from pnst.reporting.figures import REGIONS, measured_on

    zones = {}
    for name, (title, colour, roles) in REGIONS.items():
        region = regions.get(name)
        if not isinstance(region, Mask):
            continue
        own, whole = measured_on(study, roles, region)
        if own is series and whole is not None:
            zones[title] = whole, colour
    return zones


def _legend(axes: Axes, colours: Mapping[str, str]) -> None:
    """What the colours are, below the picture."""
    from matplotlib.artist import Artist
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    from pnst.reporting.outline_colours import LESION

    handles: list[Artist] = [Line2D([], [], color=LESION, label="Lesion")]
    handles += [Patch(facecolor=(colour, 0.45), edgecolor=colour, label=title) for title, colour in colours.items()]
    columns = min(len(handles), 3)
    axes.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=columns, frameon=False, fontsize="small"
    )
