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
  readonly old: number;
  readonly new: number;
}[] {
  const result: { text: string; role: LineRole; old: number; new: number }[] = [];
  let old = 0;
  let fresh = 0;
  const { pairs } = equalPairs(before, after);
  for (const [a, b] of [...pairs, [before.length, after.length] as const]) {
    for (; old < a; old++) result.push({ text: before[old]!, role: "drop", old, new: fresh });
    for (; fresh < b; fresh++) result.push({ text: after[fresh]!, role: "add", old, new: fresh });
    if (old === before.length) break;
    result.push({ text: before[old]!, role: "keep", old: old++, new: fresh++ });
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
          : oldAt + line.old,
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
  const old = run.filter(({ role }) => role === "drop");
  const fresh = run.filter(({ role }) => role === "add");
  const known = new Set(old.map(({ text }) => text));
  if (!fresh.some(({ text }) => known.has(text))) return run;
  const texts = (side: readonly EditLine[]): string[] => side.map(({ text }) => text);
  return lineRoles(texts(old), texts(fresh)).map(({ text, role, ...line }) => ({
    text,
    role,
    at: role === "add" ? fresh[line.new]!.at : old[line.old]!.at,
  }));
}
