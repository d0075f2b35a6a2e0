import { spend } from "../text/budget.ts";
import { hasWords } from "../text/words.ts";
import { openingMarks } from "./block-markers.ts";
import type { SearchBlock } from "./block-text.ts";
import type { EditFormat, EditInput } from "./format.ts";
import { editOf } from "./search-replace.ts";
import { sideNamed, wordsOfName } from "./side-names.ts";
import { fenceOf } from "./wrapping.ts";

/**
 * Two texts, each under a line that says which it is: `Old:` and `New:`, `Original code` and `Updated code`,
 * `Replace this:` and `with this:`. Each is in a fence, or indented as a whole.
 */
export const labelledPairs: EditFormat = {
  name: "search-replace",

  recognise(input) {
    const [first] = labelledBlocks(input);
    if (!first) return undefined;
    return `line ${first.labelAt + 1} says that the old text follows: ${input.lines[first.labelAt]!.trim()}`;
  },

  read(input, why) {
    return editOf(labelledBlocks(input), input, why);
  },
};

interface Labelled extends SearchBlock {
  readonly labelAt: number;
}

interface LabelBody {
  readonly lines: readonly string[];
  /** Index of its first line, and of the line behind it. */
  readonly from: number;
  readonly end: number;
}

/** Pairs whose old text has a line of the file: without one it is prose about something else. */
function labelledBlocks(input: EditInput): Labelled[] {
  const { lines } = input;
  if (lines.some((line) => openingMarks(line))) return [];
  const blocks: Labelled[] = [];
  for (let index = 0; index < lines.length; index++) {
    const label = labelOf(input, index);
    if (label === undefined) continue;
    const old = bodyAfter(lines, index + 1);
    const at = old && nextText(lines, old.end);
    if (old === undefined || at === undefined) continue;
    const other = labelOf(input, at);
    const isPair = other !== undefined && areSides(label, other);
    const newBody = isPair ? bodyAfter(lines, at + 1) : undefined;
    if (newBody === undefined || !old.lines.some((line) => hasWords(line) && input.inSource(line)))
      continue;
    blocks.push({
      search: old.lines,
      replace: newBody.lines,
      searchAt: old.from + 1,
      replaceAt: newBody.from + 1,
      labelAt: index,
    });
    index = newBody.end - 1;
  }
  return blocks;
}

/** Words of a label besides the one that names its side. */
const neutral = new Set(
  "the this that code text version lines line block string content value file function section following it by is".split(
    " ",
  ),
);
const openers = new Set("replace change substitute swap modify update".split(" "));

/** The words of a line that can name a side, and holds nothing else. */
function labelOf(input: EditInput, index: number): readonly string[] | undefined {
  const line = input.lines[index]!;
  if (line.length > 60 || input.inSource(line)) return undefined;
  const text = line.trim().replace(/^(?:#+|[-*]|\d+[.)])\s+/, "");
  if (
    !/^[*_`]{0,3}[A-Za-z][A-Za-z /-]{0,60}[*_`]{0,3}:?[*_`]{0,3}(?:\s{0,60}[|>][+-]?)?$/.test(text)
  )
    return undefined;
  const words = wordsOfName(text);
  const telling = words.filter((word) => !neutral.has(word));
  return words.length > 0 && words.length <= 6 && telling.length <= 2 ? words : undefined;
}

/** `Old` and `New`; also `Replace this` and `with this`, where the first word alone would mean the new side. */
function areSides(one: readonly string[], other: readonly string[]): boolean {
  if (sideNamed(one) === "old" && sideNamed(other) === "new") return true;
  return openers.has(one[0]!) && ["with", "to", "by", "into"].includes(other[0]!);
}

function nextText(lines: readonly string[], from: number): number | undefined {
  let index = from;
  while (index < lines.length && lines[index]!.trim() === "") index++;
  spend(index - from);
  return index < lines.length ? index : undefined;
}

/** The fence, or the lines that are indented, right under a label. */
function bodyAfter(lines: readonly string[], from: number): LabelBody | undefined {
  const first = nextText(lines, from);
  if (first === undefined) return undefined;
  const fence = fenceOf(lines[first]!);
  if (fence) {
    spend(4 * lines.length);
    const end = lines.findIndex((line, index) => {
      const inner = index > first ? fenceOf(line) : undefined;
      return inner?.info === "" && inner.mark === fence.mark;
    });
    if (end === -1) return undefined;
    return { lines: lines.slice(first + 1, end), from: first + 1, end: end + 1 };
  }
  const margin = /^(?: {2,}|\t)/.exec(lines[first]!)?.[0];
  if (margin === undefined) return undefined;
  let end = first;
  while (end < lines.length && (lines[end]!.trim() === "" || lines[end]!.startsWith(margin))) end++;
  while (lines[end - 1]!.trim() === "") end--;
  spend(end - first);
  const text = lines.slice(first, end).map((line) => line.slice(margin.length));
  return { lines: text, from: first, end };
}
