import { RedraftError } from "../../core/errors.ts";
import { nameLanguageOf } from "../index/languages.ts";
import type { NameView } from "../names/resolve-name.ts";
import { requireName } from "../rename/new-name.ts";
import { planExtract } from "./extract.ts";
import type { ExtractPlan, ExtractRequest } from "./plan.ts";

/** A request to extract; without a name one is found. */
export interface UnnamedExtract extends Omit<ExtractRequest, "name"> {
  readonly name?: string | undefined;
}

/** Suggests a name for the function that some code becomes; undefined where it has none. */
export type NameFunction = (
  path: string,
  code: string,
  signal: AbortSignal,
) => Promise<string | undefined>;

/**
 * Extracts under the name of the request; without one, under the name that a model suggests, else under one made of what the function
 * returns. Whatever suggests it, only a name that is allowed and nowhere written is taken.
 *
 * @throws as `planExtract`
 */
export async function planNamedExtract(
  view: NameView,
  request: UnnamedExtract,
  suggest: NameFunction | undefined,
  signal: AbortSignal,
): Promise<ExtractPlan & { readonly named: "given" | "suggested" | "made" }> {
  const { path, from, to, name } = request;
  if (name !== undefined)
    return { ...(await planExtract(view, { ...request, name })), named: "given" };
  const isPython = nameLanguageOf(path) === "python";
  const style = isPython ? snakeCase : camelCase;
  // What cannot be extracted is refused before a model is asked.
  const plain = await planExtract(view, {
    path,
    from,
    to,
    name: unwrittenName(view, style("extracted part")),
  });
  const code = plain.before
    .split("\n")
    .slice(from - 1, to)
    .join("\n");
  const suggested = await suggest?.(path, code, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (RedraftError.is(error)) return undefined;
    throw error;
  });
  if (suggested !== undefined) {
    const plan = await planUnder(view, { path, from, to, name: style(suggested) });
    if (plan) return { ...plan, named: "suggested" };
  }
  const [result] = plain.results;
  if (result === undefined) return { ...plain, named: "made" };
  const made = unwrittenName(view, style(`compute ${result}`));
  return { ...((await planUnder(view, { path, from, to, name: made })) ?? plain), named: "made" };
}

/** The plan with a name, or undefined where the name does not do. */
async function planUnder(
  view: NameView,
  request: ExtractRequest,
): Promise<ExtractPlan | undefined> {
  const language = nameLanguageOf(request.path);
  try {
    if (language) requireName(request.name, language, "new");
    return await planExtract(view, request);
  } catch (error) {
    if (RedraftError.is(error)) return undefined;
    throw error;
  }
}

function unwrittenName(view: NameView, name: string): string {
  let free = name;
  for (let number = 2; view.mentions(free).length > 0; number++) free = `${name}${number}`;
  return free;
}

const partsOfName = (name: string): string[] =>
  name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .split(/[\s_$-]+/u)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());

const snakeCase = (name: string): string => partsOfName(name).join("_");

const camelCase = (name: string): string =>
  partsOfName(name)
    .map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
