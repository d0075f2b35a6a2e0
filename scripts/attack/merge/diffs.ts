import type { Random } from "../../../test/merge/generate.ts";
import { newOf, oldOf, type Quoted, quote, quotedOnce, repeats } from "./changes.ts";
import {
  alsoAfter,
  type Change,
  type FileText,
  flatAfter,
  oneOf,
  opensEnd,
  placesOf,
} from "./text.ts";
import { looksLikeSyntax, type Trial } from "./trial.ts";

/** Hunks of a diff with so many lines of context; changes whose contexts meet are one hunk. */
function hunksOf(
  lines: readonly string[],
  changes: readonly Change[],
  context: number,
): Change[][] {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1);
    const gap = 2 * context;
    if (last && change.start - last.end <= gap) hunks.at(-1)!.push(change);
    else hunks.push([change]);
  }
  return lines.length === 0 && hunks.length > 1 ? [hunks.flat()] : hunks;
}

export interface DiffShape {
  readonly context: number;
  /** What the numbers of all hunks are off by; undefined = there are none. */
  readonly shift: number | undefined;
  readonly section: boolean;
}

/** A unified diff as `diff -u` writes it, from the changes themselves. */
export function diffText(file: FileText, changes: readonly Change[], shape: DiffShape): string {
  const { lines, ends } = file;
  const open = ends.at(-1) === "";
  let text = "";
  let moved = 0;
  for (const hunk of hunksOf(lines, changes, shape.context)) {
    const from = Math.max(0, hunk[0]!.start - shape.context);
    const to = Math.min(lines.length, hunk.at(-1)!.end + shape.context);
    const body: string[] = [];
    let at = from;
    const keep = (end: number): void => {
      for (; at < end; at++) {
        body.push(` ${lines[at]}`);
        if (open && at === lines.length - 1) body.push(noNewline);
      }
    };
    for (const { start, end, fresh } of hunk) {
      keep(start);
      const isLast = open && end === lines.length;
      for (; at < end; at++) body.push(`-${lines[at]}`);
      if (isLast && start < end) body.push(noNewline);
      body.push(...fresh.map((line) => `+${line}`));
      if (isLast && fresh.length > 0) body.push(noNewline);
    }
    keep(to);
    const old = to - from;
    const grown = hunk.reduce(
      (sum, { start, end, fresh }) => sum + fresh.length - (end - start),
      0,
    );
    text += `${header(from, old, grown, moved, shape, lines)}\n${body.join("\n")}\n`;
    moved += grown;
  }
  return text;
}

const noNewline = "\\ No newline at end of file";

function header(
  from: number,
  old: number,
  grown: number,
  moved: number,
  { shift, section }: DiffShape,
  lines: readonly string[],
): string {
  if (shift === undefined) return "@@ ... @@";
  const fresh = old + grown;
  const start = (count: number, line: number): number =>
    Math.max(0, line + Number(count > 0) + shift);
  const side = (count: number, line: number): string =>
    count === 1 ? `${start(count, line)}` : `${start(count, line)},${count}`;
  const above = section
    ? lines.slice(0, from).findLast((line) => /^[A-Za-z_$]/.test(line))
    : undefined;
  const name = above === undefined ? "" : ` ${above.slice(0, 40).trimEnd()}`;
  return `@@ -${side(old, from)} +${side(fresh, from + moved)} @@${name}`;
}

/** Diffs of `diff -u` and git, with numbers that hold, or whose old lines stand once. */
export function diff(
  file: FileText,
  changes: readonly Change[],
  random: Random,
): Trial | undefined {
  if (changes.length === 0) return undefined;
  const kind = random(5);
  const right = kind < 3;
  // Without numbers that hold, the old lines alone tell the place.
  if (!right && !hunksOf(file.lines, changes, 3).every((hunk) => isOnce(file.lines, hunk, 3)))
    return undefined;
  // Where a line goes or comes at the open end of a file, its line before gets an end or loses it.
  if (opensEnd(file, changes)) return undefined;
  const context = right ? oneOf([0, 1, 2, 3, 3, 3, 5], random) : 3;
  const hunks = hunksOf(file.lines, changes, context);
  const shift = right ? 0 : kind === 3 ? oneOf([-7, -1, 1, 2, 40], random) : undefined;
  const text = diffText(file, changes, { context, shift, section: random(3) === 0 });
  return {
    kind: right ? "unified diff" : "unified diff, numbers off or none",
    file,
    edit: headed(file.path, text, random),
    format: random(2) === 0 ? "unified-diff" : "auto",
    wanted: {
      kind: "text",
      flat: flatAfter(file, changes),
      mayRefuse:
        changes.some(({ fresh }) => fresh.some(looksLikeSyntax)) ||
        hunks.some((hunk) => isOneSided(hunk, file, context) || !isOnce(file.lines, hunk, context)),
    },
    changes,
  };
}

/** New lines without context on one side may also belong to a part of the file that was cut off there. */
function isOneSided(hunk: readonly Change[], { lines }: FileText, context: number): boolean {
  const { start } = hunk[0]!;
  const { end } = hunk.at(-1)!;
  return context === 0 || start === 0 || end === lines.length;
}

function isOnce(lines: readonly string[], hunk: readonly Change[], context: number): boolean {
  const from = Math.max(0, hunk[0]!.start - context);
  const old = lines.slice(from, hunk.at(-1)!.end + context);
  const words = old.some((line) => /[\p{L}\p{N}]/u.test(line));
  return words && placesOf(old, lines).length === 1;
}

export function headed(path: string, text: string, random: Random): string {
  const kind = random(6);
  if (kind === 0) return text;
  if (kind === 1)
    return `--- ${path}\t2026-01-05 10:11:12.000000000 +0000\n+++ ${path}\t2026-01-06 09:00:00.000000000 +0000\n${text}`;
  const plain = `--- a/${path}\n+++ b/${path}\n${text}`;
  if (kind === 2) return `\`\`\`diff\n${plain}\`\`\`\n`;
  if (kind === 3) return `diff --git a/${path} b/${path}\nindex 1234567..89abcde 100644\n${plain}`;
  if (kind === 4)
    return `diff --git a/${path} b/${path}\nold mode 100644\nnew mode 100755\n${plain}`;
  return plain;
}

/** A `*** Begin Patch` of chunks whose old lines stand once. */
export function patch(
  file: FileText,
  changes: readonly Change[],
  random: Random,
): Trial | undefined {
  const quoted = quotedOnce(file, changes, random);
  if (!quoted || quoted.length === 0 || repeats(file, quoted)) return undefined;
  return {
    kind: "patch",
    file,
    edit: patchText(file.path, quoted, file, random),
    format: random(2) === 0 ? "patch" : "auto",
    wanted: {
      kind: "text",
      flat: flatAfter(file, changes),
      also: alsoAfter(file, changes),
      mayRefuse: quoted.some(
        ({ above, below, fresh }) =>
          above.length === 0 || below.length === 0 || fresh.some(looksLikeSyntax),
      ),
    },
    changes,
  };
}

export function patchText(
  path: string,
  quoted: readonly Quoted[],
  { lines }: FileText,
  random: Random,
): string {
  const body = quoted.flatMap((one) => {
    const end = one.start + oldOf(one).length === lines.length;
    return [
      anchorOf(one, lines, random),
      ...one.above.map((line) => ` ${line}`),
      ...one.old.map((line) => `-${line}`),
      ...one.fresh.map((line) => `+${line}`),
      ...one.below.map((line) => ` ${line}`),
      ...(end && random(2) === 0 ? ["*** End of File"] : []),
    ];
  });
  return ["*** Begin Patch", `*** Update File: ${path}`, ...body, "*** End Patch", ""].join("\n");
}

/** `@@`, or with a line above that stands once in the file. */
function anchorOf({ start }: Quoted, lines: readonly string[], random: Random): string {
  const above = lines
    .slice(Math.max(0, start - 20), start)
    .filter((line) => /^\s*[A-Za-z][\w $]+\(/.test(line) && line.length < 200);
  const line = above.at(-1);
  if (line === undefined || random(2) === 0) return "@@";
  return placesOf([line], lines).length === 1 ? `@@ ${line.trim()}` : "@@";
}

/** A file that comes or goes, as a patch or a diff says so. */
export function comesOrGoes(file: FileText, random: Random): Trial | undefined {
  const { path, lines, ends } = file;
  if (lines.length === 0) return undefined;
  const removed = lines.map((line) => `-${line}`);
  const open = ends.at(-1) === "";
  if (random(2) === 0) {
    const edit =
      random(2) === 0
        ? ["*** Begin Patch", `*** Delete File: ${path}`, "*** End Patch", ""]
        : [
            `diff --git a/${path} b/${path}`,
            "deleted file mode 100644",
            `--- a/${path}`,
            "+++ /dev/null",
            `@@ -1${lines.length === 1 ? "" : `,${lines.length}`} +0,0 @@`,
            ...removed,
            ...(open ? [noNewline] : []),
            "",
          ];
    return {
      kind: "deletion",
      file,
      edit: edit.join("\n"),
      format: "auto",
      wanted: { kind: "deletion" },
    };
  }
  const added = lines.map((line) => `+${line}`);
  const asPatch = random(2) === 0 && !open;
  const edit = asPatch
    ? ["*** Begin Patch", `*** Add File: ${path}`, ...added, "*** End Patch", ""]
    : [
        "--- /dev/null",
        `+++ b/${path}`,
        `@@ -0,0 +1${lines.length === 1 ? "" : `,${lines.length}`} @@`,
        ...added,
        ...(open ? [noNewline] : []),
        "",
      ];
  const empty = { path, lines: [], ends: [] };
  const flat = `${lines.join("\n")}${open ? "" : "\n"}`;
  return {
    kind: "creation",
    file: empty,
    edit: edit.join("\n"),
    format: "auto",
    // A line that the format itself uses is asked about, wherever it comes in.
    wanted: { kind: "text", flat, mayRefuse: lines.some(looksLikeSyntax) },
  };
}

/** A hunk alone, as `quote` cuts it. */
export const hunkOf = (file: FileText, change: Change, context: number): Quoted =>
  quote(
    file.lines,
    change,
    Math.min(context, change.start),
    Math.min(context, file.lines.length - change.end),
  );

export const quotedLines = (quoted: Quoted): string[] => [...oldOf(quoted), ...newOf(quoted)];
