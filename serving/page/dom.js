/** Makes an element. Children that are strings become text, never markup. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export const byId = (id) => document.getElementById(id);

export const percent = (share) => `${Math.round(share * 100)} %`;

export const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** What follows a visible word for those who hear the page instead of seeing it. */
export const aside = (text) => element("span", { class: "visually-hidden" }, text);
