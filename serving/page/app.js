import { classify, examples, info, Problem } from "./api.js";
import { applyFilter, setTag, showArticle, tagButton } from "./article.js";
import { correctionOf, corrections, forgetAll } from "./corrections.js";
import { closeDetails, isChosen, openDetails, prepareDetails } from "./details.js";
import { aside, byId, element, percent, plural } from "./dom.js";
import { download, toCsv, toJson, toJsonLines } from "./downloads.js";
import { showBalance, showHolders } from "./overview.js";
import { STANCES, spoken } from "./stances.js";

const form = byId("article-form");
const fields = { title: byId("title"), text: byId("text") };
let shown = null;
let replaced = null;
let reading = false;

const say = (text) => {
  byId("status").textContent = text;
};

function showProblem(problem) {
  say("");
  byId("problem").replaceChildren(element("strong", {}, problem.title), ` ${problem.message}`);
  byId("input").open = true;
  if (problem.status === 401) byId("key-field").hidden = false;
  const field = problem.status === 401 ? byId("key") : fields[problem.field];
  field?.setAttribute("aria-invalid", "true");
  (field ?? fields.text).focus();
}

function clearProblem() {
  byId("problem").replaceChildren();
  for (const field of [...Object.values(fields), byId("key")]) field.removeAttribute("aria-invalid");
}

const typed = () => ({ title: fields.title.value, text: fields.text.value });

/** Puts an article into the form; what was there can be brought back. */
function replaceTyped({ title, text }) {
  const before = typed();
  replaced = before.title || before.text ? before : null;
  byId("undo").hidden = !replaced;
  fields.title.value = title;
  fields.text.value = text;
}

async function read() {
  if (reading) return;
  reading = true;
  form.setAttribute("aria-busy", "true");
  clearProblem();
  say("Reading …");
  const article = typed();
  try {
    show(article, await classify(article, byId("key").value));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showProblem(problem);
  } finally {
    reading = false;
    form.removeAttribute("aria-busy");
  }
}

function show(article, answer) {
  closeDetails();
  shown = { article, answer };
  const { sentences, summary, model } = answer;
  showArticle(article, sentences, (sentence) => openDetails(article, answer, sentence));
  showBalance(summary.counts);
  for (const { name } of STANCES) byId(`count-${name}`).textContent = summary.counts[name];
  filter();
  sentences.forEach(showCorrection);
  showModel(model);
  byId("input").open = false;
  byId("results").hidden = false;
  byId("results-heading").focus();
  say(`Read: ${plural(sentences.length, "sentence")}.`);
}

const showModel = ({ name, version }) => {
  byId("model").textContent = `Model: ${name}, version ${version}.`;
};

function filter() {
  const { sentences } = shown.answer;
  const least = Number(byId("confidence").value);
  const stances = new Set(new FormData(byId("filters")).getAll("stance"));
  const matches = ({ stance, confidence }) => stances.has(stance) && confidence * 100 >= least;
  const kept = sentences.filter(matches);
  byId("confidence-value").textContent = `${least} %`;
  byId("shown").textContent = `${kept.length} of ${plural(sentences.length, "sentence")} shown.`;
  if (isChosen((sentence) => !matches(sentence))) closeDetails();
  applyFilter(sentences, matches, byId("only").checked);
  showHolders(kept);
}

function showCorrection(sentence) {
  setTag(tagButton(sentence), sentence, correctionOf(shown.article, sentence)?.correction);
}

function countCorrections() {
  const count = corrections().length;
  byId("corrections").hidden = !count;
  byId("corrections-count").textContent =
    `${plural(count, "correction")}, kept in this browser with the articles they belong to, and sent to nobody.`;
}

function deleteCorrections() {
  if (!confirm("Delete all corrections from this browser?")) return;
  forgetAll();
  countCorrections();
  closeDetails();
  shown?.answer.sentences.forEach(showCorrection);
  say("All corrections are deleted.");
}

/** Takes a text file, and refuses what is none. */
async function open(file) {
  clearProblem();
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    replaceTyped({ title: "", text });
    fields.text.focus();
    say(`${file.name} is in the form.`);
  } catch {
    showProblem(new Problem("The file cannot be read", `“${file.name}” is no plain text in UTF-8: paste its text.`));
  }
}

function prepareForm() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    read();
  });
  fields.text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  byId("clear").addEventListener("click", () => {
    replaceTyped({ title: "", text: "" });
    clearProblem();
    fields.text.focus();
  });
  byId("undo").addEventListener("click", () => {
    replaceTyped(replaced);
    fields.text.focus();
  });
  byId("file").addEventListener("change", ({ target }) => {
    if (target.files.length) open(target.files[0]);
    target.value = "";
  });
  // On the whole document: a file that misses the form would otherwise take the place of the page.
  document.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const file = event.dataTransfer.files[0];
    if (!file) return;
    event.preventDefault();
    byId("input").open = true;
    open(file);
  });
}

function prepareFilters() {
  byId("stance-filters").replaceChildren(
    ...STANCES.map(({ name, tag }) => {
      const box = element("input", { type: "checkbox", name: "stance", value: name, checked: "" });
      const count = element("span", { id: `count-${name}`, class: "count" });
      const sample = element("span", { class: `sample ${name}`, "aria-hidden": "true" }, tag);
      return element("label", { class: "check" }, box, sample, element("span", {}, spoken(name)), count, aside(" sentences"));
    }),
  );
  byId("filters").addEventListener("input", filter);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
}

function prepareDownloads() {
  byId("download-csv").addEventListener("click", () => {
    download("troopstance.csv", "text/csv", toCsv(shown.answer));
  });
  byId("download-json").addEventListener("click", () => {
    download("troopstance.json", "application/json", toJson(shown.article, shown.answer));
  });
  byId("download-corrections").addEventListener("click", () => {
    download("troopstance-corrections.jsonl", "application/jsonl", toJsonLines(corrections()));
  });
  byId("delete-corrections").addEventListener("click", deleteCorrections);
}

async function offerExamples() {
  const buttons = (await examples()).map(({ name, title, text }) => {
    const button = element("button", { type: "button", class: "link" }, name);
    button.addEventListener("click", () => {
      replaceTyped({ title, text });
      read();
    });
    return button;
  });
  byId("examples").replaceChildren(...buttons);
}

/** Says how often the model errs, where its figures are known. */
async function introduceModel() {
  const { model, figures } = await info();
  if (!shown) showModel(model);
  const { macro_f1: f1, accuracy, n } = figures.test ?? {};
  if (f1 === undefined) return;
  const wrong = accuracy === undefined ? "" : ` about ${percent(1 - accuracy)} of sentences are wrong there, and`;
  byId("errs").textContent =
    `The model errs. On the ${n} sentences of its own test split its macro-F1 is ${f1.toFixed(2)}:` +
    `${wrong} more may be on news in the wild. Read what it marks before you rely on it.`;
}

prepareForm();
prepareFilters();
prepareDownloads();
prepareDetails((sentence) => {
  showCorrection(sentence);
  countCorrections();
  say(correctionOf(shown.article, sentence) ? "The correction is kept in this browser." : "The correction is withdrawn.");
});
countCorrections();
for (const part of [offerExamples, introduceModel]) {
  // The page works without examples and figures; a reader has no use for an error about them.
  part().catch((problem) => console.warn(problem));
}
