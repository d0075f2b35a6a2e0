import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { diffArrays } from "diff";
import { RedraftError } from "../../core/errors.ts";
import { lineTexts } from "../../text/lines.ts";

/** A region of a file and the sketch of its edit: what an apply model is asked. Texts end in "\n". */
export interface Region {
  readonly id: string;
  /** What it shares its fold with: the repository, where that is named. */
  readonly task: string;
  readonly original: string;
  readonly sketch: string;
  /** What the edit really made of it, where that is known; only for choosing regions by length. */
  readonly expected?: string;
}

/** Lines around the region's first change that it begins with, and unchanged lines that a sketch shows around a hunk. */
const contextLines = 8;
const sketchLines = 2;
const comments: Readonly<Record<string, string>> = {
  python: "#",
  ruby: "#",
  shell: "#",
  yaml: "#",
  toml: "#",
};

/**
 * Reads regions from JSONL (a file, or a folder whose `cases*.jsonl` count): objects with `original` and `sketch` are
 * regions as they are; objects with `before` and `after` are edits of whole files, from which one region is cut:
 * the changes that fit into `maxLines` lines, from the first on, with 8 unchanged lines around them, and a sketch that
 * shows 2 unchanged lines around each hunk and a marker comment for the rest.
 */
export function readRegions(path: string, maxLines: number): Region[] {
  return readRecords(path).flatMap((record): Region[] => {
    const { id, original, sketch, before, after, language } = record;
    const task = record.repo === undefined ? id : `repo/${record.repo}`;
    if (typeof original === "string" && typeof sketch === "string") {
      return [{ id, task, original: ended(original), sketch: ended(sketch) }];
    }
    if (typeof before === "string" && typeof after === "string") {
      const region = cutRegion(id, before, after, comments[language ?? ""] ?? "//", maxLines);
      return region === undefined ? [] : [{ ...region, task }];
    }
    throw new RedraftError(
      "usage",
      `${id} of ${path} has neither original and sketch nor before and after`,
    );
  });
}

interface Row {
  readonly id: string;
  readonly repo?: string;
  readonly language?: string;
  readonly original?: unknown;
  readonly sketch?: unknown;
  readonly before?: unknown;
  readonly after?: unknown;
}

function readRecords(path: string): Row[] {
  let files: string[];
  try {
    files = statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((name) => /^cases.*\.jsonl$/.test(name))
          .sort()
          .map((name) => join(path, name))
      : [path];
  } catch (cause) {
    throw new RedraftError(
      "file-error",
      `cannot read --data ${path}: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  if (files.length === 0) throw new RedraftError("file-error", `no cases*.jsonl in ${path}`);
  return files.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line, i) => ({
        ...(JSON.parse(line) as Row),
        id: (JSON.parse(line) as Row).id ?? `${i}`,
      })),
  );
}

/** A run of lines that both sides share, or that only one has. */
interface Run {
  readonly kind: "same" | "old" | "new";
  readonly lines: readonly string[];
}

/** Undefined where nothing changes or the first change alone is longer than the limit. */
export function cutRegion(
  id: string,
  before: string,
  after: string,
  comment: string,
  maxLines: number,
): Omit<Region, "task"> | undefined {
  const runs: Run[] = diffArrays(linesOf(before), linesOf(after)).map((part) => ({
    kind: part.added ? "new" : part.removed ? "old" : "same",
    lines: part.value,
  }));
  const first = runs.findIndex(({ kind }) => kind !== "same");
  if (first < 0) return undefined;
  let last = first;
  let size = 2 * contextLines;
  let end = first;
  for (let i = first; i < runs.length; i++) {
    size += runs[i]!.lines.length;
    if (size > maxLines) break;
    if (runs[i]!.kind !== "same") last = i;
    end = last + 1;
  }
  if (end === first) return undefined;
  const above = runs[first - 1]?.lines.slice(-contextLines) ?? [];
  const below = runs[last + 1]?.lines.slice(0, contextLines) ?? [];
  const inner: Run[] = [
    { kind: "same", lines: above },
    ...runs.slice(first, last + 1),
    { kind: "same", lines: below },
  ];
  const side = (skipped: Run["kind"]): string =>
    inner
      .filter(({ kind }) => kind !== skipped)
      .flatMap(({ lines }) => lines)
      .map((line) => `${line}\n`)
      .join("");
  return { id, original: side("new"), expected: side("old"), sketch: sketchOf(inner, comment) };
}

function sketchOf(runs: readonly Run[], comment: string): string {
  const lines: string[] = [];
  const marker = (next: string | undefined): string =>
    `${/^\s*/.exec(next ?? "")![0]}${comment} ... existing code ...`;
  runs.forEach((run, i) => {
    if (run.kind === "old") return;
    if (run.kind === "new") {
      lines.push(...run.lines);
      return;
    }
    const tail = i === 0 ? [] : run.lines.slice(0, sketchLines);
    const rest = run.lines.slice(tail.length);
    const head = i === runs.length - 1 ? [] : rest.slice(Math.max(0, rest.length - sketchLines));
    lines.push(...tail);
    if (tail.length + head.length < run.lines.length) {
      lines.push(marker(run.lines[tail.length]));
    }
    lines.push(...head);
  });
  return lines.map((line) => `${line}\n`).join("");
}

function linesOf(text: string): string[] {
  return lineTexts(text);
}

function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
