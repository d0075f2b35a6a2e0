import type { Edit } from "../core/edit.ts";
import { RedraftError } from "../core/errors.ts";
import { coverageOf, type UncoveredGap } from "./coverage.ts";
import type { EditFormat, EditInput } from "./format.ts";
import { readLazy } from "./lazy.ts";
import { isElision, removalOf } from "./lazy-markers.ts";
import { refuseOpenComment } from "./open-comment.ts";
import { forAnotherFile, samePath } from "./paths.ts";
import { refuseStrangeLines } from "./strange-lines.ts";
import { type Unwrapped, unwrap } from "./wrapping.ts";

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
    if (removal !== -1 && coverageOf(text.lines, input).kind !== "whole") {
      return `line ${text.at + removal} says what is removed: ${text.lines[removal]!.trim()}`;
    }
    return partOfFile(text, input);
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
      throw forAnotherFile("sketch", [text.path], input.path);
    }
    refuseStrangeLines(input, text, "lazy");
    refuseOpenComment(text, input);
    const edit = withOpenEdges(readLazy(text.lines, text.at, why), text, input);
    return text.path === undefined ? edit : { ...edit, path: text.path };
  },
};

/** A text without any marker that holds only a part of the file: taken as the whole, it would delete the rest. */
function partOfFile(text: Unwrapped, input: EditInput): string | undefined {
  if (input.source === "") return undefined;
  const coverage = coverageOf(text.lines, input);
  if (coverage.kind === "doubled") {
    const [one, other] = coverage.lines!.map((line) => text.at + line);
    const shown = JSON.stringify(text.lines[coverage.lines![0]]!.trim());
    throw new RedraftError(
      "unreadable-edit",
      `lines ${one} and ${other} of the edit are both ${shown}, which ${input.path} has once: it seems to contain an old ` +
        "and a new version. Send them as a search/replace block, or only the new one.",
      { details: { lines: [one, other] } },
    );
  }
  return coverage.kind === "part" ? coverage.why : undefined;
}

/** A part without any marker leaves out the lines before and after it, as if markers were there. */
function withOpenEdges(edit: Edit, text: Unwrapped, input: EditInput): Edit {
  if (edit.segments.length !== 1 || edit.segments[0]!.kind !== "lines") return edit;
  const { kind, above, below, gap } = coverageOf(text.lines, input);
  if (kind !== "part") return edit;
  if (gap) throw leftOut(gap, text, input);
  const rest = { kind: "elision", text: "", at: 0 } as const;
  const segments = [...(above ? [rest] : []), ...edit.segments, ...(below ? [rest] : [])];
  return { ...edit, segments };
}

function leftOut(gap: UncoveredGap, text: Unwrapped, input: EditInput): RedraftError {
  const line = text.at + gap.before;
  const shown = JSON.stringify(text.lines[gap.before]!.trim());
  const names = gap.names.slice(0, 4).join(", ");
  return new RedraftError(
    "unreadable-edit",
    `the edit leaves out lines ${gap.from + 1} to ${gap.to} of ${input.path || "the file"} (${names}) before its line ${line} (${shown}), ` +
      "and does not say whether they stay. Write `// ... existing code ...` there if they do, or `// removed ...` if they do not.",
    { details: { line, from: gap.from + 1, to: gap.to, names: gap.names.slice(0, 20) } },
  );
}
