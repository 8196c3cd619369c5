// The rows of buttons above the image: series, plane, tool, and what belongs to the tool.

import { byId, choices, element } from "./elements.js";
import { stepped } from "./keys.js";
import { TOOLS } from "./view_state.js";

export function drawTools(view, edits, three) {
  choices(byId("series"), view.all.map(({ key, title, facts }) => ({ key, title, hint: facts })), view.series.key, (key) => view.choose(key));
  const planes = view.series.planes.map(({ title }, axis) => ({ key: String(axis), title: title[0].toUpperCase() + title.slice(1) })).reverse();
  choices(byId("planes"), planes, String(view.axis), (axis) => view.turn(axis));
  byId("planes").append(three.button);
  choices(byId("tools"), TOOLS, view.tool, (tool) => view.use(tool));
  drawOptions(view, edits);
}

function drawOptions(view, edits) {
  const parent = byId("tool-options");
  const status = edits.status;
  const key = JSON.stringify([view.tool, status.marks, status.lesions.length]);
  if (parent.dataset.drawn === key) return;
  parent.dataset.drawn = key;
  const focused = parent.contains(document.activeElement) ? document.activeElement.id : "";
  const paints = view.tool === "lesion" || view.tool === "other";
  parent.replaceChildren(...(paints ? [brush(view)] : ends(view, edits)), ...actions(edits, status), ...missing(status.marks));
  if (focused) byId(focused)?.focus();
}

function brush(view) {
  const input = element("input", "", { type: "range", min: "1", max: "20", step: "1", id: "brush" });
  input.value = String(view.radiusMm);
  const label = element("label", `Brush, radius ${view.radiusMm} mm `);
  label.append(input);
  input.addEventListener("input", () => {
    view.radiusMm = Number(input.value);
    label.firstChild.textContent = `Brush, radius ${view.radiusMm} mm `;
    view.redraw();
  });
  return label;
}

// Each end is a button: while it has the focus, the arrow keys move it.
function ends(view, edits) {
  const { marks } = edits.status;
  const made = [];
  for (const [name, title] of [["line", "Long axis"], ["short_axis", "Short axis"]]) {
    (marks[name] ?? []).forEach((end, n) => made.push(endButton(view, edits, name, title, n)));
  }
  return made;
}

// What a line alone leaves unsaid, before anything is segmented from it.
function missing(marks) {
  if (!marks.line) return [];
  const names = { short_axis: "the short axis", low_mm: "the lowest slice", high_mm: "the highest slice" };
  const absent = Object.keys(names).filter((name) => marks[name] === null).map((name) => names[name]);
  if (!absent.length) return [];
  return [element("span", `Not marked: ${absent.join(", ")}. What is missing is assumed.`, { className: "quiet", id: "missing" })];
}

function endButton(view, edits, name, title, n) {
  const [x, y, z] = edits.marks()[name][n].map((value) => value.toFixed(1));
  const button = element("button", `${title}, end ${n + 1}`, { type: "button", id: `${name}-${n}`, title: "The arrow keys move it" });
  button.setAttribute("aria-label", `${title}, end ${n + 1}, at ${x}, ${y}, ${z} mm; the arrow keys move it`);
  button.addEventListener("click", () => view.goTo(edits.marks()[name][n]));
  button.addEventListener("keydown", (event) => {
    const line = edits.marks()[name];
    const place = line && stepped(view, line[n], event);
    if (!place) return;
    event.preventDefault();
    const moved = line.map((end, at) => (at === n ? place : end));
    edits.status.marks[name] = moved; // at once; the server's answer follows
    view.goTo(place);
    edits.line(name === "line" ? "line" : "short", moved);
  });
  return button;
}

function actions(edits, { marks, lesions }) {
  const button = (title, id, act, properties = {}) => {
    const made = element("button", title, { type: "button", id, ...properties });
    made.addEventListener("click", act);
    return made;
  };
  const mm = (value) => (value === null ? "" : ` (z ${value.toFixed(0)} mm)`);
  const isDrawn = marks.line !== null || marks.strokes.length > 0;
  const segment = button(lesions.length && marks.line ? "Segment anew" : "Segment", "segment", () => edits.send("/api/segment"), { disabled: !isDrawn });
  segment.className = "main";
  const extent = marks.line
    ? [button(`Lowest here${mm(marks.low_mm)}`, "low", () => edits.end("low_mm")), button(`Highest here${mm(marks.high_mm)}`, "high", () => edits.end("high_mm"))]
    : [];
  const clear = marks.line ? [button("Clear line", "clear", () => edits.clear())] : [];
  return [...extent, segment, ...clear];
}
