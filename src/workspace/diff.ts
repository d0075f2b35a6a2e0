import type { Proof } from "../core/merge.ts";
import { linesKeptByProof } from "../text/kept-lines.ts";
import { type LineChange, LineDiff } from "../text/line-diff.ts";

export interface DiffSide {
  readonly path: string;
  readonly text: string;
}

/** Unchanged lines that are shown around a change. */
const context = 3;

/**
 * A unified diff as `git apply` and `patch` take it; null = the file does not exist on that side. Empty when nothing differs.
 * `proof`: the merge's account of the two texts, which says what stayed; without one they are compared.
 */
export function unifiedDiff(
  before: DiffSide | null,
  after: DiffSide | null,
  proof?: Pick<Proof, "result" | "source">,
): string {
  if (before?.text === after?.text && before?.path === after?.path) return "";
  const oldLines = diffLines(before?.text ?? "");
  const newLines = diffLines(after?.text ?? "");
  const changes = new LineDiff(oldLines, newLines).compare(
    linesKeptByProof(proof, oldLines.length, newLines.length),
  );
  const out = headers(before, after, changes.length > 0);
  for (let first = 0; first < changes.length; ) {
    let last = first;
    while (
      last + 1 < changes.length &&
      changes[last + 1]!.oldStart - changes[last]!.oldEnd <= 2 * context
    ) {
      last++;
    }
    writeHunk(out, oldLines, newLines, changes.slice(first, last + 1));
    first = last + 1;
  }
  out.push("");
  return out.join("\n");
}

/**
 * Lines as a diff counts them: a carriage return belongs to the line. An unfinished last line carries the remark that a
 * diff writes below it, so that it differs from the same line with an end.
 */
function diffLines(text: string): string[] {
  const lines = text.split("\n");
  const last = lines.pop()!;
  if (last !== "") lines.push(`${last}\n\\ No newline at end of file`);
  return lines;
}

function headers(before: DiffSide | null, after: DiffSide | null, hasHunks: boolean): string[] {
  const from = before === null ? undefined : headerName("a", before.path);
  const to = after === null ? undefined : headerName("b", after.path);
  const out: string[] = [];
  const moved = from !== undefined && to !== undefined && from.slice(2) !== to.slice(2);
  // Without hunks only git's own header lines say that something is to be done at all.
  if (moved || !hasHunks) {
    const [a, b] = [from ?? headerName("a", after!.path), to ?? headerName("b", before!.path)];
    out.push(`diff --git ${a} ${b}`);
    if (from === undefined) out.push("new file mode 100644");
    else if (to === undefined) out.push("deleted file mode 100644");
    else out.push(`rename from ${shownName(before!.path)}`, `rename to ${shownName(after!.path)}`);
  }
  if (hasHunks)
    out.push(`--- ${endedName(from ?? "/dev/null")}`, `+++ ${endedName(to ?? "/dev/null")}`);
  // Ends git's header, so that the `---` of a diff that follows is not taken for a part of it.
  else out.push("");
  return out;
}

/** Relative paths get the prefixes `a/` and `b/`. */
const headerName = (side: "a" | "b", path: string): string =>
  quotedName(`${side}/${relative(path)}`);

const shownName = (path: string): string => quotedName(relative(path));

const relative = (path: string): string => path.replace(/^[\\/]+|^\.\//, "");

/** Readers take a name up to the first blank, unless a tab ends it. */
const endedName = (name: string): string => (/\s/.test(name) ? `${name}\t` : name);

/** A name with a line end or the like in it is written as git does. */
function quotedName(name: string): string {
  if (!/[\p{Cc}"]/u.test(name)) return name;
  const escaped = name.replace(/["\\]/g, "\\$&").replace(/\p{Cc}/gu, (one) => {
    const bytes = [...Buffer.from(one, "utf8")];
    return bytes.map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
  });
  return `"${escaped}"`;
}

function writeHunk(
  out: string[],
  oldLines: readonly string[],
  newLines: readonly string[],
  changes: readonly LineChange[],
): void {
  const first = changes[0]!;
  const last = changes.at(-1)!;
  const above = Math.min(context, first.oldStart);
  const below = Math.min(context, oldLines.length - last.oldEnd);
  const [oldStart, oldEnd] = [first.oldStart - above, last.oldEnd + below];
  const [newStart, newEnd] = [first.newStart - above, last.newEnd + below];
  out.push(`@@ -${hunkRange(oldStart, oldEnd)} +${hunkRange(newStart, newEnd)} @@`);
  let line = oldStart;
  for (const change of changes) {
    writeLines(out, " ", oldLines, line, change.oldStart);
    writeLines(out, "-", oldLines, change.oldStart, change.oldEnd);
    writeLines(out, "+", newLines, change.newStart, change.newEnd);
    line = change.oldEnd;
  }
  writeLines(out, " ", oldLines, line, oldEnd);
}

function writeLines(
  out: string[],
  sign: " " | "-" | "+",
  lines: readonly string[],
  start: number,
  end: number,
): void {
  if (end > start) out.push(sign + lines.slice(start, end).join(`\n${sign}`));
}

/** A range of no lines names the line before it. */
function hunkRange(start: number, end: number): string {
  return end === start ? `${start},0` : `${start + 1},${end - start}`;
}
