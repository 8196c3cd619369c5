// Slices and overlays from the server, kept while the page is open; nothing is stored by the browser.

import { getBytes } from "./api.js";

const MOST = 400;

class Kept {
  constructor() {
    this.entries = new Map();
  }

  get(key, make) {
    if (!this.entries.has(key)) {
      const made = make();
      made.catch(() => this.entries.delete(key));
      this.entries.set(key, made);
      if (this.entries.size > MOST) this.entries.delete(this.entries.keys().next().value);
    }
    return this.entries.get(key);
  }
}

const slices = new Kept();
const overlays = new Kept();

const address = (what, series, axis, index) =>
  `/api/${what}?${new URLSearchParams({ series: series.key, axis: String(axis), index: String(index) })}`;

export async function levels(series, axis, index, version) {
  const key = `${series.key} ${axis} ${index} ${series.key === "adc_map" ? version : ""}`;
  return slices.get(key, async () => new Uint16Array(await getBytes(address("slice", series, axis, index))));
}

export async function bits(series, axis, index, version) {
  const key = `${version} ${series.key} ${axis} ${index}`;
  return overlays.get(key, async () => new Uint32Array(await getBytes(address("overlay", series, axis, index))));
}
