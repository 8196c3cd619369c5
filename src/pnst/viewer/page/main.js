// The page: reads the study once, then asks again and again what holds, and draws what changed.

import { getJson } from "./api.js";
import { Drawing } from "./drawing.js";
import { Edits, gone } from "./edits.js";
import { byId, element } from "./elements.js";
import { listenEverywhere, listenOnSlice } from "./keys.js";
import { drawLayerBoxes } from "./layers.js";
import { drawPanel, drawRefusal } from "./panel.js";
import { SliceView } from "./slice_view.js";
import { ThreePlanes } from "./three_planes.js";
import { drawTools } from "./tools.js";
import { ViewState } from "./view_state.js";

const QUICK_MS = 300;
const IDLE_MS = 1500;

function drawSliders(view) {
  const slider = byId("slice-slider");
  slider.max = String(view.series.shape[view.axis] - 1);
  slider.value = String(view.slice);
  const [low, high] = view.series.range;
  view.window.forEach((value, n) => {
    byId(n ? "window-high" : "window-low").value = String(Math.round((1000 * (value - low)) / (high - low)));
  });
}

function drawPosition(view) {
  const [x, y, z] = view.place;
  const words = [[x, "R", "L"], [y, "A", "P"], [z, "S", "I"]].map(([mm, above, below]) => `${mm < 0 ? below : above} ${Math.abs(mm).toFixed(1)}`);
  byId("position").textContent = `Cross-hair at ${words.join(", ")} mm (RAS ${[x, y, z].map((mm) => mm.toFixed(1)).join(", ")})`;
}

function listenToSliders(view) {
  byId("slice-slider").addEventListener("input", (event) => view.goToSlice(Number(event.target.value)));
  const read = () => {
    const [low, high] = view.series.range;
    const ends = ["window-low", "window-high"].map((id) => low + (Number(byId(id).value) / 1000) * (high - low));
    view.window = ends[0] < ends[1] ? ends : [ends[0], ends[0] + (high - low) / 1000];
  };
  byId("window-low").addEventListener("input", read);
  byId("window-high").addEventListener("input", read);
  byId("window-reset").addEventListener("click", () => {
    view.windows.delete(view.series.key);
    view.redraw();
  });
}

function once(work) {
  let waits = false;
  return () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => {
      waits = false;
      work();
    });
  };
}

async function start() {
  const study = await getJson("/api/study");
  byId("case").textContent = study.case_id;
  document.title = `pnst view: ${study.case_id}`;
  byId("notes").replaceChildren(...study.notes.map((note) => element("li", note)));
  const canvas = byId("slice");
  const sliceView = new SliceView(canvas);
  const redraw = once(() => {
    if (!edits.status) return;
    view.adc = edits.status.adc;
    drawTools(view, edits, three);
    drawLayerBoxes(view, edits.status);
    drawSliders(view);
    drawPosition(view);
    sliceView.draw(view, edits.status);
    three.follow();
  });
  const view = new ViewState(study, redraw);
  const take = (status) => {
    const isNew = JSON.stringify(status) !== JSON.stringify(edits.status);
    edits.status = status;
    if (!isNew) return;
    drawPanel(status, edits, study.can_save);
    redraw();
  };
  const edits = new Edits(view, take, drawRefusal);
  const three = new ThreePlanes(view, edits, drawRefusal);
  take(await getJson("/api/status"));
  startAtLesion(view, edits.status);
  new Drawing(canvas, view, sliceView, edits);
  listenOnSlice(canvas, view, edits);
  listenEverywhere(edits);
  listenToSliders(view);
  for (const name of ["undo", "redo", "save"]) byId(name).addEventListener("click", () => edits.send(`/api/${name}`));
  new ResizeObserver(redraw).observe(canvas);
  keepAsking(take, edits);
}

function startAtLesion(view, { middle }) {
  if (middle) view.goTo(middle);
}

async function keepAsking(take, edits) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, edits.status.is_complete && !edits.status.is_saving ? IDLE_MS : QUICK_MS));
    const before = edits.sending;
    try {
      const status = await getJson("/api/status");
      if (before === edits.sending) take(status); // else the answer to an edit is newer
    } catch (error) {
      drawRefusal(error.parts ?? gone());
    }
  }
}

start().catch((error) => drawRefusal(error.parts ?? gone()));
