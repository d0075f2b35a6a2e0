import { createTwoFilesPatch } from "diff";

export interface DiffSide {
  readonly path: string;
  readonly text: string;
}

/** A unified diff as `git apply` and `patch` take it; null = the file does not exist on that side. Empty when nothing differs. */
export function unifiedDiff(before: DiffSide | null, after: DiffSide | null): string {
  if (before?.text === after?.text && before?.path === after?.path) return "";
  const from = before === null ? "/dev/null" : `a/${headerPath(before.path)}`;
  const to = after === null ? "/dev/null" : `b/${headerPath(after.path)}`;
  const patch = createTwoFilesPatch(from, to, before?.text ?? "", after?.text ?? "", "", "", {
    context: 3,
  });
  return patch.replace(/^=+\n/, "").replaceAll(/^(---|\+\+\+) (.*)\t$/gm, "$1 $2");
}

/** `a/` and `b/` stand before relative paths. */
function headerPath(path: string): string {
  return path.replace(/^[\\/]+|^\.\//, "");
}
