// Edits go to the server, one after another in the order in which they were made; its answer is what holds.

import { post } from "./api.js";

export class Edits {
  constructor(view, take, refuse) {
    Object.assign(this, { view, take, refuse });
    this.status = null;
    this.sending = Promise.resolve();
  }

  marks() {
    return this.status.marks;
  }

  send(path, body = {}) {
    this.sending = this.sending.then(async () => {
      try {
        this.take(await post(path, body));
      } catch (error) {
        this.refuse(error.parts ?? gone());
      }
    });
    return this.sending;
  }

  mark(done, changes) {
    const { line, short_axis, low_mm, high_mm } = { ...this.marks(), ...changes };
    return this.send("/api/marks", { done, line, short_axis, low_mm, high_mm });
  }

  line(kind, ends) {
    return kind === "line" ? this.mark("line", { line: ends }) : this.mark("short axis", { short_axis: ends });
  }

  end(name) {
    return this.mark("end", { [name]: this.view.place[2] });
  }

  clear() {
    return this.mark("marks cleared", { line: null, short_axis: null, low_mm: null, high_mm: null });
  }

  stroke(points) {
    return { side: this.view.tool, points, radius_mm: this.view.radiusMm };
  }

  // What was painted stays to be seen until the server has taken it.
  async paint({ side, points, radius_mm }) {
    const { key, axis } = this.view;
    await this.send("/api/stroke", { side, series: key, axis, radius_mm, points });
    this.view.draft = null;
    this.view.redraw();
  }
}

export function gone() {
  return {
    what: "the server does not answer",
    got: "no connection",
    expected: "pnst view, still running in its terminal",
    remedy: "start it again; edits that were not saved are gone where it was ended",
  };
}
