import { spend } from "../text/budget.ts";
import { isForeignTag } from "./foreign-tags.ts";
import type { EditInput } from "./format.ts";

/** Text between an opening tag and its closing one. */
export interface TaggedText {
  /** What the tag is called: its name, or what `name="..."` or `<parameter=...>` makes of it. */
  readonly label: string;
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly text: string;
  /** Whether the text is on lines of its own. */
  readonly ownLines: boolean;
  /** 1-based line of the caller's text where the text begins. */
  readonly at: number;
  readonly closed: boolean;
}

/** The sibling tags of a text, and the text outside of them. */
export interface TagLevel {
  readonly elements: readonly TaggedText[];
  readonly outside: string;
}

const opening =
  /<([A-Za-z_][\w:.-]*)(?:=([^<>\s"']+))?((?:\s+[^<>\s"'=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?)*)\s*>/y;
const attribute = /(?<![^\s"'=])([^\s"'=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))/g;

/**
 * The elements at the top of a text: each opens at the beginning of a line, or right behind the one before it.
 * `at` is the 1-based line of the caller's text where `text` begins.
 */
export function tagsIn(text: string, at: number, input: EditInput): TagLevel {
  const elements: TaggedText[] = [];
  let outside = "";
  let from = 0;
  while (from < text.length) {
    opening.lastIndex = from;
    const match = opening.exec(text);
    if (match && isForeignTag(match[0], match[1]!, input)) {
      const element = elementAt(text, from, match, at);
      elements.push(element.element);
      from = element.end;
      while (text[from] === " " || text[from] === "\t") from++;
      continue;
    }
    const next = text.indexOf("\n", from);
    const stop = next === -1 ? text.length : next + 1;
    outside += text.slice(from, stop);
    from = stop;
    while (text[from] === " " || text[from] === "\t") from++;
  }
  return { elements, outside };
}

function elementAt(
  text: string,
  start: number,
  match: RegExpExecArray,
  at: number,
): { element: TaggedText; end: number } {
  const [whole, tag, value, rest] = match;
  const attributes = new Map<string, string>();
  for (const [, name, double, single, bare] of (rest ?? "").matchAll(attribute)) {
    attributes.set(name!.toLowerCase(), double ?? single ?? bare ?? "");
  }
  const from = start + whole.length;
  spend((text.length - from) / 20);
  const close = closingOf(text, from, tag!);
  const end = close === undefined ? text.length : close.index;
  const content = tagContent(text, from, end);
  const named = attributes.get("name");
  const label = value ?? (named !== undefined && !/[./\\]/.test(named) ? named : tag!);
  return {
    element: {
      label,
      tag: tag!,
      attributes,
      text: content.text,
      ownLines: content.ownLines,
      at: at + newlines(text.slice(0, content.from)),
      closed: close !== undefined,
    },
    end: close === undefined ? text.length : close.index + close.length,
  };
}

/** The closing tag of the element that begins at `from`: elements of the same name inside are passed. */
function closingOf(
  text: string,
  from: number,
  tag: string,
): { index: number; length: number } | undefined {
  const name = tag.replace(/[.]/g, "\\.");
  const either = new RegExp(`(?<=^|\\n)[ \\t]*<${name}(?:[\\s=][^<>]*)?>|</${name}\\s*>`, "g");
  either.lastIndex = from;
  let depth = 0;
  for (let match = either.exec(text); match; match = either.exec(text)) {
    if (!match[0].startsWith("</")) depth++;
    else if (depth-- === 0) return { index: match.index, length: match[0].length };
  }
  return undefined;
}

/** The text between two tags, without the line ends next to them and a CDATA section around it: they are layout. */
function tagContent(
  text: string,
  start: number,
  stop: number,
): { text: string; from: number; ownLines: boolean } {
  let from = start;
  let end = stop;
  const trim = (): boolean => {
    const before = /^[ \t]*\r?\n/.exec(text.slice(from, end))?.[0].length ?? 0;
    from += before;
    end -= /(?:\r?\n[ \t]*)?$/.exec(text.slice(from, end))![0].length;
    return before > 0;
  };
  const layout = /^\s*<!\[CDATA\[/.exec(text.slice(from, end))?.[0];
  if (layout !== undefined && /\]\]>\s*$/.test(text.slice(from, end))) {
    end -= /\]\]>\s*$/.exec(text.slice(from, end))![0].length;
    from += layout.length;
  }
  const ownLines = trim();
  return { text: text.slice(from, Math.max(from, end)), from, ownLines };
}

const newlines = (text: string): number => text.split("\n").length - 1;
