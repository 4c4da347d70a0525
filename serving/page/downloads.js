import { element } from "./dom.js";

/** Hands a file to the browser. */
export function download(name, type, content) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  element("a", { href: url, download: name }).click();
  // Later, because some browsers have not begun to read it when click() returns.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The answer as it came, and the article it is about. */
export const toJson = (article, answer) => JSON.stringify({ ...article, ...answer }, null, 2);

export const toJsonLines = (records) => records.map((record) => `${JSON.stringify(record)}\n`).join("");

/** One row a sentence, in the service's own columns; with a byte order mark, without which Excel reads Latin-1. */
export function toCsv(answer) {
  const columns = {
    id: () => answer.id,
    index: (s) => s.index,
    part: (s) => s.part,
    start: (s) => s.start,
    end: (s) => s.end,
    stance: (s) => s.stance,
    confidence: (s) => s.confidence,
    support: (s) => s.probabilities.support,
    oppose: (s) => s.probabilities.oppose,
    conditional: (s) => s.probabilities.conditional,
    none: (s) => s.probabilities.none,
    holder: (s) => s.holder?.name,
    condition: (s) => s.condition?.text,
    uncertain: (s) => s.uncertain,
    truncated: (s) => s.truncated,
    text: (s) => s.text,
    model: () => answer.model.name,
    version: () => answer.model.version,
  };
  const rows = answer.sentences.map((sentence) => Object.values(columns).map((value) => value(sentence)));
  const lines = [Object.keys(columns), ...rows].map((row) => row.map(quote).join(","));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

function quote(value) {
  if (typeof value !== "string") return String(value ?? "");
  // A spreadsheet runs a cell that starts like a formula, and an article may come from anybody.
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
