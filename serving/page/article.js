import { aside, byId, element, percent } from "./dom.js";
import { spoken, tagOf } from "./stances.js";

/** Cuts by code points, as the wire counts; JavaScript's own slice would count an emoji twice. */
export function cutter(text) {
  const units = [0];
  for (const character of text) units.push(units.at(-1) + character.length);
  return (start, end = units.length - 1) => text.slice(units[start], units[end]);
}

export const sentenceId = (sentence) => `sentence-${sentence.index + 1}`;

/** Shows title and text, every sentence with its tag; `choose` hears which sentence was chosen. */
export function showArticle(article, sentences, choose) {
  const title = element("h3", { class: "headline" });
  fill(article.title, sentences.filter((s) => s.part === "title"), () => title, choose);
  const paragraphs = [];
  const next = (paragraphEnds) => {
    if (paragraphEnds || !paragraphs.length) paragraphs.push(element("p"));
    return paragraphs.at(-1);
  };
  fill(article.text, sentences.filter((s) => s.part === "text"), next, choose);
  byId("article").replaceChildren(...[title, ...paragraphs].filter((block) => block.childNodes.length));
}

/** A sentence never crosses a line break, so blocks change only in the gaps between sentences. */
function fill(text, sentences, blockAfter, choose) {
  const cut = cutter(text);
  let position = 0;
  for (const sentence of sentences) {
    const gap = cut(position, sentence.start);
    const block = blockAfter(gap.includes("\n"));
    block.append(gap.slice(gap.lastIndexOf("\n") + 1), mark(sentence, cut, choose));
    position = sentence.end;
  }
}

function mark(sentence, cut, choose) {
  const words = element("span", { class: "words" });
  const { start, end, condition } = sentence;
  if (condition) {
    const hangsOn = element("em", {}, cut(condition.start, condition.end));
    words.append(cut(start, condition.start), hangsOn, cut(condition.end, end));
  } else {
    words.append(cut(start, end));
  }
  const tag = element("button", {
    type: "button",
    class: "tag",
    id: sentenceId(sentence),
    "aria-controls": "details",
    "aria-expanded": "false",
  });
  const made = element("span", { class: `sentence ${sentence.stance}`, "data-index": sentence.index }, words, "\u00a0", tag);
  setTag(tag, sentence, null);
  // The tag is a true button for the keyboard; for the mouse and the thumb the whole sentence is one.
  made.addEventListener("click", () => {
    const selecting = !getSelection().isCollapsed;
    if (!selecting && !tag.hidden) choose(sentence);
  });
  return made;
}

/** Writes what stands behind a sentence: its stance, a doubt, and the correction it has been given. */
export function setTag(tag, sentence, correction) {
  const doubt = sentence.uncertain ? "?" : "";
  const edited = correction ? ` → ${tagOf(correction.stance)}` : "";
  const long = ` ${spoken(sentence.stance)}, ${percent(sentence.confidence)}, sentence ${sentence.index + 1}`;
  tag.replaceChildren(tagOf(sentence.stance) + doubt + edited, aside(long + (correction ? ", corrected" : "")));
}

export const tagButton = (sentence) => byId(sentenceId(sentence));

/** Fades the sentences that the filter leaves out; they stay readable, but cannot be chosen. */
export function applyFilter(sentences, matches, hideOthers) {
  byId("article").classList.toggle("only", hideOthers);
  for (const sentence of sentences) {
    const tag = tagButton(sentence);
    tag.hidden = !matches(sentence);
    tag.parentElement.classList.toggle("out", tag.hidden);
  }
}
