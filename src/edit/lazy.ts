import type { Edit, EditLine, Segment } from "../core/edit.ts";
import { continuesSentence, isElision, removalOf } from "./lazy-markers.ts";

/**
 * Reads a lazy sketch: lines to place, markers for what is left out, comments for what is removed.
 * `at` is the 1-based line of `lines[0]` in the caller's text.
 */
export function readLazy(lines: readonly string[], at = 1, why = "asked for"): Edit {
  const segments: Segment[] = [];
  let open: EditLine[] | undefined;
  for (const [index, text] of lines.entries()) {
    const line = at + index;
    if (isElision(text) && !continuesSentence(text, lines[index - 1])) {
      segments.push({ kind: "elision", text, at: line });
      open = undefined;
      continue;
    }
    const what = removalOf(text);
    if (what !== undefined) {
      segments.push({ kind: "removal", text, at: line, what });
      open = undefined;
      continue;
    }
    if (open === undefined) {
      open = [];
      segments.push({ kind: "lines", lines: open });
    }
    open.push({ text, role: "either", at: line });
  }
  return { format: "lazy", why, extent: "file", segments, action: "update" };
}
