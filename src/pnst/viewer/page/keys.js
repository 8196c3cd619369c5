// Everything that the pointer does, by keys.

import { clampIndex, inPlane, toIndex, toWorld } from "./geometry.js";

const STEPS = { ArrowLeft: [0, 1], ArrowRight: [0, -1], ArrowUp: [1, 1], ArrowDown: [1, -1] };

// A place moved by voxels in the plane that is shown; null where the key moves nothing.
export function stepped(view, place, event) {
  const step = STEPS[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey) return null;
  const index = toIndex(view.series, place);
  index[inPlane(view.axis)[step[0]]] += step[1] * (event.shiftKey ? 10 : 1);
  return toWorld(view.series, clampIndex(view.series, index));
}

export function listenOnSlice(canvas, view, edits) {
  canvas.addEventListener("keydown", (event) => {
    const place = stepped(view, view.place, event);
    if (place) moved(view, place);
    else if (event.key === "PageUp") view.goToSlice(view.slice + 1);
    else if (event.key === "PageDown") view.goToSlice(view.slice - 1);
    else if (event.key === "Home") view.goToSlice(0);
    else if (event.key === "End") view.goToSlice(view.series.shape[view.axis] - 1);
    else if (event.key === "Enter" || event.key === " ") pressed(view, edits);
    else if (event.key === "Escape" && view.draft) view.use(view.tool);
    else return;
    event.preventDefault();
  });
}

function moved(view, place) {
  if (view.draft?.ends) view.draft.ends[view.draft.moves] = place;
  if (view.draft?.stroke) view.draft.stroke.points.push(place);
  view.goTo(place);
}

function pressed(view, edits) {
  const { draft, tool, place } = view;
  if (tool === "look") return;
  if (!draft) view.draft = tool === "line" || tool === "short" ? { colour: tool, ends: [place, place], moves: 1 } : { stroke: edits.stroke([place]) };
  else if (draft.ends) {
    view.draft = null;
    edits.line(draft.colour, draft.ends);
  } else edits.paint(draft.stroke);
  view.redraw();
}

export function listenEverywhere(edits) {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "s") edits.send("/api/save");
    else if (key === "y" || (key === "z" && event.shiftKey)) edits.send("/api/redo");
    else if (key === "z") edits.send("/api/undo");
    else return;
    event.preventDefault();
  });
}
