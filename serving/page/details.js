import { sentenceId, tagButton } from "./article.js";
import { correctionOf, keep, withdraw } from "./corrections.js";
import { byId, element, percent } from "./dom.js";
import { holderName } from "./overview.js";
import { STANCES, spoken } from "./stances.js";

const panel = byId("details");
const form = byId("correction");
let chosen = null;

/** Prepares the panel; `changed(sentence)` is called when a correction was kept or withdrawn. */
export function prepareDetails(changed) {
  byId("right-stances").replaceChildren(
    ...STANCES.map(({ name }) => {
      const radio = element("input", { type: "radio", name: "stance", value: name });
      return element("label", { class: "check" }, radio, ` ${spoken(name)}`);
    }),
  );
  byId("details-close").addEventListener("click", closeDetails);
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeDetails();
  });
  byId("wrong").addEventListener("toggle", ({ target }) => {
    if (target.open) form.scrollIntoView({ block: "nearest" });
  });
  form.addEventListener("change", allowFields);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => keep(chosen.article, chosen.model, chosen.sentence, readCorrection()), changed);
  });
  byId("withdraw").addEventListener("click", () => {
    attempt(() => withdraw(chosen.article, chosen.sentence), changed);
  });
}

function attempt(action, changed) {
  try {
    action();
  } catch (problem) {
    byId("correction-problem").textContent = problem.message;
    return;
  }
  changed(chosen.sentence);
  fillCorrection();
}

/** Opens the panel for a sentence and moves the focus there; Escape or Close brings it back. */
export function openDetails(article, answer, sentence) {
  if (chosen) mark(false);
  chosen = { article, model: answer.model, sentences: answer.sentences, sentence };
  mark(true);
  byId("details-heading").textContent = `Sentence ${sentence.index + 1}: ${spoken(sentence.stance)}`;
  panel.className = sentence.stance;
  byId("details-text").textContent = sentence.text;
  byId("details-notes").replaceChildren(...notes(sentence).map((note) => element("li", {}, note)));
  byId("details-probabilities").replaceChildren(...STANCES.map(({ name }) => probability(name, sentence)));
  byId("details-holder").replaceChildren(...holder(sentence, answer.sentences));
  byId("details-condition").textContent = sentence.condition?.text ?? "–";
  byId("wrong").open = false;
  fillCorrection();
  panel.hidden = false;
  byId("details-heading").focus({ preventScroll: true });
  tagButton(sentence).parentElement.scrollIntoView({ block: "nearest" });
}

export function closeDetails() {
  if (!chosen) return;
  const tag = tagButton(chosen.sentence);
  mark(false);
  chosen = null;
  const hadFocus = panel.contains(document.activeElement);
  panel.hidden = true;
  if (hadFocus) tag.focus({ preventScroll: true });
}

export const isChosen = (matches) => chosen !== null && matches(chosen.sentence);

function mark(open) {
  const tag = tagButton(chosen.sentence);
  tag?.setAttribute("aria-expanded", String(open));
  tag?.parentElement.classList.toggle("chosen", open);
}

function notes({ uncertain, truncated }) {
  return [
    ...(uncertain ? ["The model is not sure of this one."] : []),
    ...(truncated ? ["The sentence is too long for the model, which read only its beginning."] : []),
  ];
}

function probability(name, { probabilities }) {
  const bar = element("span", { class: `share ${name}` });
  bar.style.width = `${probabilities[name] * 100}%`;
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, spoken(name)),
    element("td", {}, percent(probabilities[name])),
    element("td", { class: "track", "aria-hidden": "true" }, bar),
  );
}

function holder({ holder: found, stance }, sentences) {
  if (stance === "none") return ["–"];
  const named = sentences.find((s) => s.part === found?.part && s.start <= found.start && found.start < s.end);
  if (!named) return [holderName(found)];
  const link = element("a", { href: `#${sentenceId(named)}` }, `sentence ${named.index + 1}`);
  return [`${found.name} (named in `, link, ")"];
}

function fillCorrection() {
  const { article, sentence, sentences } = chosen;
  const kept = correctionOf(article, sentence)?.correction;
  const shown = kept ?? answered(sentence);
  form.elements.stance.value = shown.stance;
  byId("right-holder").value = shown.holder ?? "";
  byId("right-condition").value = shown.condition ?? "";
  const names = new Set(["author", ...sentences.flatMap((s) => (s.holder ? [s.holder.name] : []))]);
  byId("known-holders").replaceChildren(...[...names].map((value) => element("option", { value })));
  byId("withdraw").hidden = !kept;
  byId("correction-problem").textContent = "";
  allowFields();
}

const answered = ({ stance, holder: found, condition }) => ({
  stance,
  holder: found?.name ?? null,
  condition: condition?.text ?? null,
});

function allowFields() {
  const stance = form.elements.stance.value;
  byId("right-holder").disabled = stance === "none";
  byId("right-condition").disabled = stance !== "conditional";
}

/** Reads the form; throws what is wrong with it, because only spans of the article can be trained on. */
function readCorrection() {
  const { article, sentence } = chosen;
  const read = (id) => (byId(id).disabled ? null : byId(id).value.trim() || null);
  const correction = {
    stance: form.elements.stance.value,
    holder: read("right-holder"),
    condition: read("right-condition"),
  };
  const { holder: name, condition } = correction;
  if (name && name !== "author" && !article.title.includes(name) && !article.text.includes(name)) {
    throw new Error(`“${name}” is not in the article: write the name as it stands there, or “author”.`);
  }
  if (condition && !sentence.text.includes(condition)) {
    throw new Error("The condition is not in the sentence: take its words as they stand there.");
  }
  if (JSON.stringify(correction) === JSON.stringify(answered(sentence))) {
    throw new Error("This is what the model said.");
  }
  return correction;
}
