// The pointer on the slice: moving the cross-hair, drawing lines and dragging their ends, painting.

import { distance } from "./geometry.js";

const GRIP = 14; // css pixels within which an end is taken hold of

export class Drawing {
  constructor(canvas, view, sliceView, edits) {
    Object.assign(this, { canvas, view, sliceView, edits });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", () => this.drop());
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  at(event) {
    return this.sliceView.layout.world(event.offsetX, event.offsetY);
  }

  down(event) {
    if (event.button !== 0 || !this.sliceView.layout) return;
    event.preventDefault();
    this.canvas.focus();
    this.canvas.setPointerCapture(event.pointerId);
    const place = this.at(event);
    const { view } = this;
    if (view.tool === "line" || view.tool === "short") view.draft = this.grip(event) ?? { colour: view.tool, ends: [place, place], moves: 1 };
    else if (view.tool !== "look") view.draft = { stroke: this.edits.stroke([place]) };
    this.pressed = true;
    view.goTo(place);
  }

  // The end of a line of this slice that the pointer is on, so that it moves and the other end stays.
  grip(event) {
    const marks = this.edits.marks();
    const ends = this.view.tool === "line" ? marks.line : marks.short_axis;
    if (!ends) return null;
    const near = ends.map((end) => this.sliceView.layout.pixel(end)).map(({ x, y, off }) => Math.abs(off) < 0.75 && Math.hypot(x - event.offsetX, y - event.offsetY) < GRIP);
    const moves = near.indexOf(true);
    return moves < 0 ? null : { colour: this.view.tool, ends: [...ends], moves };
  }

  move(event) {
    if (!this.pressed) return;
    const place = this.at(event);
    const { draft } = this.view;
    if (draft?.ends) draft.ends[draft.moves] = place;
    if (draft?.stroke && distance(place, draft.stroke.points.at(-1)) > 0.3) draft.stroke.points.push(place);
    this.view.goTo(place);
  }

  up() {
    if (!this.pressed) return;
    this.pressed = false;
    const { draft } = this.view;
    if (draft?.ends && distance(...draft.ends) >= 1) this.edits.line(draft.colour, draft.ends);
    if (draft?.stroke) this.edits.paint(draft.stroke);
    if (draft?.ends) this.view.draft = null;
    this.view.redraw();
  }

  drop() {
    this.pressed = false;
    this.view.draft = null;
    this.view.redraw();
  }

  wheel(event) {
    event.preventDefault();
    this.view.goToSlice(this.view.slice + (event.deltaY < 0 ? 1 : -1));
  }
}
