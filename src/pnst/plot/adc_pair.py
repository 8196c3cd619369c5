"""`pnst.plot.adc`: the ADC map of a lesion, and the values that were averaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pnst.errors import InputError
from pnst.image import Mask, Volume
from pnst.measurement.measurements import Measurements
from pnst.plot.axes import axes_or_new
from pnst.study import Lesion

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pnst.reporting.plane import FieldOfView

MAP, HISTOGRAM = (0.0, 0.0, 0.4, 0.9), (0.6, 0.1, 0.4, 0.8)
"""Left, bottom, width and height of each, as shares of the axes that are given."""


def adc(m: Measurements, lesion: Lesion | None = None, ax: Axes | None = None) -> Axes:
    """The ADC map in colour with the outlines of what was averaged (black) and of its darkest part (red), as on the
    page; and beside it how many voxels have which ADC, whose mean is `m.adc.mean_um2_per_ms`.

    Shown is the map as it was measured, on the diffusion series' own voxels; the colour range is 0–3 · 10⁻³ mm²/s in
    every figure, so that two lesions can be compared by eye.

    Parameters
    ----------
    m : what `pnst.measure` returned
    lesion : its outline is drawn as well, in white
    ax : axes whose place both take; None: new axes of pyplot's

    Returns
    -------
    The axes; those of the map and of the histogram are inset in it, in this order among its `child_axes`.

    Raises
    ------
    InputError : no ADC was measured, or the measurements were read from a file, which holds no map
    """
    volume, field = _shown(m, lesion)
    from pnst.reporting.adc_histogram import draw_histogram
    from pnst.reporting.canvas import Canvas
    from pnst.reporting.figures import DIAMETER, draw_adc

    axes = axes_or_new(ax, (9.0, 3.6))
    axes.set_axis_off()
    picture, histogram = (axes.inset_axes(place) for place in (MAP, HISTOGRAM))
    canvas = Canvas(field, axes=picture)
    outlined = draw_adc(canvas, volume, m)
    if lesion is not None:
        canvas.outline(field.plane.cut(lesion.mesh), DIAMETER)
        outlined = ["lesion (white)", *outlined]
    canvas.finish()
    picture.set_title("\n".join((f"ADC map, {field.plane.orientation}", ", ".join(outlined))), fontsize="small")
    draw_histogram(m, histogram)
    return axes


def _shown(m: Measurements, lesion: Lesion | None) -> tuple[Volume, FieldOfView]:
    """The map, and the field round the lesion, else round what was averaged, on the slice where that is largest."""
    from pnst.reporting.plane import FieldOfView, points_of

    volume, solid = m.regions.get("adc"), m.regions.get("solid")
    if m.adc is None or not isinstance(volume, Volume) or not isinstance(solid, Mask):
        raise InputError(
            f"there is no ADC map of lesion {m.label!r} to draw",
            got=m.skipped.get("adc", "measurements without regions") if m.adc is None else "measurements from a file",
            expected="measurements, made in this session, of a study with diffusion or an ADC map",
            remedy="measure the lesion with pnst.measure",
        )
    axis = volume.grid.canonical().slice_axis
    points = points_of(solid) if lesion is None else lesion.mesh.vertices
    field = FieldOfView.around(volume, points, axis, solid if lesion is None else lesion)
    if field is None:
        raise InputError(
            "the lesion does not lie on this ADC map",
            got=f"lesion {lesion.label!r}, measurements of {m.label!r}" if lesion is not None else "an empty region",
            expected="the lesion that was measured",
            remedy="give that one, or none (lesion=)",
        )
    return volume, field
