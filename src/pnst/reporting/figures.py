"""The pictures of a report: the lesion on every series, its extent along the slices, its regions, its ADC map."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pnst.image import Grid, Mask, Volume
from pnst.kernels.hull import longest_diameter
from pnst.measurement.measurements import Measurements
from pnst.reporting.best_seen import best_seen
from pnst.reporting.canvas import ADC_RANGE, Canvas, Picture
from pnst.reporting.numbers import ADC_UNIT
from pnst.reporting.outline_colours import LESION, OutlineColours, edge_colours, fat_colours
from pnst.reporting.plane import FIRST_SIDES, FieldOfView, placed, points_of
from pnst.reporting.vocabulary import role_title
from pnst.study import Lesion, Role, Series, Study
from pnst.typing import FloatArray

DIAMETER = "#ffffff"
REGIONS = {
    "edema": ("Oedema", "#e69f00", (Role.T2_FS,)),
    "fat_rim": ("Fat rim", "#f0e442", (Role.T1, Role.FAT)),
    "enhancing": ("Enhancing part", "#009e73", (Role.T1_POST,)),
    "cyst": ("Cyst or necrosis", "#d55e00", (Role.T1_POST,)),
    "t1_high": ("T1-bright area", "#cc79a7", (Role.T1,)),
    "target_core": ("Inner third", "#0072b2", (Role.T2, Role.T2_FS)),
    "cord_edema": ("Oedema of the cord", "#fe6100", (Role.T2, Role.T2_FS)),
    "canal_filled": ("Part in the canal", "#648fff", (Role.T2, Role.T2_FS, Role.T1_POST, Role.T1)),
    "fascicles": ("Dots in rings", "#ddcc77", (Role.T2, Role.T2_FS)),
    "thin_bright_rim": ("Thin bright rim", "#cc6677", (Role.T2_FS, Role.T2)),
    "capsule": ("Capsule", "#44aa99", (Role.T2_FS, Role.T2)),
    "flow_voids": ("Flow voids", "#ee3377", (Role.T2, Role.T2_FS)),
    "haemosiderin": ("Haemosiderin caps", "#aa4499", (Role.T2, Role.T2_FS)),
}
"""Region → its title, its colour, and the roles that it is shown on."""
ADC_REGIONS = {"solid": ("what was averaged (black)", "#000000"), "adc_dark": ("its darkest part (red)", "#ff2a00")}
"""Regions that are outlined on the ADC map, each with its words and its colour."""
OUTLINE_COLOURS = {"fat_rim": fat_colours}
"""Region → what colours the lesion's outline beside it."""


def lesion_pictures(study: Study, lesion: Lesion, m: Measurements | None = None) -> list[Picture]:
    """The lesion's outline on every series, each on the slice where the lesion is largest.

    On the series that the edge was read on also across its slices, the outline coloured by what was found.
    """
    colours, edge_series = (edge_colours(m), m.margin.series) if m and m.margin else (None, None)
    pictures = []
    for series in study.series.values():
        axis = series.volume.grid.canonical().slice_axis
        if series.role == edge_series:
            pictures += [_lesion_on(series, lesion, a, colours=colours) for a in (axis, across(axis))]
        else:
            pictures.append(_lesion_on(series, lesion, axis))
    return _without_none(pictures)


def lesion_picture(series: Series, lesion: Lesion) -> Picture | None:
    """The lesion's outline on one series, where it is largest; None where it lies outside."""
    return _lesion_on(series, lesion, series.volume.grid.canonical().slice_axis)


def edema_pictures(study: Study, lesion: Lesion, m: Measurements) -> list[Picture]:
    """The oedema; where none was found, the lesion on the series that would show it."""
    series = study.series.get(Role.T2_FS)
    if m.edema is None or m.edema.present or series is None:
        return region_pictures(study, lesion, m, "edema")
    axis = series.volume.grid.canonical().slice_axis
    pictures = (_lesion_on(series, lesion, a, remark="no oedema found") for a in (axis, across(axis)))
    return _without_none(pictures)


def extent_pictures(study: Study, lesion: Lesion) -> list[Picture]:
    """The lesion in the two planes across the slices of the series where it is seen best, with its longest diameter
    projected on them."""
    series = best_seen(study, lesion)
    if series is None:
        return []
    sliced = series.volume.grid.canonical().slice_axis
    _, diameter = longest_diameter(lesion.mesh.vertices)
    return _without_none(_lesion_on(series, lesion, axis, diameter) for axis in (1, 0, 2) if axis != sliced)


def region_pictures(study: Study, lesion: Lesion, m: Measurements, name: str) -> list[Picture]:
    """A region of `m.regions` over the series that it was measured on: where it is largest, where the lesion is
    largest, and across the slices; each slice once. None without the region, or without its series in the study.
    """
    region = m.regions.get(name)
    if not isinstance(region, Mask):
        return []
    _, _, roles = REGIONS[name]
    series, whole = measured_on(study, roles, region)
    if series is None or whole is None:
        return []
    axis = whole.grid.canonical().slice_axis
    shown = np.concatenate([lesion.mesh.vertices, points_of(whole)])
    sections: tuple[tuple[int, Mask | Lesion], ...] = ((axis, whole), (axis, lesion), (across(axis), lesion))
    fields = [FieldOfView.around(series.volume, shown, *section) for section in sections]
    slices = {(field.plane.axis, field.slice): field for field in fields if field is not None}
    colours = OUTLINE_COLOURS[name](m) if name in OUTLINE_COLOURS else None
    return [_region_on(series, whole, lesion, name, field, colours) for field in slices.values()]


def rim_pictures(study: Study, lesion: Lesion, m: Measurements) -> list[Picture]:
    """The thin bright rim and the capsule, each where there is any; else the lesion on its series."""
    regions = [name for name in ("thin_bright_rim", "capsule") if _holds(m.regions.get(name))]
    return [picture for name in regions or ["capsule"] for picture in region_pictures(study, lesion, m, name)]


def _holds(region: object) -> bool:
    return isinstance(region, Mask) and bool(region.data.any())


def adc_pictures(study: Study, lesion: Lesion, m: Measurements) -> list[Picture]:
    """The ADC map that was measured, in colour, with the outlines of the lesion and of what was averaged in it."""
    adc = m.regions.get("adc")
    if not isinstance(adc, Volume):
        return []
    field = FieldOfView.around(adc, lesion.mesh.vertices, adc.grid.canonical().slice_axis, lesion)
    if field is None:
        return []
    canvas = Canvas(field, colour_bar=True)
    outlined = draw_adc(canvas, adc, m)
    canvas.outline(field.plane.cut(lesion.mesh), DIAMETER)
    drawn = ", ".join(("lesion outline (white)", *outlined))
    caption = f"ADC map with {drawn}, {_slice_of(study, field, adc.grid)}; one colour range in every report"
    return [Picture(canvas.jpeg(), "ADC map of the lesion in colour", caption)]


def draw_adc(canvas: Canvas, adc: Volume, m: Measurements) -> list[str]:
    """The ADC map in colour, with the outlines of what was averaged in it; what was outlined, in words."""
    field = canvas.field
    canvas.colours(field.volume.data, ADC_RANGE, ADC_UNIT)
    outlined = []
    for name, (words, colour) in ADC_REGIONS.items():
        region = m.regions.get(name)
        whole = placed(region, adc.grid) if isinstance(region, Mask) else None
        shown = None if whole is None else field.of(whole).data
        if shown is not None and field.plane.image(shown).any():
            canvas.ring(shown, colour)
            outlined.append(words)
    return outlined


def _lesion_on(
    series: Series,
    lesion: Lesion,
    axis: int,
    diameter: FloatArray | None = None,
    colours: OutlineColours | None = None,
    remark: str = "",
) -> Picture | None:
    field = FieldOfView.around(series.volume, lesion.mesh.vertices, axis, lesion)
    if field is None:
        return None
    canvas = Canvas(field)
    draw_section(canvas, series, lesion, colours=colours)
    if diameter is not None:
        canvas.chord(field.plane.project(diameter), DIAMETER)
    alt = f"Lesion outline on {role_title(series.role)}, {field.plane.orientation}"
    caption = (_where(series, field, series.volume.grid), remark, colours.legend if colours else "")
    return Picture(canvas.jpeg(), alt, "; ".join(part for part in caption if part))


def draw_section(
    canvas: Canvas,
    series: Series,
    lesion: Lesion,
    zones: Iterable[tuple[Mask, str]] = (),
    colours: OutlineColours | None = None,
) -> None:
    """A series in grey, regions on its grid lightly in their colours, and the lesion's outline."""
    canvas.grey(displayed(canvas.field.volume, series), lesion.mesh.vertices)
    for region, colour in zones:
        canvas.zone(canvas.field.of(region).data, colour)
    draw_outline(canvas, lesion, colours)


def draw_outline(canvas: Canvas, lesion: Lesion, colours: OutlineColours | None) -> None:
    """The lesion's outline, in its own colour or by what was measured along it."""
    if colours:
        colours.draw(canvas, lesion.mesh)
    else:
        canvas.outline(canvas.field.plane.cut(lesion.mesh), LESION)


def _region_on(
    series: Series, region: Mask, lesion: Lesion, name: str, field: FieldOfView, colours: OutlineColours | None = None
) -> Picture:
    title, colour, _ = REGIONS[name]
    canvas = Canvas(field)
    draw_section(canvas, series, lesion, [(region, colour)], colours)
    alt = f"{title} and lesion outline on {role_title(series.role)}, {field.plane.orientation}"
    where = _where(series, field, region.grid)
    return Picture(canvas.jpeg(), alt, f"{where}; {colours.legend}" if colours else where)


def across(axis: int) -> int:
    """The canonical axis of the pictures across the slices along `axis`."""
    return 1 if axis != 1 else 2


def displayed(volume: Volume, series: Series) -> FloatArray:
    """(ni, nj, nk): the volume, or the mean of a diffusion series' volumes with its highest b-value."""
    if volume.data.ndim == 3:
        return volume.data
    b = np.asarray(series.b_values)
    return np.asarray(volume.data[..., b == b.max()].mean(axis=-1))


def measured_on(study: Study, roles: Iterable[Role], region: Mask) -> tuple[Series | None, Mask | None]:
    """The first series of these roles that has the region's voxels, and the region on its whole grid.

    A region is never drawn on an image that it was not measured on.
    """
    for series in (study.series[role] for role in roles if role in study.series):
        whole = placed(region, series.volume.grid)
        if whole is not None:
            return series, whole
    return None, None


def slice_words(series: Series, field: FieldOfView) -> str:
    """Which series is shown, and which slice of it."""
    return _where(series, field, series.volume.grid)


def _where(series: Series, field: FieldOfView, grid: Grid) -> str:
    highest = f", b {max(series.b_values):.4g} s/mm²" if series.b_values and series.volume.data.ndim == 4 else ""
    title = role_title(series.role)
    return f"{title[:1].upper()}{title[1:]}{highest}, {_slice(field, grid)}"


def _slice(field: FieldOfView, grid: Grid, first: int = 0) -> str:
    """Which slice is shown; counted from the patient's left, back or feet on, whatever the order of storage."""
    plane = field.plane
    count = grid.canonical().shape[plane.axis]
    return f"{plane.orientation} slice {first + field.slice + 1}/{count} (from {FIRST_SIDES[plane.axis]})"


def _slice_of(study: Study, field: FieldOfView, part: Grid) -> str:
    """Which slice of the diffusion series is shown, where a map was kept on a crop of it."""
    for role in (Role.DWI, Role.ADC):
        if role in study.series:
            whole = study.series[role].volume.grid
            box = whole.canonical().box_of(part.canonical())
            if box is not None:
                return _slice(field, whole, int(box[field.plane.axis].start))
    return _slice(field, part)


def _without_none(pictures: Iterable[Picture | None]) -> list[Picture]:
    return [picture for picture in pictures if picture is not None]
