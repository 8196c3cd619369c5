"""Every slice of a lesion with its outline, in one picture."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pnst.reporting.best_seen import best_seen
from pnst.reporting.canvas import COMPRESSION, Picture, window_of
from pnst.reporting.outline_colours import LESION
from pnst.reporting.plane import FIRST_SIDES, FieldOfView, ImagePlane
from pnst.reporting.vocabulary import role_title
from pnst.study import Lesion, Study
from pnst.typing import FloatArray

TILE, ACROSS = 144, 8
"""Pixels of a tile, and tiles in a row."""
MOST_TILES = 160
LINE = 2


def contact_sheet(study: Study, lesion: Lesion) -> Picture | None:
    """The slices from the lesion's first to its last, on the series where it is seen best; None without one."""
    series = best_seen(study, lesion)
    if series is None:
        return None
    axis = series.volume.grid.canonical().slice_axis
    field = FieldOfView.around(series.volume, lesion.mesh.vertices, axis, lesion)
    if field is None:
        return None
    index = field.plane.grid.to_index(lesion.mesh.vertices)[:, axis]
    first = max(int(np.ceil(index.min())), 0)
    last = min(int(np.floor(index.max())), field.plane.grid.shape[axis] - 1)
    step = -(-max(last - first + 1, 1) // MOST_TILES)
    planes = [replace(field.plane, index=i) for i in range(first, last + 1, step)] or [field.plane]
    levels = window_of(field, field.volume.data, lesion.mesh.vertices)
    start = int(field.box[axis].start)
    tiles = [_tile(field, plane, lesion, levels, start) for plane in planes]
    count, title = series.volume.grid.canonical().shape[axis], role_title(series.role)
    which = "every slice" if step == 1 else f"one slice in {step}"
    caption = (
        f"{title[:1].upper()}{title[1:]}, {field.plane.orientation}: {which} of the lesion, outlined in blue; "
        f"numbers from {FIRST_SIDES[axis]}, of {count}."
    )
    return Picture(_joined(tiles), f"{len(tiles)} slices through the lesion with its outline", caption)


def _tile(
    field: FieldOfView, plane: ImagePlane, lesion: Lesion, levels: tuple[float, float], start: int
) -> Image.Image:
    low, high = levels
    grey = np.clip((plane.image(field.volume.data).astype(np.float32) - low) / (high - low), 0, 1)
    shown = Image.fromarray((255 * np.nan_to_num(grey)).astype(np.uint8))
    left, right, _, top = field.window
    scale = TILE / (right - left)
    edges = np.asarray(plane.extent) * scale - np.array([left, left, top, top]) * scale
    x0, x1, y1, y0 = (round(edge) for edge in edges)
    tile = Image.new("RGB", (TILE, TILE))
    tile.paste(shown.resize((max(x1 - x0, 1), max(y1 - y0, 1)), Image.Resampling.BILINEAR), (x0, y0))
    draw = ImageDraw.Draw(tile)
    for a, b in _pixels(plane.cut(lesion.mesh), (left, top), scale):
        draw.line([tuple(a), tuple(b)], fill=LESION, width=LINE)
    draw.text(
        (4, 2),
        str(start + plane.index + 1),
        fill="white",
        font=ImageFont.load_default(14),
        stroke_width=1,
        stroke_fill="black",
    )
    return tile


def _pixels(segments: FloatArray, corner: tuple[float, float], scale: float) -> list[list[list[float]]]:
    places: list[list[list[float]]] = ((segments - np.asarray(corner)) * scale).tolist()
    return places


def _joined(tiles: list[Image.Image]) -> bytes:
    across = min(ACROSS, len(tiles))
    sheet = Image.new("RGB", (across * TILE, -(-len(tiles) // across) * TILE))
    for number, tile in enumerate(tiles):
        sheet.paste(tile, (number % across * TILE, number // across * TILE))
    out = io.BytesIO()
    sheet.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        out, "png", compress_level=COMPRESSION
    )
    return out.getvalue()
