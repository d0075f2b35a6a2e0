import type { EditLine, LineRole } from "../core/edit.ts";
import { equalPairs } from "../text/line-pairs.ts";

/**
 * What becomes of each line between an old and a new text: equal lines are `keep`, the rest `drop` and
 * `add`, in the order of a diff (drops before adds). A longest common subsequence, common ends first.
 *
 * Example: old `a b c`, new `a x c` -> keep a, drop b, add x, keep c.
 */
export function lineRoles(
  before: readonly string[],
  after: readonly string[],
): {
  readonly text: string;
  readonly role: LineRole;
  readonly oldLine: number;
  readonly new: number;
}[] {
  const result: { text: string; role: LineRole; oldLine: number; new: number }[] = [];
  let oldLine = 0;
  let newLine = 0;
  const { pairs } = equalPairs(before, after);
  for (const [a, b] of [...pairs, [before.length, after.length] as const]) {
    for (; oldLine < a; oldLine++)
      result.push({ text: before[oldLine]!, role: "drop", oldLine, new: newLine });
    for (; newLine < b; newLine++)
      result.push({ text: after[newLine]!, role: "add", oldLine, new: newLine });
    if (oldLine === before.length) break;
    result.push({ text: before[oldLine]!, role: "keep", oldLine: oldLine++, new: newLine++ });
  }
  return result;
}

/** `lineRoles` as the lines of a segment. `oldAt` and `newAt` are the 1-based lines of the caller's text where each side begins. */
export function rolesToLines(
  before: readonly string[],
  after: readonly string[],
  oldAt: number,
  newAt: number,
): EditLine[] {
  return lineRoles(before, after).map((line) => ({
    text: line.text,
    role: line.role,
    at:
      line.role === "add"
        ? newAt === 0
          ? 0
          : newAt + line.new
        : oldAt === 0
          ? 0
          : oldAt + line.oldLine,
  }));
}

/**
 * A diff whose writer removes a line and writes the same line again: it stays. As a removed and a new line it would be a
 * sign, where the old lines are not the file's, that the change was made already.
 */
export function withRewrittenKept(lines: readonly EditLine[]): EditLine[] {
  const result: EditLine[] = [];
  for (let from = 0; from < lines.length; ) {
    if (lines[from]!.role === "keep") {
      result.push(lines[from++]!);
      continue;
    }
    const next = lines.findIndex((line, index) => index > from && line.role === "keep");
    const to = next === -1 ? lines.length : next;
    result.push(...rewritten(lines.slice(from, to)));
    from = to;
  }
  return result;
}

function rewritten(run: readonly EditLine[]): readonly EditLine[] {
  const oldLine = run.filter(({ role }) => role === "drop");
  const addedLines = run.filter(({ role }) => role === "add");
  const known = new Set(oldLine.map(({ text }) => text));
  if (!addedLines.some(({ text }) => known.has(text))) return run;
  const texts = (side: readonly EditLine[]): string[] => side.map(({ text }) => text);
  return lineRoles(texts(oldLine), texts(addedLines)).map(({ text, role, ...line }) => ({
    text,
    role,
    at: role === "add" ? addedLines[line.new]!.at : oldLine[line.oldLine]!.at,
  }));
}
