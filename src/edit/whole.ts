import { RedraftError } from "../core/errors.ts";
import { areBlank } from "../text/words.ts";
import { changedSegments } from "./changes.ts";
import { coverageOf } from "./coverage.ts";
import { type EditFormat, type EditInput, namedByCaller } from "./format.ts";
import { forAnotherFile, samePath } from "./paths.ts";
import { refuseStrangeLines } from "./strange-lines.ts";
import { keepsAllKeys } from "./tool-edit.ts";
import { unwrap } from "./wrapping.ts";

/** The whole file as it is to be, bare or in a code fence, perhaps with a path line before it. */
export const wholeFormat: EditFormat = {
  name: "whole",

  recognise(input) {
    if (input.text.trim() === "") return undefined;
    if (input.source.trim() === "") return "the file is empty or new, and this is its text";
    const text = unwrap(input);
    const { kind, why } = coverageOf(text.lines, input);
    if (kind === "whole") return `the whole file: ${why}`;
    if (keepsAllKeys(input)) return "it is JSON with every key that the file has";
    // A file of one line has no part that could be meant.
    const isNamed = text.fenced && text.path !== undefined && samePath(text.path, input.path);
    const single = input.sourceLines.filter((line) => line.trim() !== "").length === 1;
    return isNamed && single ? `the code block that names ${text.path}` : undefined;
  },

  read(input, why) {
    const text = unwrap(input);
    if (text.cutOff) {
      throw new RedraftError(
        "unreadable-edit",
        `the code fence opened on line ${text.at - 1} is never closed: the text is cut off. Send it again, whole.`,
        { details: { line: text.at - 1, format: "whole" } },
      );
    }
    if (text.path !== undefined && !samePath(text.path, input.path)) {
      throw forAnotherFile("text", [text.path], input.path);
    }
    if (text.fenced && areBlank(text.lines) && input.source.trim() !== "") {
      throw new RedraftError(
        "unreadable-edit",
        `the code fence is empty, and ${input.path} is not. Send the text of the file.`,
        { details: { line: text.at, format: "whole" } },
      );
    }
    refuseStrangeLines(input, text, "whole");
    refuseInside(input, text.lines, text.at);
    // What is written is what is meant, to the blank: nothing has to be placed, so nothing is tolerated.
    const lines = withMark(text.lines, input, !text.fenced && why === namedByCaller);
    const segments = changedSegments(input.sourceLines, lines, text.at);
    const named = text.path === undefined ? {} : { path: text.path };
    const action = input.source === "" ? "create" : "update";
    const ended = text.fenced || /[\r\n]$/.test(input.text);
    return { format: "whole", why, extent: "parts", segments, action, ended, ...named };
  },
};

const byteOrderMark = "\uFEFF";

/** A byte order mark is written where the caller says that this text is the file, and stays where the file has one. */
function withMark(
  lines: readonly string[],
  { marked, source }: EditInput,
  isExact: boolean,
): readonly string[] {
  const [first, ...rest] = lines;
  if (first === undefined || first.startsWith(byteOrderMark)) return lines;
  return (marked && isExact) || source.startsWith(byteOrderMark)
    ? [byteOrderMark + first, ...rest]
    : lines;
}

/** A text that begins deeper than the file does is from its inside, and not the whole of it. */
function refuseInside(input: EditInput, lines: readonly string[], at: number): void {
  const first = lines.findIndex((line) => line.trim() !== "");
  const own = input.sourceLines.find((line) => line.trim() !== "");
  const line = lines[first];
  if (line === undefined || own === undefined || !/^\s/.test(line) || /^\s/.test(own)) return;
  if (!input.inSource(line) || coverageOf(lines, input).kind === "whole") return;
  throw new RedraftError(
    "unreadable-edit",
    `line ${at + first} of the edit (${JSON.stringify(line.trim())}) is from the middle of ${input.path}: the text is a ` +
      "part of the file, not the whole. Send all of it, or name the format lazy.",
    { details: { line: at + first, format: "whole" } },
  );
}
