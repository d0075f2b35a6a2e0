import type { TextLine } from "../../text/lines.ts";
import type { BlockLine } from "../shape.ts";
import { carryWords } from "./carry.ts";
import { alike } from "./words.ts";

/** A new line that keeps the spelling of a source line, indentation aside. */
export interface CarriedWords {
  readonly text: string;
  readonly source: number;
}

/** Per token the text written for it, if that is not the edit's own; or the removed line that cannot be merged. */
export type Carry =
  | { readonly kind: "lines"; readonly lines: readonly (CarriedWords | undefined)[] }
  | { readonly kind: "touched"; readonly token: number };

/**
 * What the new lines of one block keep of the source lines that they replace. `lines[i]` is the source line of token i,
 * -1 for new ones; `isRespelled` returns whether the two are equal in their words only.
 */
export function carryBlock(
  source: readonly TextLine[],
  tokens: readonly BlockLine[],
  lines: ArrayLike<number>,
  isRespelled: (token: number) => boolean,
): Carry {
  const carried = new Array<CarriedWords | undefined>(tokens.length);
  const respelled = new Set([...tokens.keys()].filter(isRespelled));
  if (respelled.size === 0) return { kind: "lines", lines: carried };
  for (const { drops, adds } of hunkRuns(tokens)) {
    const touched = drops.find((i) => respelled.has(i));
    if (touched === undefined || adds.length === 0) continue;
    const olds = drops.map((i) => ({ edit: tokens[i]!.text, source: source[lines[i]!]!.text }));
    const merged = carryWords(
      olds,
      adds.map((i) => tokens[i]!.text),
    );
    if (merged === undefined) return { kind: "touched", token: touched };
    for (const [n, { text, from }] of merged.entries()) {
      if (from >= 0) carried[adds[n]!] = { text, source: lines[drops[from]!]! };
    }
  }
  // A line that is moved within the block keeps the source's spelling as well.
  const moved = new Map([...respelled].map((i) => [tokens[i]!.text.trim(), lines[i]!]));
  for (const [i, { role, text }] of tokens.entries()) {
    const line = role === "add" ? moved.get(text.trim()) : undefined;
    if (line !== undefined) carried[i] ??= { text: source[line]!.text.trim(), source: line };
  }
  return { kind: "lines", lines: carried };
}

/** Whether a line that an edit removes may be this source line: equal in every word, number and sign. */
export const mayBeRemoved = (edit: string, source: string): boolean =>
  alike(edit, source) !== undefined;

interface HunkRun {
  readonly drops: number[];
  readonly adds: number[];
}

/** Removed and new lines with no line between them that stays. */
function hunkRuns(tokens: readonly BlockLine[]): HunkRun[] {
  const runs: HunkRun[] = [];
  let open: HunkRun | undefined;
  for (const [i, { role }] of tokens.entries()) {
    if (role !== "drop" && role !== "add") {
      open = undefined;
      continue;
    }
    if (open === undefined) {
      open = { drops: [], adds: [] };
      runs.push(open);
    }
    open[role === "drop" ? "drops" : "adds"].push(i);
  }
  return runs;
}
