// NiiVue's three planes and the lesion in space, for looking. It is loaded when it is asked for, and needs WebGL 2.

import { getBytes } from "./api.js";
import { byId, element } from "./elements.js";
import { rgb } from "./colours.js";

const address = (what, words) => `/api/${what}?${new URLSearchParams(words)}`;

export class ThreePlanes {
  constructor(view, edits, refuse) {
    Object.assign(this, { view, edits, refuse });
    this.drawn = "";
    this.niivue = null;
    this.button = element("button", "Three planes", { type: "button", id: "three-button", "aria-pressed": "false" });
    this.button.addEventListener("click", () => this.toggle());
    if (!hasWebGl()) {
      this.button.disabled = true;
      this.button.title = "This browser has no WebGL 2; slices can be seen and drawn on all the same";
    }
  }

  get isOpen() {
    return !byId("three").hidden;
  }

  async toggle() {
    const open = !this.isOpen;
    byId("three").hidden = !open;
    this.button.setAttribute("aria-pressed", String(open));
    if (open) await this.show().catch((error) => this.fail(error));
  }

  fail(error) {
    byId("three").hidden = true;
    this.button.setAttribute("aria-pressed", "false");
    this.refuse(error.parts ?? { what: "the three planes cannot be shown", got: String(error.message).slice(0, 200), expected: "WebGL 2 with room for the image", remedy: "use the slices, which need none" });
  }

  async start() {
    if (this.niivue) return;
    await script("niivue.umd.js");
    const { Niivue } = globalThis.niivue;
    this.niivue = new Niivue({ isRadiologicalConvention: true, backColor: [0, 0, 0, 1], show3Dcrosshair: true, dragAndDropEnabled: false, logLevel: "silent", crosshairColor: [0.94, 0.89, 0.26, 0.8], crosshairWidth: 0.5 });
    await this.niivue.attachToCanvas(byId("three-canvas"));
    this.niivue.setSliceType(this.niivue.sliceTypeMultiplanar);
    this.niivue.onLocationChange = ({ mm }) => {
      if (!this.following) this.view.goTo([...mm].slice(0, 3));
    };
  }

  // What is open follows the series, the layers and the cross-hair of the slices.
  async follow() {
    if (!this.isOpen || !this.niivue) return;
    const key = this.key();
    if (key !== this.drawn) await this.show().catch((error) => this.fail(error));
    this.following = true;
    this.niivue.scene.crosshairPos = this.niivue.mm2frac(this.view.place);
    this.niivue.drawScene();
    this.following = false;
  }

  layers() {
    return this.edits.status.layers.filter((layer) => this.view.isShown(layer));
  }

  key() {
    return JSON.stringify([this.view.series.key, this.edits.status.pictures, this.layers().map(({ name }) => name), this.view.window]);
  }

  async show() {
    await this.start();
    const key = this.key();
    if (key === this.drawn) return;
    this.drawn = key;
    const { series, window: [low, high] } = this.view;
    for (const volume of [...this.niivue.volumes]) this.niivue.removeVolume(volume);
    await this.add("volume", { series: series.key }, { colormap: series.in_colour ? "viridis" : "gray", cal_min: low, cal_max: high });
    for (const layer of this.layers()) {
      const [r, g, b] = rgb(layer.colour);
      this.niivue.addColormap(layer.name, { R: [0, r], G: [0, g], B: [0, b], A: [0, 140], I: [0, 255] });
      await this.add("mask", { series: series.key, layer: layer.name }, { colormap: layer.name, cal_min: 0, cal_max: 1, opacity: 0.6 });
    }
    byId("three-canvas").dataset.images = String(this.niivue.volumes.length);
  }

  async add(what, words, options) {
    const bytes = await getBytes(address(what, words));
    const image = await globalThis.niivue.NVImage.loadFromUrl({ url: bytes, name: `${what}.nii`, ...options });
    this.niivue.addVolume(image);
  }
}

function hasWebGl() {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}

function script(source) {
  return new Promise((resolve, reject) => {
    const made = element("script", "", { src: source });
    made.addEventListener("load", resolve);
    made.addEventListener("error", () => reject(new Error("its program was not loaded")));
    document.head.append(made);
  });
}
