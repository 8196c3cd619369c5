// Small makers of elements. Text is always text: nothing that comes from a file becomes markup.

export const byId = (id) => document.getElementById(id);

export function element(name, text = "", properties = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  return made;
}

// A row of buttons of which one is pressed.
export function choices(parent, items, chosen, choose) {
  const focused = parent.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const buttons = items.map(({ key, title, hint = "" }) => {
    const button = element("button", title, { type: "button", title: hint });
    button.dataset.key = key;
    button.setAttribute("aria-pressed", String(key === chosen));
    button.addEventListener("click", () => choose(key));
    return button;
  });
  parent.replaceChildren(...buttons);
  if (focused !== null) buttons.find((button) => button.dataset.key === focused)?.focus();
}

// A table with a head, each body row an array of texts or elements; the first cell names the row.
export function table(head, rows) {
  const made = element("table");
  if (head.length) {
    const row = made.createTHead().insertRow();
    for (const text of head) row.append(element("th", text, { scope: "col" }));
  }
  const body = made.createTBody();
  for (const cells of rows) {
    const row = body.insertRow();
    cells.forEach((cell, n) => {
      const box = n ? element("td") : element("th", "", { scope: "row" });
      box.append(cell);
      row.append(box);
    });
  }
  return made;
}
