import { createTwoFilesPatch } from "diff";

interface Side {
  readonly path: string;
  readonly text: string;
}

/** A unified diff as git writes it, without git's own header; the empty text when nothing differs. */
export function unifiedDiff(before: Side | null, after: Side | null): string {
  if (before?.text === after?.text && before?.path === after?.path) return "";
  const from = before === null ? "/dev/null" : `a/${before.path}`;
  const to = after === null ? "/dev/null" : `b/${after.path}`;
  const patch = createTwoFilesPatch(from, to, before?.text ?? "", after?.text ?? "", "", "", {
    context: 3,
  });
  return patch.replace(/^=+\n/, "").replaceAll(/^(---|\+\+\+) (.*)\t$/gm, "$1 $2");
}

/** How many lines a unified diff adds and removes. */
export function countChanges(diff: string): { added: number; removed: number } {
  let added = 0;
  let removed = 0;
  let inHunk = false;
  for (const line of diff.split("\n")) {
    if (line.startsWith("@@")) inHunk = true;
    else if (inHunk && line.startsWith("+")) added += 1;
    else if (inHunk && line.startsWith("-")) removed += 1;
  }
  return { added, removed };
}
