// What this page looks at: series, plane, place, window, tool. What was edited is on the server.

import { clampIndex, toIndex, toWorld } from "./geometry.js";

export const TOOLS = [
  { key: "look", title: "Look", hint: "Drag moves the cross-hair" },
  { key: "line", title: "Long axis", hint: "Drag from edge to edge where the lesion is longest" },
  { key: "short", title: "Short axis", hint: "Drag across it in the same slice" },
  { key: "lesion", title: "Paint lesion", hint: "Paint what belongs to the lesion" },
  { key: "other", title: "Paint not lesion", hint: "Paint what does not" },
];

export class ViewState {
  constructor(study, redraw) {
    this.study = study;
    this.adc = null;
    this.redraw = redraw;
    this.tool = "look";
    this.radiusMm = 4;
    this.windows = new Map();
    this.shown = new Map();
    this.draft = null;
    this.key = study.series[0].key;
    this.axis = this.series.slice_axis;
    this.place = toWorld(this.series, this.series.shape.map((n) => Math.floor(n / 2)));
  }

  get all() {
    return this.adc ? [...this.study.series, this.adc] : this.study.series;
  }

  get series() {
    return this.all.find(({ key }) => key === this.key) ?? this.all[0];
  }

  get index() {
    return clampIndex(this.series, toIndex(this.series, this.place));
  }

  get slice() {
    return Math.round(this.index[this.axis]);
  }

  get window() {
    return this.windows.get(this.series.key) ?? this.series.window;
  }

  set window(ends) {
    this.windows.set(this.series.key, ends);
    this.redraw();
  }

  choose(key) {
    const wasSliceAxis = this.axis === this.series.slice_axis;
    this.key = key;
    if (wasSliceAxis) this.axis = this.series.slice_axis;
    this.draft = null;
    this.redraw();
  }

  turn(axis) {
    this.axis = Number(axis);
    this.draft = null;
    this.redraw();
  }

  use(tool) {
    this.tool = tool;
    this.draft = null;
    this.redraw();
  }

  goTo(place) {
    this.place = toWorld(this.series, clampIndex(this.series, toIndex(this.series, place)));
    this.redraw();
  }

  goToSlice(slice) {
    const index = this.index;
    index[this.axis] = slice;
    this.place = toWorld(this.series, clampIndex(this.series, index.map((v, a) => (a === this.axis ? Math.round(v) : v))));
    this.redraw();
  }

  isShown(layer) {
    return this.shown.get(layer.name) ?? layer.first_shown;
  }
}
