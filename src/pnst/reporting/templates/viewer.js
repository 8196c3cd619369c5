// The viewers of the page: NiiVue over the images that stand in it. Nothing is loaded, and nothing starts unasked.

const RADIOLOGICAL = { isRadiologicalConvention: true, backColor: [0, 0, 0, 1], show3Dcrosshair: true, dragAndDropEnabled: false, logLevel: "silent", crosshairColor: [0.94, 0.89, 0.26, 0.8], crosshairWidth: 0.5, isSliceMM: true, multiplanarShowRender: 0, multiplanarPadPixels: 4 };

async function unpacked(base64) {
  const packed = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

function rgb(colour) {
  return [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16));
}

class Viewer {
  constructor(section) {
    this.section = section;
    this.open = section.querySelector("button");
    this.body = section.querySelector(".planes");
    this.series = section.querySelector("select");
    this.layers = [...section.querySelectorAll("input[data-packed]")];
    this.window = section.querySelector("input[type=range]");
    this.state = section.querySelector("output");
    this.open.addEventListener("click", () => this.start());
    this.series.addEventListener("change", () => this.show());
    this.window.addEventListener("input", () => this.brighten());
    for (const layer of this.layers) layer.addEventListener("change", () => this.show());
    section.hidden = false;
  }

  async start() {
    try {
      if (!document.createElement("canvas").getContext("webgl2")) throw new Error("this browser has no WebGL 2; every slice is shown below");
      this.body.hidden = false;
      this.open.hidden = true;
      this.niivue = new niivue.Niivue(RADIOLOGICAL);
      await this.niivue.attachToCanvas(this.section.querySelector("canvas"));
      this.niivue.setSliceType(this.niivue.sliceTypeMultiplanar);
      await this.show();
      this.series.focus();
    } catch (error) {
      this.state.value = error.message;
    }
  }

  // Changes that come while images are being unpacked are shown after them, the last one alone.
  async show() {
    this.wanted = (this.wanted ?? 0) + 1;
    const asked = this.wanted;
    await this.busy;
    if (asked === this.wanted) this.busy = this.draw();
    await this.busy;
  }

  async draw() {
    const chosen = this.series.selectedOptions[0];
    for (const volume of [...this.niivue.volumes]) this.niivue.removeVolume(volume);
    await this.add(chosen, { colormap: "gray" });
    this.brighten();
    for (const layer of this.layers.filter(({ checked }) => checked)) {
      if (layer.dataset.map) {
        await this.add(layer, { colormap: "viridis", opacity: 0.6 });
        continue;
      }
      const [r, g, b] = rgb(layer.dataset.colour);
      this.niivue.addColormap(layer.name, { R: [0, r], G: [0, g], B: [0, b], A: [0, 150], I: [0, 255] });
      await this.add(layer, { colormap: layer.name, opacity: layer.dataset.lesion ? 0.25 : 0.5 });
    }
    this.state.value = `${chosen.text}, ${this.niivue.volumes.length - 1} layers`;
  }

  async add({ dataset }, options) {
    const bytes = await unpacked(dataset.packed);
    const limits = { cal_min: Number(dataset.low), cal_max: Number(dataset.high) };
    this.niivue.addVolume(await niivue.NVImage.loadFromUrl({ url: bytes, name: "image.nii", ...limits, ...options }));
  }

  brighten() {
    const [image] = this.niivue.volumes;
    const { low, high } = this.series.selectedOptions[0].dataset;
    image.cal_max = Number(low) + (Number(high) - Number(low)) / Number(this.window.value);
    this.niivue.updateGLVolume();
  }
}

for (const section of document.querySelectorAll("section.viewer")) new Viewer(section);
