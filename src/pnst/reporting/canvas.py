"""Drawing one picture of an image: grey levels, outlines, zones, colour map, orientation letters, scale bar.

matplotlib's objects only, never pyplot: nothing global changes and equal input gives equal bytes.
"""

from __future__ import annotations

import io
import threading
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from matplotlib.patheffects import withStroke
from PIL import Image, ImageDraw, ImageFont

from pnst.reporting.plane import FieldOfView
from pnst.typing import BoolArray, FloatArray

SIDE_IN = 3.0
DPI = 160
COMPRESSION = 3
"""zlib's level of a PNG."""
QUALITY = 92
"""Of a JPEG with its colours at full resolution: 1 ms and 48 kB a section, where a PNG takes 16 ms and 158 kB."""
HALO = [withStroke(linewidth=2, foreground="black")]
TEXT: dict[str, Any] = {"color": "white", "fontsize": 9, "family": "DejaVu Sans", "path_effects": HALO}
WINDOW_PERCENTILES = (1.0, 99.5)
BRIGHTEST = 3.0
"""White is at most this many times the body's median: of a dark tumour in fat something must be seen."""
ABOVE_HALF = 1.2
"""… unless that were below the middle of its edge, which then would seem to lie further in than it does."""
WIDER = 0.15
"""The window reaches beyond the brightest that it was made for by this share of itself."""
TINT = 0.35
"""How opaque a region is."""
SCALE_BARS_MM = (5, 10, 20, 50, 100, 200)
ADC_RANGE = (0.0, 3.0)
"""In µm²/ms; one colour range for every report, so that two maps can be compared by eye."""


@dataclass(frozen=True)
class Picture:
    """A finished picture: PNG or JPEG, what it is in words for those who cannot see it, and its caption."""

    data: bytes
    alt: str
    caption: str

    @property
    def uri(self) -> str:
        """The picture as a data URI."""
        kind = "png" if self.data.startswith(b"\x89PNG") else "jpeg"
        return f"data:image/{kind};base64," + b64encode(self.data).decode("ascii")


class Canvas:
    """A square picture of a field, drawn layer by layer: turned into a JPEG, or left on the axes that are given."""

    def __init__(self, field: FieldOfView, *, colour_bar: bool = False, axes: Axes | None = None) -> None:
        self.field = field
        self.is_own = axes is None
        if axes is None:
            width = SIDE_IN * (1.2 if colour_bar else 1.0)
            axes = _blank_axes() if not colour_bar else _new_axes(width)
            self.raster = Image.new("RGB", (round(width * DPI), round(SIDE_IN * DPI)))
        else:
            axes.set(xticks=[], yticks=[], facecolor="black")
            axes.spines[:].set_visible(False)
        self.axes: Axes = axes
        figure = axes.get_figure(root=True)
        if figure is None:
            raise ValueError("axes that belong to no figure")
        self.figure: Figure = figure
        left, right, bottom, top = field.window
        self.axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")

    def grey(self, data: FloatArray, points: FloatArray | None = None) -> None:
        """The field's slice of an array on its grid, windowed by the body of RAS points (n, 3) and its surroundings."""
        image = self.field.plane.image(data).astype(np.float32)  # half the work of doubles, for 256 greys
        low, high = window(image) if points is None else window_of(self.field, data, points)
        levels = 255 * np.clip((np.nan_to_num(image, nan=low) - low) / (high - low), 0, 1)
        self._raster(Image.fromarray(levels.astype(np.uint8)).convert("RGBA"), Image.Resampling.BILINEAR)

    def _raster(self, layer: Image.Image, resampling: Image.Resampling) -> None:
        """An image of the whole slice, over those before it: on given axes as they are, else among the raster layers,
        ten times as fast as by matplotlib."""
        left, right, _, top = self.field.window
        first, last, bottom, highest = self.field.plane.extent
        density = SIDE_IN * DPI / (right - left)
        size = max(round((last - first) * density), 1), max(round((bottom - highest) * density), 1)
        layer = layer.resize(size, resampling)
        if self.is_own:
            place = round((first - left) * density), round((highest - top) * density)
            self.raster.paste(layer, place, layer)
        else:
            self.axes.imshow(np.asarray(layer), extent=self.field.plane.extent, interpolation="nearest")

    def colours(self, data: FloatArray, limits: tuple[float, float], unit: str) -> None:
        """A map in colour with its bar, voxels as they are; NaN stays transparent."""
        image = np.ma.masked_invalid(self.field.plane.image(data))
        low, high = limits
        shown = self.axes.imshow(
            image, cmap="viridis", vmin=low, vmax=high, extent=self.field.plane.extent, interpolation="nearest"
        )
        if not self.is_own:
            bar = self.figure.colorbar(shown, cax=self.axes.inset_axes((1.03, 0, 0.04, 1)), extend="max")
            bar.set_label(f"ADC ({unit})")
            return
        bar = self.figure.colorbar(shown, cax=self.figure.add_axes((0.855, 0.1, 0.035, 0.74)), extend="max")
        bar.ax.tick_params(colors="white", labelsize=8, length=2)
        bar.outline.set_visible(False)
        self.figure.text(0.99, 0.93, unit, color="white", fontsize=7, family="DejaVu Sans", ha="right")

    def zone(self, data: BoolArray, colour: str) -> None:
        """A region filled lightly, with its outline."""
        section = self.field.plane.image(data)
        tint = np.zeros((*section.shape, 4), dtype=np.uint8)
        tint[section] = [round(255 * part) for part in (*to_rgb(colour), TINT)]
        self._raster(Image.fromarray(tint), Image.Resampling.NEAREST)
        self.ring(data, colour)

    def ring(self, data: BoolArray, colour: str) -> None:
        """The outline of a region."""
        section = self.field.plane.image(data)
        if section.any() and not section.all() and min(section.shape) > 1:
            left, right, bottom, top = self.field.plane.extent
            rows, columns = section.shape
            x = left + (np.arange(columns) + 0.5) * (right - left) / columns
            y = top + (np.arange(rows) + 0.5) * (bottom - top) / rows
            self.axes.contour(x, y, section.astype(float), levels=[0.5], colors=[colour], linewidths=0.8)

    def outline(self, segments: FloatArray, colour: str) -> None:
        """Line segments (n, 2, 2) in picture mm."""
        self.axes.add_collection(LineCollection(list(segments), colors=colour, linewidths=1.3, capstyle="round"))

    def chord(self, ends: FloatArray, colour: str) -> None:
        """A dashed line between two points (2, 2) in picture mm, its ends marked."""
        self.axes.plot(*ends.T, color=colour, linewidth=1.0, linestyle=(0, (4, 3)), marker="o", markersize=2.5)

    def finish(self) -> None:
        """Orientation letters and the scale bar, over all layers."""
        self._letters()
        self._scale_bar()
        left, right, bottom, top = self.field.window
        self.axes.set(xlim=(left, right), ylim=(bottom, top))

    def jpeg(self) -> bytes:
        """The picture with its orientation letters and scale bar; the canvas is used up by it."""
        drawn = FigureCanvasAgg(self.figure)
        drawn.draw()
        lines = Image.fromarray(np.asarray(drawn.buffer_rgba()))
        self.raster.paste(lines, (0, 0), lines)
        self._write()
        if len(self.figure.axes) == 1:
            _keep(self.axes)
        out = io.BytesIO()
        self.raster.save(out, "jpeg", dpi=(DPI, DPI), quality=QUALITY, subsampling=0)
        return out.getvalue()

    def _write(self) -> None:
        """What `finish` adds, onto the raster: of 0.79 s that a page took, 0.12 went into matplotlib's letters."""
        side, draw = SIDE_IN * DPI, ImageDraw.Draw(self.raster)
        left, right, top, bottom = self.field.plane.letters
        places = ((left, 0.02, 0.5, "lm"), (right, 0.98, 0.5, "rm"), (top, 0.5, 0.02, "mt"), (bottom, 0.5, 0.98, "mb"))
        length = self._bar_mm()
        x, y, width = 0.04 * side, 0.96 * side, length * side / (self.field.window[1] - self.field.window[0])
        draw.line((x - 2, y, x + width + 2, y), fill="black", width=8)
        draw.line((x, y, x + width, y), fill="white", width=4)
        for text, across, down, anchor in (*places, (f"{length} mm", 0.04, 0.945, "lb")):
            place = across * side, down * side
            draw.text(place, text, fill="white", font=_font(), anchor=anchor, stroke_width=2, stroke_fill="black")

    def _bar_mm(self) -> int:
        """The longest scale bar that takes up less than a third of the picture."""
        width = self.field.window[1] - self.field.window[0]
        return max([mm for mm in SCALE_BARS_MM if mm <= 0.3 * width], default=SCALE_BARS_MM[0])

    def _letters(self) -> None:
        left, right, top, bottom = self.field.plane.letters
        places = [(left, 0.02, 0.5, "left", "center"), (right, 0.98, 0.5, "right", "center")]
        places += [(top, 0.5, 0.98, "center", "top"), (bottom, 0.5, 0.02, "center", "bottom")]
        for letter, x, y, ha, va in places:
            self.axes.text(x, y, letter, transform=self.axes.transAxes, ha=ha, va=va, **TEXT)

    def _scale_bar(self) -> None:
        left, right, bottom, top = self.field.window
        width = right - left
        length = self._bar_mm()
        x, y = left + 0.04 * width, bottom + 0.04 * (top - bottom)
        self.axes.plot([x, x + length], [y, y], color="white", linewidth=2, path_effects=HALO)
        self.axes.text(x, y + 0.02 * (top - bottom), f"{length} mm", ha="left", va="bottom", **TEXT)


@cache
def _font() -> ImageFont.FreeTypeFont:
    """Of 9 points at the picture's density."""
    return ImageFont.truetype(findfont("DejaVu Sans"), round(9 * DPI / 72))


_spare = threading.local()


def _new_axes(width: float) -> Axes:
    axes = Figure(figsize=(width, SIDE_IN), dpi=DPI, facecolor="none").add_axes((0, 0, SIDE_IN / width, 1))
    axes.set_axis_off()
    return axes


def _blank_axes() -> Axes:
    """The thread's last axes, with nothing on them, or new ones: making them takes longer than drawing on them."""
    axes: Axes | None = _spare.__dict__.pop("axes", None)
    return _new_axes(SIDE_IN) if axes is None else axes


def _keep(axes: Axes) -> None:
    for artist in (*axes.collections, *axes.lines, *axes.texts, *axes.images):
        artist.remove()
    _spare.axes = axes


def window_of(field: FieldOfView, data: FloatArray, points: FloatArray) -> tuple[float, float]:
    """The grey levels of the field's slice of an array on its grid, by the body of RAS points (n, 3)."""
    return window(field.plane.image(data).astype(np.float32), *field.body(points))


def window(image: FloatArray, body: BoolArray | None = None, beside: BoolArray | None = None) -> tuple[float, float]:
    """The grey levels shown black and white: the body's own, and those of what lies beside it (rows, columns).

    White is the brightest of the body, or the median of its surroundings where they are brighter, within bounds: a
    layer of fat, which is several times as bright, would turn a tumour on T1 black. Without a body: percentiles
    of all that is finite. Kept apart when all values are equal; (0, 1) when none is finite.

    Percentiles 1 and 99.5 of 0 … 1000:

    >>> window(np.arange(1001.0).reshape(7, 143))
    (10.0, 995.0)
    """
    known = np.isfinite(image)
    if not known.any():
        return 0.0, 1.0
    inside = image[known & body] if body is not None else image[known]
    around = image[known & beside] if beside is not None else inside
    if not inside.size:
        inside, around = image[known], image[known]
    low, high = np.percentile(inside, WINDOW_PERCENTILES)
    if body is not None and around.size:
        low, high = min(low, np.percentile(around, WINDOW_PERCENTILES[0])), max(high, np.median(around))
        high += WIDER * (high - low)
        middle, half = float(np.median(inside)), float(np.median(inside) + np.median(around)) / 2
        if middle > low:
            high = min(high, max(low + BRIGHTEST * (middle - low), low + ABOVE_HALF * (half - low)))
    return float(low), float(high) if high > low else float(low) + 1.0
