// The canvas of one slice: draws what the view state and the server's status say.

import { byId } from "./elements.js";
import { Layout } from "./geometry.js";
import { drawCrossHair, drawFrame, drawImage, drawLayers, drawMarks, label } from "./painter.js";
import { bits, levels } from "./slices.js";

export class SliceView {
  constructor(canvas) {
    this.canvas = canvas;
    this.asked = 0;
    this.layout = null;
  }

  size() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const ratio = window.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    return { width, height, ratio };
  }

  async draw(view, status) {
    const turn = ++this.asked;
    const { series, axis, slice } = view;
    const version = status.pictures;
    const layers = status.layers.map((layer) => ({ ...layer, shown: view.isShown(layer) }));
    let read;
    try {
      read = await Promise.all([levels(series, axis, slice, version), bits(series, axis, slice, version)]);
    } catch {
      return; // the status tells when the server is gone
    }
    if (turn !== this.asked) return; // a newer one is on its way
    this.paint(view, status, layers, read);
    this.prefetch(series, axis, slice, version);
  }

  paint(view, status, layers, [signal, overlay]) {
    const { width, height, ratio } = this.size();
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = "#000000";
    context.fillRect(0, 0, width, height);
    this.layout = new Layout(view.series, view.axis, view.slice, width, height);
    drawImage(context, this.layout, signal, view.window);
    drawLayers(context, this.layout, overlay, layers);
    drawMarks(context, this.layout, status.marks, view.draft);
    const paints = view.tool === "lesion" || view.tool === "other";
    drawCrossHair(context, this.layout, view.place, paints ? view.radiusMm : null);
    drawFrame(context, this.layout);
    this.describe(view);
    this.canvas.dataset.drawn = `${view.series.key} ${view.axis} ${view.slice} ${status.pictures}`;
  }

  describe(view) {
    const { title, planes, shape } = view.series;
    const words = `${title}, ${planes[view.axis].title} slice ${view.slice + 1}/${shape[view.axis]}`;
    label(this.canvas.getContext("2d"), words, 8, this.layout.width < 600 ? 36 : 18, "left"); // clear of the letter above
    this.canvas.setAttribute("aria-label", `${words} (from ${planes[view.axis].from})`);
    byId("slice-number").textContent = `${view.slice + 1} of ${shape[view.axis]}`;
  }

  prefetch(series, axis, slice, version) {
    for (const next of [slice + 1, slice - 1]) {
      if (next < 0 || next >= series.shape[axis]) continue;
      levels(series, axis, next, version).catch(() => {});
      bits(series, axis, next, version).catch(() => {});
    }
  }
}
