import { Problem } from "./api.js";

const KEY = "troopstance.corrections";

/** All corrections that this browser holds, oldest first; none where it lets a page keep nothing. */
export function corrections() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

const isAbout = (article, sentence) => (record) =>
  record.sentence.part === sentence.part &&
  record.sentence.start === sentence.start &&
  record.sentence.end === sentence.end &&
  record.article.title === article.title &&
  record.article.text === article.text;

export const correctionOf = (article, sentence) => corrections().find(isAbout(article, sentence));

/** Keeps a correction in the place of an earlier one. The one place from which a service could be told of it. */
export function keep(article, model, sentence, correction) {
  const { index, part, start, end, text, ...answer } = sentence;
  write([
    ...corrections().filter((record) => !isAbout(article, sentence)(record)),
    { article, sentence: { index, part, start, end, text }, model, answer, correction },
  ]);
}

export function withdraw(article, sentence) {
  write(corrections().filter((record) => !isAbout(article, sentence)(record)));
}

export const forgetAll = () => localStorage.removeItem(KEY);

function write(records) {
  try {
    localStorage.setItem(KEY, JSON.stringify(records));
  } catch {
    throw new Problem(
      "The correction is not kept",
      "This browser keeps nothing for this page, or has no room left: download the corrections and delete them.",
    );
  }
}
