// Which layers lie over the image: a box to tick each, with its colour and its name.

import { byId, element } from "./elements.js";

export function drawLayerBoxes(view, status) {
  const parent = byId("layers");
  const key = JSON.stringify([status.layers, [...view.shown]]);
  if (parent.dataset.drawn === key) return;
  parent.dataset.drawn = key;
  const focused = parent.contains(document.activeElement) ? document.activeElement.id : "";
  const boxes = status.layers.map((layer) => box(layer, view));
  const none = boxes.length ? [] : [element("span", "Nothing yet", { className: "quiet" })];
  parent.replaceChildren(element("legend", "Shown over the image"), ...boxes, ...none);
  if (focused) byId(focused)?.focus();
}

function box(layer, view) {
  const label = element("label");
  const input = element("input", "", { type: "checkbox", checked: view.isShown(layer), id: `layer-${layer.name}` });
  input.addEventListener("change", () => {
    view.shown.set(layer.name, input.checked);
    view.redraw();
  });
  const swatch = element("span", "", { className: "swatch" });
  swatch.style.borderColor = layer.colour;
  label.append(input, swatch, layer.title);
  return label;
}
