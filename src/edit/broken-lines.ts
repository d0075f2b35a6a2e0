import type { EditInput } from "./format.ts";
import { quoteAt } from "./unescape.ts";
import { unreadable } from "./unreadable.ts";

/**
 * Refuses new text whose line ends were lost or left over on the way through JSON, where nothing in the old
 * text or the file looks so: a string cut in two by a raw line end, or `\n` where a line of code ends.
 */
export function refuseBrokenLines(
  old: string,
  newText: string,
  input: EditInput,
  name: string,
): void {
  const escaped = escapedEnd(newText);
  if (escaped !== undefined && escapedEnd(old) === undefined && !escapedEnd(input.source)) {
    throw unreadable(
      "search-replace",
      `${name} has \\n as two characters where a line ends (${quotedStart(escaped)}): it is escaped once too often. Send it with real line ends.`,
    );
  }
  const cut = cutString(newText, input.path);
  if (
    cut !== undefined &&
    cutString(old, input.path) === undefined &&
    !cutString(input.source, input.path)
  ) {
    throw unreadable(
      "search-replace",
      `${name} has a line end inside a quoted text (${quotedStart(cut)}): a backslash was lost. Write \\n there as a backslash and an n.`,
    );
  }
}

/** A line of code that continues after a `\n` outside of quotes and patterns, or undefined if there is none. */
function escapedEnd(text: string): string | undefined {
  if (!text.includes("\\n")) return undefined;
  return text.split("\n").find((line) =>
    [...line.matchAll(/[;{}:),(]\\n(?=\s|[})\\]|$)/g)].some(({ index }) => {
      const before = line.slice(0, index + 1);
      return quoteAt(before, before.length) === undefined && before.split("/").length % 2 === 1;
    }),
  );
}

// Languages in which a text in ' or " ends on its line.
const oneLineStrings =
  /\.(?:[cm]?[jt]sx?|go|java|kts?|c|h|cc|cpp|hpp|swift|pyi?|json|dart|scala|zig|lua)$/i;

/** A line that leaves a quote open which the next line closes at once, or undefined if there is none. */
function cutString(text: string, path: string): string | undefined {
  if (!oneLineStrings.test(path)) return undefined;
  const lines = text.replace(/"""|'''/g, "").split("\n");
  return lines.find((line, index) => {
    const next = lines[index + 1];
    if (next === undefined || line.endsWith("\\")) return false;
    const open = /["']/.test(line) ? quoteAt(line, line.length) : undefined;
    if (open !== "'" && open !== '"') return false;
    if (next.startsWith(open)) return /^.(?:[\s)\],;+.}]|$)/.test(next);
    return line.endsWith(open) && /^\S/.test(next) && next.includes(open);
  });
}

const quotedStart = (line: string): string => JSON.stringify(line.trim().slice(0, 80));
