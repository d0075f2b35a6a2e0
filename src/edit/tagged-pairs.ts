import { RedraftError } from "../core/errors.ts";
import { lineTexts } from "../text/lines.ts";
import { openingMarks } from "./block-markers.ts";
import type { SearchBlock } from "./block-text.ts";
import type { EditFormat, EditInput } from "./format.ts";
import { editInput } from "./input.ts";
import { pairs } from "./pairs.ts";
import { editOf } from "./search-replace.ts";
import { sideNamed, wordsOfName } from "./side-names.ts";
import { isAside, isPathArgument, lineHint, pathOfElement } from "./tag-arguments.ts";
import { type TaggedText, tagsIn } from "./tags.ts";

/** An old and a new text in tags, with what the tags around them say. */
interface TaggedPair {
  readonly oldSide: TaggedText;
  readonly newSide: TaggedText;
  readonly all: boolean;
  readonly path?: string;
  readonly nearLine?: number;
}

/**
 * Two tags whose names mean old and new (`<old_text>` and `<new_text>`, `<search>` and `<replace>`, the parameters of a
 * call written as XML), once or several times, inside any other tags.
 */
export const taggedPairs: EditFormat = {
  name: "search-replace",

  recognise(input) {
    if (!input.text.includes("</") || input.lines.some((line) => openingMarks(line)))
      return undefined;
    const found = pairsIn(input);
    if (found.length === 0) return undefined;
    const { oldSide, newSide } = found[0]!;
    const count = found.length === 1 ? "an old and a new text" : `${found.length} pairs of texts`;
    return `it holds ${count} in the tags ${oldSide.label} and ${newSide.label}`;
  },

  read(input, why) {
    const found = pairsIn(input);
    if (found.some((pair) => pair.all || isInlineTag(pair, input)))
      return pairs.read(asJson(found, input), why);
    return editOf(found.map(blockOfTags), input, why);
  },
};

function pairsIn(input: EditInput): TaggedPair[] {
  return pairsAt(input.text, 1, input, {});
}

const allFlag = /^(?:replace[_-]?)?all$/i;

interface Around {
  readonly path?: string;
  readonly nearLine?: number;
}

/** The pairs of one level of tags, or of the levels inside it. */
function pairsAt(
  text: string,
  at: number,
  input: EditInput,
  around: Around,
  depth = 0,
): TaggedPair[] {
  const { elements } = tagsIn(text, at, input);
  const own = elements.find(isPathArgument);
  const path = own === undefined ? around.path : pathOfElement(own);
  const sides = elements.filter(
    ({ label }) => !allFlag.test(label) && sideNamed(wordsOfName(label)) !== undefined,
  );
  const found = alternating(sides);
  if (found !== undefined) {
    const all = elements.some(
      ({ label, text: value }) => allFlag.test(label) && /^\s*true\s*$/i.test(value),
    );
    return found.map(([oldSide, newSide]) => {
      const named = pathOfElement(oldSide) ?? path;
      const nearLine = lineHint(oldSide) ?? lineHint(newSide) ?? around.nearLine;
      return {
        oldSide,
        newSide,
        all,
        ...(named !== undefined && { path: named }),
        ...(nearLine !== undefined && { nearLine }),
      };
    });
  }
  if (depth > 6) return [];
  return elements.flatMap((element) => {
    if (isAside(element) || isPathArgument(element)) return [];
    const named = pathOfElement(element) ?? path;
    const nearLine = lineHint(element) ?? around.nearLine;
    const inner = {
      ...(named !== undefined && { path: named }),
      ...(nearLine !== undefined && { nearLine }),
    };
    return pairsAt(element.text, element.at, input, inner, depth + 1);
  });
}

/** Old and new in turn, in either order, or undefined if these are not pairs. */
function alternating(sides: readonly TaggedText[]): [TaggedText, TaggedText][] | undefined {
  if (sides.length < 2) return undefined;
  const found: [TaggedText, TaggedText][] = [];
  const kinds = sides.map((side) => sideNamed(wordsOfName(side.label)));
  for (let index = 0; index < sides.length; index += 2) {
    const [one, other] = [sides[index]!, sides[index + 1]];
    if (other === undefined || kinds[index] === kinds[index + 1]) return undefined;
    for (const side of [one, other]) if (!side.closed) throw unclosed(side);
    found.push(kinds[index] === "old" ? [one, other] : [other, one]);
  }
  return found;
}

function unclosed(side: TaggedText): RedraftError {
  return new RedraftError(
    "unreadable-edit",
    `the text in <${side.label}>, which begins on line ${side.at} of the edit, has no closing tag: ` +
      "the edit is cut off. Send it again, whole.",
    { details: { line: side.at, format: "search-replace" } },
  );
}

function blockOfTags({ oldSide, newSide, path, nearLine }: TaggedPair): SearchBlock {
  return {
    search: lineTexts(oldSide.text),
    replace: lineTexts(newSide.text),
    searchAt: oldSide.at,
    replaceAt: newSide.at,
    ...(path !== undefined && { path }),
    ...(nearLine !== undefined && { nearLine }),
  };
}

/** Whether the old text is a part of a line: it is on the line of its tags, and no line of the file equals it. */
function isInlineTag({ oldSide: old }: TaggedPair, input: EditInput): boolean {
  if (old.ownLines || old.text.includes("\n") || old.text.trim() === "") return false;
  return !input.inSource(old.text) && input.source.includes(old.text);
}

function asJson(found: readonly TaggedPair[], input: EditInput): EditInput {
  const calls = found.map(({ oldSide, newSide, all, path }) => ({
    old_string: oldSide.text,
    new_string: newSide.text,
    replace_all: all,
    ...(path !== undefined && { file_path: path }),
  }));
  return editInput(JSON.stringify(calls), input.path, input.source, input.within);
}
