// The column beside the image: what is under way, the lesion, odds, measurements, a reader's words.

import { byId, choices, element, table } from "./elements.js";

export function drawPanel(status, edits, canSave) {
  drawActions(status, canSave);
  drawRefusal(status.refusal);
  drawOnce("lesion", [status.lesions, status.active], () => lesionParts(status, edits));
  drawOnce("odds", [status.answer?.odds, status.answer?.is_final, status.answer?.contributions, status.answer?.abstained, status.answer?.failure], () => oddsParts(status));
  drawOnce("measured", status.answer?.rows, () => measuredParts(status.answer));
  drawOnce("words", status.words, () => [wordsTable(status.words, edits)]);
}

// Only what changed is drawn again, so that the focus stays and a screen reader is not told twice.
function drawOnce(id, content, parts) {
  const parent = byId(id);
  const key = JSON.stringify(content ?? null);
  if (parent.dataset.drawn === key) return;
  parent.dataset.drawn = key;
  const focused = parent.contains(document.activeElement) ? document.activeElement.id : "";
  parent.replaceChildren(...parts());
  if (focused) byId(focused)?.focus();
}

function drawActions(status, canSave) {
  button("undo", "Undo", status.undo);
  button("redo", "Redo", status.redo);
  const save = byId("save");
  save.textContent = status.is_saved ? "Saved" : status.is_saving ? "Saving" : "Save";
  save.disabled = status.is_saved || status.is_saving || !status.lesions.length;
  save.title = canSave ? "" : "pnst view was started without --out";
  const words = status.stage ? `${status.stage} …` : status.is_complete ? "" : "working …";
  const progress = byId("progress");
  if (progress.textContent !== words) progress.textContent = words;
  progress.dataset.complete = String(status.is_complete);
}

function button(id, title, what) {
  const made = byId(id);
  made.textContent = what ? `${title}: ${what}` : title;
  made.disabled = !what;
}

export function drawRefusal(parts) {
  const parent = byId("refusal");
  const key = JSON.stringify(parts);
  if (parent.dataset.drawn === key) return;
  parent.dataset.drawn = key;
  if (!parts) {
    parent.replaceChildren();
    return;
  }
  const list = element("dl");
  for (const name of ["got", "expected", "remedy"]) list.append(element("dt", name), element("dd", parts[name]));
  parent.replaceChildren(element("strong", parts.what), list);
}

function lesionParts({ lesions, active }, edits) {
  if (!lesions.length) return [element("p", "None yet. Choose Long axis, drag from edge to edge where the lesion is longest, and choose Segment; or paint on it.", { className: "quiet" })];
  const { made_by, rows } = lesions[active];
  const shown = rows.filter((row) => row.some((cell) => cell));
  const parts = [element("p", made_by), table([], shown.map(([what, value]) => [what, value]).filter(([what]) => what))];
  const doubts = shown.map(([, , doubt]) => doubt).filter((doubt) => doubt);
  if (doubts.length) parts.push(list(doubts));
  if (lesions.length > 1) {
    const bar = element("div", "", { className: "bar", role: "group", "aria-label": "Which lesion" });
    choices(bar, lesions.map(({ label }, n) => ({ key: String(n), title: label })), String(active), (n) => edits.send("/api/lesion", { number: Number(n) }));
    parts.unshift(bar);
  }
  return parts;
}

function list(texts) {
  const made = element("ul", "", { className: "quiet" });
  made.append(...texts.map((text) => element("li", text)));
  return made;
}

function oddsParts({ answer, lesions }) {
  if (!lesions.length) return [element("p", "No lesion yet.", { className: "quiet" })];
  if (!answer) return [element("p", "Not measured yet.", { className: "quiet" })];
  if (answer.failure) return [element("p", answer.failure)];
  const { odds } = answer;
  const parts = [];
  if (odds) {
    parts.push(element("p", `Odds of ${odds.of} × ${odds.factor}`, { className: "answer", id: "factor" }));
    if (odds.factor_interval) parts.push(element("p", `95 % ${odds.factor_interval}, whatever the prior`));
    parts.push(element("p", `Probability ${odds.probability} % (95 % ${odds.interval} %), prior ${odds.prior} %`));
  }
  if (!answer.is_final) parts.push(element("p", "Preliminary: intervals are still being worked out.", { className: "preliminary" }));
  if (answer.abstained) parts.push(element("p", answer.abstained, { className: "preliminary" }));
  if (answer.contributions.length) parts.push(contributions(answer.contributions));
  parts.push(element("p", answer.disclaimer, { className: "quiet" }));
  return parts;
}

function contributions(items) {
  const rows = items.map(({ title, text, log_odds }) => [title, text, log_odds > 0 ? "for" : log_odds < 0 ? "against" : "neither"]);
  return table(["finding", "log-odds", "speaks"], rows);
}

function measuredParts(answer) {
  if (!answer?.rows) return [element("p", "Nothing yet.", { className: "quiet" })];
  const rows = answer.rows.filter(([what]) => !/^(odds|probability) of|\(reader\)$/.test(what));
  return [table(["what", "value"], rows.map(([what, value, doubt]) => [what, doubt ? doubted(value, doubt) : value]))];
}

// A number and, under it, what casts doubt on it.
function doubted(value, doubt) {
  const made = element("div", value);
  made.append(element("div", doubt, { className: "doubt" }));
  return made;
}

function wordsTable(words, edits) {
  const rows = words.map(({ column, title, measured, word }) => [title, measured, chooser(column, title, word, edits)]);
  return table(["sign", "measured", "your word"], rows);
}

function chooser(column, title, word, edits) {
  const made = element("select", "", { id: `word-${column}`, "aria-label": `Your word: ${title}` });
  for (const [value, text] of [["", "none"], ["true", "yes"], ["false", "no"]]) made.append(element("option", text, { value }));
  made.value = word === null || word === undefined ? "" : String(word);
  made.addEventListener("change", () => edits.send("/api/word", { column, value: made.value === "" ? null : made.value === "true" }));
  return made;
}
