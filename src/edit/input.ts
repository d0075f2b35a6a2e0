import { RedraftError } from "../core/errors.ts";
import type { LineRange } from "../core/merge.ts";
import { lineTexts, splitLines } from "../text/lines.ts";
import { once } from "../text/once.ts";
import type { EditInput } from "./format.ts";
import { refuseLoneReturns } from "./lone-returns.ts";
import { thoughtLines } from "./thoughts.ts";

/** Prepares an edit for the readers. Lines of the source are cut only when a reader asks for them. */
export function editInput(
  text: string,
  path: string,
  source: string,
  within?: LineRange,
): EditInput {
  const clean = text.startsWith("\uFEFF") ? text.slice(1) : text;
  refuseLoneReturns(clean, source);
  const sourceLines = once(() => lineTexts(source));
  const known = once(() => new Set(sourceLines().map((line) => line.trim())));
  const inSource = (line: string): boolean => known().has(line.trim());
  const { edit, thoughts } = cutThoughts(clean, inSource);
  return {
    text: edit,
    marked: clean !== text,
    thoughts,
    lines: lineTexts(edit),
    path,
    source,
    within,
    get sourceLines() {
      return sourceLines();
    },
    inSource,
  };
}

/** Thoughts become blank lines, so that the lines after them keep their numbers in messages. */
function cutThoughts(
  text: string,
  inSource: (line: string) => boolean,
): { edit: string; thoughts: number } {
  if (!/<\/?[a-z]+>/i.test(text)) return { edit: text, thoughts: 0 };
  const lines = splitLines(text);
  const count = thoughtLines(
    lines.map((line) => line.text),
    inSource,
  );
  if (count === -1) {
    throw new RedraftError(
      "unreadable-edit",
      "the edit has only an unfinished thinking section: it was cut off. Send it again.",
    );
  }
  if (count === 0) return { edit: text, thoughts: 0 };
  const [last, ...rest] = lines.slice(count - 1);
  // An edit may begin on the line that ends the thoughts.
  const after = last!.text.replace(/^.*<\/[a-z]+>/i, "");
  const blank = "\n".repeat(count - 1) + after + last!.end;
  return { edit: blank + rest.map((line) => line.text + line.end).join(""), thoughts: count };
}
