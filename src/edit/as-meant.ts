import { RedraftError } from "../core/errors.ts";
import { runPlaces } from "../text/line-index.ts";
import { areBlank } from "../text/words.ts";
import { refuseBrokenLines } from "./broken-lines.ts";
import { withFirstIndent } from "./first-line.ts";
import type { EditInput } from "./format.ts";
import { pairWithoutNumbers } from "./line-numbers.ts";
import { unescapedPairs } from "./unescape.ts";

/** Both sides of a pair or a search block, by lines. */
export interface PairSides {
  readonly old: readonly string[];
  readonly new: readonly string[];
  /** 1-based source line where the old side is said to be. */
  readonly nearLine?: number;
}

/**
 * The pair as its writer meant it, if the text does not contain the old side as written: without the line
 * numbers of a reading tool, without an extra level of escapes, with the indentation that its first line
 * lacks. Each repair needs the text as evidence and is made on both sides. `name` is how a message calls the pair;
 * `isInside` says whether the text contains the old side other than as whole lines.
 */
export function asMeant(
  sides: PairSides,
  input: EditInput,
  name: string,
  isInside: (old: string) => boolean = () => false,
): PairSides {
  refuseBrokenLines(sides.old.join("\n"), sides.new.join("\n"), input, name);
  if (areBlank(sides.old)) return sides;
  const text = trimmedLines(input);
  const places = (lines: readonly string[]): number[] => runPlaces(lines.map(trim), text);
  const isInSource = (lines: readonly string[]): boolean =>
    places(lines).length > 0 || isInside(lines.join("\n"));
  let meant = sides;
  if (!isInSource(meant.old)) {
    const bare = pairWithoutNumbers(meant.old, meant.new, input.inSource);
    if (bare) meant = { ...bare, nearLine: meant.nearLine ?? bare.nearLine };
  }
  if (!isInSource(meant.old)) meant = withoutLevel(meant, isInSource, name);
  return firstLineSet(meant, places(meant.old), input.sourceLines);
}

const trim = (line: string): string => line.trim();
const trimmedSides = new WeakMap<EditInput, readonly string[]>();

function trimmedLines(input: EditInput): readonly string[] {
  let lines = trimmedSides.get(input);
  if (!lines) {
    lines = input.sourceLines.map(trim);
    trimmedSides.set(input, lines);
  }
  return lines;
}

function withoutLevel(
  sides: PairSides,
  isInSource: (lines: readonly string[]) => boolean,
  name: string,
): PairSides {
  const found = unescapedPairs(sides.old.join("\n"), sides.new.join("\n"), (old) =>
    isInSource(old.split("\n")),
  );
  const [first, ...others] = found;
  if (!first) return sides;
  if (others.length > 0) {
    throw new RedraftError(
      "unreadable-edit",
      `the old string of ${name} is in the file only without its backslashes, so both strings seem to be escaped once too often. ` +
        "Which backslashes of the new string to remove is not clear. Send both strings exactly as the file has them, escaped once.",
      { details: { format: "search-replace" } },
    );
  }
  return { ...sides, old: first.old.split("\n"), new: first.new.split("\n") };
}

function firstLineSet(
  sides: PairSides,
  places: readonly number[],
  source: readonly string[],
): PairSides {
  if (places.length === 0) return sides;
  const stretches = places.map((place) => source.slice(place, place + sides.old.length));
  if (stretches.some((lines) => lines.every((line, index) => line === sides.old[index])))
    return sides;
  const indented = withFirstIndent(sides.old, sides.new, stretches);
  return indented ? { ...sides, ...indented } : sides;
}
