// What the slice's canvas shows: image, layers, marks, cross-hair, letters and a bar of length.

import { palette, rgb } from "./colours.js";
import { distance } from "./geometry.js";

const BARS_MM = [5, 10, 20, 50, 100, 200];
const LINE = "#ffffff";
const SHORT = "#f0e442";

let kept = { key: "", colours: null };

function colours(series, window) {
  const key = `${series.key} ${series.range} ${window}`;
  if (kept.key !== key) kept = { key, colours: palette(series, window) };
  return kept.colours;
}

function picture(columns, rows, fill) {
  const canvas = new OffscreenCanvas(columns, rows);
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  fill(new Uint32Array(image.data.buffer));
  context.putImageData(image, 0, 0);
  return canvas;
}

export function drawImage(context, layout, levels, window) {
  const lookup = colours(layout.series, window);
  const made = picture(layout.columns, layout.rows, (out) => {
    for (let n = 0; n < out.length; n += 1) out[n] = lookup[levels[n]];
  });
  context.imageSmoothingEnabled = !layout.series.in_colour;
  context.imageSmoothingQuality = "high";
  lay(context, layout, made);
}

function lay(context, layout, made) {
  context.drawImage(made, layout.x, layout.y, layout.columns * layout.stepX, layout.rows * layout.stepY);
}

// The lesion as an outline over all others, which are tinted and thinly outlined.
export function drawLayers(context, layout, bits, layers) {
  context.imageSmoothingEnabled = false;
  for (let n = layers.length - 1; n >= 0; n -= 1) {
    const { shown, name, colour } = layers[n];
    if (!shown) continue;
    const bit = (1 << n) >>> 0;
    const isLesion = name.includes("lesion");
    if (!isLesion) tint(context, layout, bits, bit, colour);
    outline(context, layout, bits, bit, colour, isLesion ? 2 : 0.75);
  }
}

function tint(context, layout, bits, bit, colour) {
  const [r, g, b] = rgb(colour);
  const value = ((80 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  lay(context, layout, picture(layout.columns, layout.rows, (out) => {
    for (let n = 0; n < out.length; n += 1) out[n] = bits[n] & bit ? value : 0;
  }));
}

function outline(context, layout, bits, bit, colour, width) {
  const { columns, rows, stepX, stepY, x, y } = layout;
  const inside = (row, column) => row >= 0 && column >= 0 && row < rows && column < columns && (bits[row * columns + column] & bit) !== 0;
  context.beginPath();
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (!inside(row, column)) continue;
      const [left, top, right, bottom] = [x + column * stepX, y + row * stepY, x + (column + 1) * stepX, y + (row + 1) * stepY];
      if (!inside(row - 1, column)) segment(context, left, top, right, top);
      if (!inside(row + 1, column)) segment(context, left, bottom, right, bottom);
      if (!inside(row, column - 1)) segment(context, left, top, left, bottom);
      if (!inside(row, column + 1)) segment(context, right, top, right, bottom);
    }
  }
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

function segment(context, x0, y0, x1, y1) {
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
}

function haloed(context, colour, width, trace) {
  for (const [style, wide] of [["rgba(0,0,0,0.7)", width + 2], [colour, width]]) {
    context.beginPath();
    trace();
    context.strokeStyle = style;
    context.lineWidth = wide;
    context.stroke();
  }
}

// Lines in their slice are whole; seen from other slices they are dashed.
export function drawMarks(context, layout, marks, draft) {
  for (const [ends, colour] of [[marks.line, LINE], [marks.short_axis, SHORT]]) {
    if (ends) drawLine(context, layout, ends, colour);
  }
  if (draft?.ends) drawLine(context, layout, draft.ends, draft.colour === "short" ? SHORT : LINE);
  for (const stroke of [...marks.strokes, ...(draft?.stroke ? [draft.stroke] : [])]) drawStroke(context, layout, stroke);
}

function drawLine(context, layout, ends, colour) {
  const [a, b] = ends.map((end) => layout.pixel(end));
  const isHere = Math.abs(a.off) < 0.75 && Math.abs(b.off) < 0.75;
  context.setLineDash(isHere ? [] : [4, 4]);
  haloed(context, colour, 1.5, () => segment(context, a.x, a.y, b.x, b.y));
  context.setLineDash([]);
  for (const end of [a, b]) haloed(context, colour, 1.5, () => context.arc(end.x, end.y, isHere ? 5 : 3, 0, 2 * Math.PI));
  if (isHere) label(context, `${distance(...ends).toFixed(1)} mm`, (a.x + b.x) / 2 + 8, (a.y + b.y) / 2 - 8, "left");
}

function drawStroke(context, layout, stroke) {
  const points = stroke.points.map((point) => layout.pixel(point));
  if (Math.abs(points[0].off) > 0.75) return;
  context.beginPath();
  points.forEach(({ x, y }, n) => (n ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.lineTo(points.at(-1).x + 0.01, points.at(-1).y);
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = 2 * stroke.radius_mm * layout.scale;
  context.strokeStyle = stroke.side === "lesion" ? "rgba(86,180,233,0.5)" : "rgba(213,94,0,0.5)";
  context.stroke();
}

export function drawCrossHair(context, layout, point, radiusMm) {
  const { x, y } = layout.pixel(point);
  const gap = Math.max(6, (radiusMm ?? 0) * layout.scale);
  haloed(context, "#f0e442", 1, () => {
    segment(context, x - gap - 12, y, x - gap, y);
    segment(context, x + gap, y, x + gap + 12, y);
    segment(context, x, y - gap - 12, x, y - gap);
    segment(context, x, y + gap, x, y + gap + 12);
    if (radiusMm) {
      context.moveTo(x + gap, y);
      context.arc(x, y, gap, 0, 2 * Math.PI);
    }
  });
}

export function drawFrame(context, layout) {
  const [left, right, top, bottom] = layout.series.planes[layout.axis].letters;
  const { width, height } = layout;
  label(context, left, 6, height / 2, "left");
  label(context, right, width - 6, height / 2, "right");
  label(context, top, width / 2, 14, "center");
  label(context, bottom, width / 2, height - 8, "center");
  const length = BARS_MM.filter((mm) => mm * layout.scale <= 0.3 * width).at(-1) ?? BARS_MM[0];
  const y = height - 12;
  haloed(context, "#ffffff", 2, () => segment(context, 10, y, 10 + length * layout.scale, y));
  label(context, `${length} mm`, 10, y - 6, "left");
}

export function label(context, text, x, y, align) {
  context.font = "14px system-ui, sans-serif";
  context.textAlign = align;
  context.lineWidth = 3;
  context.strokeStyle = "rgba(0,0,0,0.8)";
  context.fillStyle = "#ffffff";
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}
