/** An error that the reader is told about, with the service's own words where it has any. */
export class Problem extends Error {
  constructor(title, detail, { status, field } = {}) {
    super(detail);
    this.title = title;
    this.status = status;
    this.field = field;
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem("The service does not answer", "Is it still running? Your text is untouched: try again.");
  }
  const body = await response.json().catch(() => null);
  if (!response.ok || body === null) {
    const title = body?.title ?? "The service answered with an error";
    throw new Problem(title, body?.detail ?? `Status ${response.status}: try again later.`, {
      status: response.status,
      field: body?.field,
    });
  }
  return body;
}

export const classify = (article, key) =>
  ask("classify", {
    method: "POST",
    headers: { "content-type": "application/json", ...(key && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify(article),
  });

export const info = () => ask("info");

export const examples = () => ask("page/examples.json");
