import { RedraftError } from "../core/errors.ts";
import type { EditFormat, EditInput } from "./format.ts";
import { readLazy } from "./lazy.ts";
import { isElision, removalOf } from "./lazy-markers.ts";
import { samePath } from "./paths.ts";
import { unwrap } from "./wrapping.ts";

/** Lazy sketches: changed lines with some around them, markers for the rest. */
export const sketch: EditFormat = {
  name: "lazy",

  recognise(input) {
    const text = unwrap(input);
    const marker = text.lines.findIndex((line) => isElision(line) && !input.inSource(line));
    if (marker !== -1) return `line ${text.at + marker} is a marker: ${text.lines[marker]!.trim()}`;
    const removal = text.lines.findIndex(
      (line) => removalOf(line) !== undefined && !input.inSource(line),
    );
    if (removal !== -1 && !coversFile(text.lines, input).whole) {
      return `line ${text.at + removal} says what is removed: ${text.lines[removal]!.trim()}`;
    }
    return partOfFile(text.lines, input);
  },

  read(input, why) {
    const text = unwrap(input);
    if (text.cutOff) {
      throw new RedraftError(
        "unreadable-edit",
        `the code fence opened on line ${text.at - 1} is never closed: the sketch is cut off. Send it again, whole.`,
        { details: { line: text.at - 1, format: "lazy" } },
      );
    }
    if (text.path !== undefined && !samePath(text.path, input.path)) {
      throw new RedraftError("no-match", `the sketch is for ${text.path}, not for ${input.path}.`, {
        details: { path: input.path, named: text.path },
      });
    }
    const edit = readLazy(text.lines, text.at, why);
    return text.path === undefined ? edit : { ...edit, path: text.path };
  },
};

interface Coverage {
  readonly whole: boolean;
  /** Source lines that stand in the text, and edit lines that stand in the source; blank ones not counted. */
  readonly held: number;
  readonly total: number;
  readonly anchors: number;
}

function coversFile(lines: readonly string[], input: EditInput): Coverage {
  const own = new Set(lines.map((line) => line.trim()));
  const source = input.sourceLines.map((line) => line.trim()).filter((line) => line !== "");
  const text = lines.map((line) => line.trim()).filter((line) => line !== "");
  const held = source.filter((line) => own.has(line)).length;
  const anchors = text.filter((line) => input.inSource(line)).length;
  const ends = source[0] === text[0] && source.at(-1) === text.at(-1);
  return { whole: held * 2 >= source.length || ends, held, total: source.length, anchors };
}

/** Text without any marker that holds only a part of the file: taken as the whole, it would delete the rest. */
function partOfFile(lines: readonly string[], input: EditInput): string | undefined {
  const { whole, held, total, anchors } = coversFile(lines, input);
  if (whole) return undefined;
  if (anchors === 0) {
    throw new RedraftError(
      "unreadable-edit",
      `the edit has no markers, and none of its lines stands in ${input.path}: whether it replaces the whole file ` +
        "or belongs somewhere in it is not said. Name the format (whole), or send some lines around the change.",
    );
  }
  return `it holds only ${held} of the file's ${total} lines, and no marker: a part of the file`;
}
