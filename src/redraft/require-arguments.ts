import { RedraftError } from "../core/errors.ts";

/** What callers without TypeScript get wrong: said by name here, before it is a `TypeError` from inside. */
export function requireRequest(request: unknown): void {
  if (typeof request !== "object" || request === null) {
    throw wrong("a request is an object: { path, source, edit }", request);
  }
  for (const name of ["path", "source", "edit"] as const) {
    const value = (request as Readonly<Record<string, unknown>>)[name];
    if (typeof value !== "string") throw wrong(`\`${name}\` must be a string${cures[name]}`, value);
  }
}

const cures = {
  path: ": the name of the file, which says its language",
  source: ": the text of the file; decode its bytes first",
  edit: ": the edit as text; an object needs JSON.stringify",
} as const;

/** Refuses options that are none, since a misspelt one would be ignored. */
export function requireOptions(options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw wrong(`options are an object: { ${known.join(", ")} }`, options);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new RedraftError(
      "usage",
      `there is no option \`${unknown}\`. The options: ${known.join(", ")}.`,
    );
  }
}

function wrong(what: string, value: unknown): RedraftError {
  const given = value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
  return new RedraftError("usage", `${what}. It is ${given}.`);
}

export const notAModel = (name: string): RedraftError =>
  new RedraftError(
    "usage",
    `\`${name}\` must be the name of a model (a path ending in .gguf, a URL, ranker, none), or an object that is one.`,
  );
