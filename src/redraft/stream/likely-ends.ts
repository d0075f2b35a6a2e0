import { isElision } from "../../edit/lazy-markers.ts";
import { isCloser } from "../../merge/align/nesting.ts";
import { indentOf } from "../../text/indent.ts";
import { isFilled } from "../../text/words.ts";
import { QuotedSource } from "./quoted-source.ts";

/** Guesses where an edit ends that is still being written. A wrong guess costs a merge that nobody needed, and nothing else. */
export interface LikelyEnds {
  /** Takes a whole line of the edit. */
  take(line: string): void;
  /** Texts with which the edit may end, the likeliest first. @param open where the line begins that is being written */
  ends(text: string, open: number): string[];
}

/** @param source lines, without their line ends */
export function likelyEnds(source: readonly string[]): LikelyEnds {
  const followed = new QuotedSource(source);
  /** The indentation of the marker that the last line is: how much it leaves out is not known. */
  let marker: number | undefined;
  /** The indentation of the last filled line. */
  let depth = 0;

  /** The open line, or the next filled one, as the source has it. */
  function quoted(begun: string): string | undefined {
    if (marker !== undefined && begun.trim() === "") {
      const line = closing(marker);
      return line?.startsWith(begun) ? line.slice(begun.length) : undefined;
    }
    if (isFilled(begun)) {
      const at = marker === undefined ? followed.nextWith(begun) : indexBehind(begun);
      return at === undefined || at < 0 ? undefined : source[at]!.slice(begun.length);
    }
    let blanks = "";
    for (const line of source.slice(followed.next)) {
      if (!isFilled(line)) blanks += `${line.slice(begun.length)}\n`;
      else if (!line.startsWith(begun)) return undefined;
      else return blanks + line.slice(blanks === "" ? begun.length : 0);
    }
    return undefined;
  }

  /** Behind a marker, which leaves out any number of lines. */
  const indexBehind = (begun: string): number =>
    source.findIndex((line, at) => at >= followed.next && line.startsWith(begun));

  /** The line that ends the block in which a marker of that indentation is. */
  const closing = (indent: number): string | undefined =>
    source.slice(followed.next).find((line) => isFilled(line) && widthOf(line) < indent);

  /** The source's next lines that close what a line of that indentation is in, up to the outermost. */
  function closersOf(indent: number): string[] {
    const found: string[] = [];
    let width = indent;
    for (const line of source.slice(followed.next)) {
      if (width === 0) break;
      if (!isFilled(line) || widthOf(line) >= width) continue;
      if (!isCloser(line)) break;
      found.push(line);
      width = widthOf(line);
    }
    return found;
  }

  const last = source.findLast(isFilled);
  /** The file's last line, where it closes something: many end with a marker and that line, at whatever depth the marker is. */
  const fileEnd = last !== undefined && isCloser(last) ? [last] : [];

  return {
    take(line) {
      if (!isFilled(line)) return;
      depth = widthOf(line);
      marker = isElision(line) ? widthOf(line) : undefined;
      if (marker !== undefined) return;
      followed.take(line);
    },
    ends(text, open) {
      const begun = text.slice(open);
      const marked = begunMarker(begun);
      const rest = quoted(begun);
      const close = marked === undefined ? undefined : closing(widthOf(begun));
      const head = text.slice(0, open);
      const isLineStart = !isFilled(begun);
      const outer = (indent: number): string => closersOf(indent).join("\n");
      const rests = isLineStart ? [outer(depth)] : [];
      const lines = isLineStart ? [] : completed(begun);
      return [
        // In the middle of a line an edit does not end.
        ...(begun === "" ? [text] : []),
        ...(marked === undefined ? [] : [head + marked]),
        ...(rest === undefined ? [] : [text + rest]),
        ...rests.filter((one) => one.startsWith(begun)).map((one) => head + one),
        ...(close === undefined ? [] : [`${head}${marked}\n${close}`]),
        ...(marked === undefined ? [] : fileEnd.map((line) => `${head}${marked}\n${line}`)),
        ...(marker === undefined
          ? []
          : fileEnd.filter((line) => line.startsWith(begun)).map((line) => head + line)),
        ...(marked === undefined ? lines.map((line) => head + line) : []),
        ...lines.map((line) => `${head}${line}\n${outer(widthOf(begun))}`),
      ];
    },
  };
}

/** How a line may end: with its brackets closed, and with a semicolon. */
export function completed(begun: string): string[] {
  if (!isFilled(begun)) return [];
  const closed = begun + openBrackets(begun);
  return begun.endsWith(";") ? [closed] : [closed, `${closed};`];
}

const closingBrackets = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);

/** What closes the brackets that a line leaves open. Strings are read like code: this is a guess. */
function openBrackets(line: string): string {
  const open: string[] = [];
  for (const sign of line) {
    const close = closingBrackets.get(sign);
    if (close !== undefined) open.push(close);
    else if (sign === open.at(-1)) open.pop();
  }
  return open.reverse().join("");
}

const widthOf = (line: string): number => indentOf(line).length;

/** What begins a marker: an ellipsis, or a comment, whatever its words will be; and what ends the comment. */
const beginsMarker = /^(\s*)(?:(\/\/|#|--|\/\*|\{\/\*|<!--)|\.{2}|…)/;
const commentEnds = new Map([
  ["/*", " */"],
  ["{/*", " */}"],
  ["<!--", " -->"],
]);

/** The line that is being written, completed to a marker if it begins like one. */
function begunMarker(begun: string): string | undefined {
  const found = beginsMarker.exec(begun);
  if (!found) return undefined;
  const [, indent = "", comment = ""] = found;
  return `${indent}${comment} ...${commentEnds.get(comment) ?? ""}`;
}
