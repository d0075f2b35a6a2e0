import { RedraftError } from "../core/errors.ts";
import { openingMarks } from "./block-markers.ts";
import type { EditInput } from "./format.ts";
import { forAnotherFile, samePath } from "./paths.ts";
import { isAside, isPathArgument, pathOfElement } from "./tag-arguments.ts";
import { type TaggedText, tagsIn } from "./tags.ts";

/** The text that tags wrap. */
export interface Untagged {
  readonly text: string;
  /** 1-based line of the caller's text where it begins. */
  readonly at: number;
  readonly path?: string;
}

/**
 * Removes tags that wrap the whole edit (`<file path="a.py">`, `<updated-code>`, a call with a path and a content):
 * tags that the file does not have, with nothing of the file outside of them. Undefined if there are none.
 */
export function untagged(input: EditInput): Untagged | undefined {
  if (!input.text.includes("<") || input.lines.some((line) => openingMarks(line))) return undefined;
  let current: Untagged = { text: input.text, at: 1 };
  let found = false;
  for (let depth = 0; depth < 8; depth++) {
    const inner = untaggedContent(current, input);
    if (inner === undefined) break;
    current = inner;
    found = true;
  }
  return found ? current : undefined;
}

function untaggedContent(current: Untagged, input: EditInput): Untagged | undefined {
  const { elements, outside } = tagsIn(current.text, current.at, input);
  if (elements.length === 0 || !isProseOutside(outside, input))
    return afterAside(current, elements, input);
  const path = elements.find(isPathArgument);
  const named = path ? pathOfElement(path) : current.path;
  const texts = elements.filter((element) => !isAside(element) && !isPathArgument(element));
  const own = pairsOfThisFile(texts, input);
  // One line besides the text of a file is an argument: a count, a name.
  const long = own.filter((element) => element.text.includes("\n"));
  const choice = own.length > 1 && long.length > 0 ? long : own;
  const [only] = choice;
  if (only === undefined) return undefined;
  if (choice.length > 1) {
    throw new RedraftError(
      "unreadable-edit",
      `the edit holds ${choice.length} texts in tags (lines ${choice.map(({ at }) => at).join(", ")}), and which of ` +
        `them is for ${input.path} is not said. Send one, or name its path in the tag.`,
      { details: { lines: choice.map(({ at }) => at), path: input.path } },
    );
  }
  if (!only.closed) {
    throw new RedraftError(
      "unreadable-edit",
      `the tag <${only.tag}> before line ${only.at} of the edit is never closed: the text is cut off. Send it again, whole.`,
      { details: { line: only.at } },
    );
  }
  const said = pathOfElement(only) ?? named;
  return { text: only.text, at: only.at, ...(said !== undefined && { path: said }) };
}

/** What is left of an edit behind what its writer thought aloud. */
function afterAside(
  current: Untagged,
  elements: readonly TaggedText[],
  input: EditInput,
): Untagged | undefined {
  const [first] = elements;
  if (!first || !isAside(first) || !first.closed) return undefined;
  const close = new RegExp(`^\\s*<${first.tag}[^<>]*>[^]*?</${first.tag}\\s*>[ \\t]*\\r?\\n?`);
  const thought = close.exec(current.text)?.[0];
  if (thought === undefined || input.inSource(first.text)) return undefined;
  const text = current.text.slice(thought.length);
  if (text.trim() === "") return undefined;
  return { ...current, text, at: current.at + thought.split("\n").length - 1 };
}

/** The texts for this file, where any says for which it is; else all that do not say. */
function pairsOfThisFile(texts: readonly TaggedText[], input: EditInput): readonly TaggedText[] {
  const says = texts.filter((element) => pathOfElement(element) !== undefined);
  if (says.length === 0) return texts;
  const mine = says.filter((element) => samePath(pathOfElement(element)!, input.path));
  if (mine.length > 0) return mine;
  throw forAnotherFile("text", says.map(pathOfElement), input.path);
}

/** Whether the text outside of the tags has nothing of the file. */
function isProseOutside(outside: string, input: EditInput): boolean {
  return outside
    .split("\n")
    .every((line) => line.trim() === "" || (!input.inSource(line) && !/[;{}()=]\s*$/.test(line)));
}
