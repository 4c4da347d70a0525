/** The stances in the order in which the page shows them; `tag` is what stands behind a sentence. */
export const STANCES = [
  { name: "support", tag: "for" },
  { name: "conditional", tag: "if" },
  { name: "oppose", tag: "against" },
  { name: "none", tag: "–" },
];

export const POSITIONS = STANCES.filter((stance) => stance.name !== "none");

const TAGS = Object.fromEntries(STANCES.map((stance) => [stance.name, stance.tag]));

export const tagOf = (name) => TAGS[name];

export const spoken = (name) => (name === "none" ? "no position" : name);
