import { RedraftError } from "../core/errors.ts";
import type { PromptFile } from "./prompt.ts";

/** A declaration of a file: a function, a class, a table. Lines are 0-based, `end` is the line behind it. */
export interface NamedPart {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export type FindNamedParts = (text: string) => readonly NamedPart[];

/** The part of a file that an instruction is about. */
export interface InstructRegion extends NamedPart {
  readonly file: PromptFile;
  readonly why: string;
}

/** What asks for more than one place. */
const widespread =
  /\b(?:renam(?:e|ing)|everywhere|throughout|(?:all|every|each) (?:\w+ )?(?:files?|callers?|uses?|usages?|functions?|methods?|classes)|callers?|call sites?)\b/i;

/**
 * The one declaration that an instruction names, or undefined. A word of the instruction names a declaration if it is quoted, has
 * the form of a name (`wayLength`, `way_length`, `Store.get`, `get()`), or has a word such as "function" beside it. Of
 * declarations inside each other the innermost counts. Where no declaration is named, quoted code and names are searched: the
 * declaration that holds every line with them.
 */
export function namedRegion(
  files: readonly PromptFile[],
  instruction: string,
  namedPartsOf: FindNamedParts,
): InstructRegion | undefined {
  if (widespread.test(instruction)) return undefined;
  const mentioned = mentionsIn(instruction);
  const known = files
    .filter(({ exists }) => exists)
    .map((file) => ({ file, declarations: namedPartsOf(file.text) }));
  const named: InstructRegion[] = [];
  for (const { file, declarations } of known) {
    for (const one of declarations) {
      if (mentioned.some((name) => isNamed(one, name, declarations))) {
        named.push({ ...one, file, why: `the instruction names ${one.name}` });
      }
    }
  }
  if (named.length > 0) return innermost(named);
  const found = known.flatMap(({ file, declarations }) =>
    fragmentsIn(instruction).flatMap((text) => holders(file, declarations, text)),
  );
  return innermost(found);
}

/**
 * The declaration with this name.
 *
 * @throws `no-match` or `ambiguous`
 */
export function symbolRegion(
  files: readonly PromptFile[],
  symbol: string,
  namedPartsOf: FindNamedParts,
): InstructRegion {
  const found = files.flatMap((file) => {
    const declarations = namedPartsOf(file.text);
    return declarations
      .filter((one) => isNamed(one, symbol, declarations))
      .map((one) => ({ ...one, file, why: "asked for" }));
  });
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const places = found.map(({ file, start }) => `${file.path} line ${start + 1}`).join(", ");
  throw found.length === 0
    ? new RedraftError(
        "no-match",
        `no file declares ${symbol}. Name a function or class of the files.`,
      )
    : new RedraftError(
        "ambiguous",
        `${symbol} is declared ${found.length} times: ${places}. Name its scope too, as in Outer.${symbol}, or fewer files.`,
      );
}

const quoted = /[`'"]([^`'"\n]{1,80})[`'"]/g;
const nameLike = /[\p{L}_$][\p{L}\p{N}_$]*(?:(?:\.|::|#)[\p{L}_$][\p{L}\p{N}_$]*)*(?:\(\))?/gu;
const kinds =
  /^(?:functions?|methods?|class|interface|struct|type|enum|trait|module|component|hook|test|procedure|constant|variable)$/i;

/** The words of an instruction that mean a name. */
function mentionsIn(instruction: string): string[] {
  const names = new Set<string>();
  for (const [, text] of instruction.matchAll(quoted)) names.add(bareName(text!));
  const words = [...instruction.matchAll(nameLike)].map(([text]) => text.replace(/\.$/, ""));
  for (const [index, text] of words.entries()) {
    const before = words[index - 1] ?? "";
    const after = words[index + 1] ?? "";
    if (hasFormOfName(text) || kinds.test(before) || kinds.test(after)) names.add(bareName(text));
  }
  return [...names];
}

const bareName = (text: string): string => text.trim().replace(/\(.*$/, "");

/** `wayLength`, `WayLength`, `way_length`, `Store.get`, `get()`, `utf8`: no word of a language has such a form. */
function hasFormOfName(text: string): boolean {
  return /\p{Ll}\p{Lu}|\p{L}_\p{L}|\p{L}\d|\(\)$|[\p{L}\p{N}](?:\.|::|#)\p{L}/u.test(text);
}

function isNamed(
  { name, start, end }: NamedPart,
  mention: string,
  declarations: readonly NamedPart[],
): boolean {
  if (name === mention) return true;
  const parts = mention.split(/\.|::|#/);
  const last = (text: string): string => text.split(/\.|::/).at(-1)!;
  if (last(name) !== parts.at(-1)) return false;
  return parts
    .slice(0, -1)
    .every((scope) =>
      declarations.some(
        (outer) => last(outer.name) === scope && outer.start <= start && outer.end >= end,
      ),
    );
}

/** Quoted code of an instruction, and words that have the form of a name. */
function fragmentsIn(instruction: string): string[] {
  const texts = [...instruction.matchAll(quoted)].map(([, text]) => text!.trim());
  const names = [...instruction.matchAll(nameLike)].map(([text]) => text).filter(hasFormOfName);
  return [...new Set([...texts, ...names.map(bareName)])].filter((text) => text.length >= 4);
}

/** The smallest declaration around each line that holds a text. */
function holders(
  file: PromptFile,
  declarations: readonly NamedPart[],
  text: string,
): InstructRegion[] {
  const found = new Map<string, InstructRegion>();
  for (const [line, content] of file.text.split("\n").entries()) {
    if (!content.includes(text)) continue;
    const around = declarations.filter(({ start, end }) => start <= line && line < end);
    const smallest = around.sort((a, b) => a.end - a.start - (b.end - b.start))[0];
    const region: InstructRegion = smallest
      ? { ...smallest, file, why: `${JSON.stringify(text)} occurs only in ${smallest.name}` }
      : // A line outside of every declaration: then it is not about one.
        { name: "", start: line, end: line + 1, file, why: "" };
    found.set(`${region.start} ${region.end}`, region);
  }
  return [...found.values()];
}

/** The one region that lies within all others; undefined where there is none. */
function innermost(regions: readonly InstructRegion[]): InstructRegion | undefined {
  const inner = regions.find((one) =>
    regions.every(
      ({ file, start, end }) => file === one.file && start <= one.start && one.end <= end,
    ),
  );
  return inner?.name === "" ? undefined : inner;
}
