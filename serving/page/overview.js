import { sentenceId } from "./article.js";
import { aside, byId, element, plural } from "./dom.js";
import { POSITIONS, spoken } from "./stances.js";

export const holderName = (holder) =>
  holder === null ? "nobody named" : holder.part === null ? "the author" : holder.name;

/** The article's balance: of the sentences that take a position, how many take which. */
export function showBalance(counts) {
  const taken = POSITIONS.filter(({ name }) => counts[name]);
  byId("balance-bar").replaceChildren(
    ...taken.map(({ name, tag }) => {
      const piece = element("span", { class: name }, `${counts[name]} ${tag}`);
      piece.style.flexGrow = counts[name];
      return piece;
    }),
  );
  const words = taken.map(({ name }) => `${counts[name]} ${spoken(name)}`).join(", ") || "none takes a position";
  byId("balance-bar").setAttribute("aria-label", `Balance of the article: ${words}`);
  byId("balance-bar").hidden = !taken.length;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const silent = counts.none === 1 ? "1 takes" : `${counts.none} take`;
  byId("balance-text").textContent = `Of ${plural(total, "sentence")}: ${words}; ${silent} no position.`;
}

/** Who stands where: a row a holder, a column a stance. */
export function showHolders(sentences) {
  const rows = Map.groupBy(
    sentences.filter((s) => s.stance !== "none"),
    (s) => holderName(s.holder),
  );
  byId("holders-head").replaceChildren(
    element("th", { scope: "col" }, "Holder"),
    ...POSITIONS.map(({ name }) => element("th", { scope: "col", class: name }, name)),
  );
  byId("holders").replaceChildren(
    ...[...rows].map(([name, own]) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, name),
        ...POSITIONS.map((stance) => cell(own.filter((s) => s.stance === stance.name))),
      ),
    ),
  );
  if (!rows.size) byId("holders").append(element("tr", {}, element("td", { colspan: 4 }, "No sentence to show.")));
}

function cell(sentences) {
  const items = sentences.map((sentence) => {
    const link = element("a", { href: `#${sentenceId(sentence)}` }, aside("sentence "), String(sentence.index + 1));
    return element("li", {}, link, element("span", {}, sentence.condition?.text ?? ""));
  });
  return items.length ? element("td", {}, element("ul", {}, ...items)) : element("td");
}
