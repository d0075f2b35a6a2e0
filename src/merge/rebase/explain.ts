import { RedraftError } from "../../core/errors.ts";
import type { Conflict } from "./three-way.ts";

export interface ThreeTexts {
  readonly base: readonly string[];
  readonly current: readonly string[];
  readonly edited: readonly string[];
}

const shownConflicts = 2;
const shownLines = 3;
const shownCharacters = 100;

/** Refuses an edit of lines that the file has changed meanwhile; shows the lines of both sides. */
export function overlap(
  path: string,
  conflicts: readonly Conflict[],
  texts: ThreeTexts,
): RedraftError {
  const shown = conflicts.slice(0, shownConflicts).map((one) => sentence(one, texts));
  const more = conflicts.length - shown.length;
  const places = more === 1 ? "one other place" : `${more} other places`;
  return new RedraftError(
    "stale-file",
    `${path} changed where the edit changes it: ${shown.join("; and ")}` +
      `${more > 0 ? `; and ${places} like this` : ""}. ` +
      "Read the file again and write the edit for its current text.",
    { details: { path, conflicts: conflicts.map((one) => particulars(one, texts)) } },
  );
}

/** Example: line 3 of the base ("a = 1") is line 5 of the file now ("a = 2"), and the edit makes it "a = 3". */
function sentence({ base, current, edited }: Conflict, texts: ThreeTexts): string {
  const now = texts.current.slice(...current);
  const wanted = texts.edited.slice(...edited);
  const makes =
    wanted.length === 0 ? "the edit removes it" : `the edit has ${quotedTexts(wanted)} there`;
  if (base[0] === base[1]) {
    const place = base[0] === 0 ? "at the beginning" : `after line ${base[0]} of the base`;
    return `${place} the file now has ${lines(current)} (${quotedTexts(now)}), and ${makes}`;
  }
  const was = `${lines(base)} of the base (${quotedTexts(texts.base.slice(...base))})`;
  const is =
    now.length === 0
      ? `${base[1] - base[0] === 1 ? "was" : "were"} removed from the file (after its line ${current[0]})`
      : `${base[1] - base[0] === 1 ? "is" : "are"} now ${lines(current)} of the file (${quotedTexts(now)})`;
  return `${was} ${is}, and ${makes}`;
}

function lines([from, to]: readonly [number, number]): string {
  return to - from === 1 ? `line ${from + 1}` : `lines ${from + 1}-${to}`;
}

function quotedTexts(texts: readonly string[]): string {
  const shown = texts.slice(0, shownLines).map((text) => {
    const words = text.trim();
    return JSON.stringify(
      words.length > shownCharacters ? `${words.slice(0, shownCharacters)}...` : words,
    );
  });
  const more = texts.length - shown.length;
  return shown.join(", ") + (more > 0 ? `, and ${more} more` : "");
}

function particulars({ base, current, edited }: Conflict, texts: ThreeTexts): object {
  const side = ([from, to]: readonly [number, number], all: readonly string[]): object => ({
    firstLine: from + 1,
    lastLine: to,
    lines: all.slice(from, to),
  });
  return {
    base: side(base, texts.base),
    current: side(current, texts.current),
    edit: side(edited, texts.edited),
  };
}
