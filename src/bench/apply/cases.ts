import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { FormatName } from "../../core/edit.ts";
import { RedraftError } from "../../core/errors.ts";

/** One edit of one file as the suite runs it. */
export interface ApplyCase {
  readonly id: string;
  /** Where the file is from, where the data say it. */
  readonly repository?: string;
  readonly style: string;
  readonly noise: readonly string[];
  readonly language: string;
  readonly path: string;
  readonly format: FormatName;
  readonly before: string;
  readonly after: string;
  readonly edit: string;
  /** The text that the edit was written for, where the file has changed since. */
  readonly base?: string;
}

/** A file before and after an edit: a line of `cases.*.jsonl`. */
export interface ApplyPair {
  readonly id: string;
  /** `owner/name` of the repository that the file is from. */
  readonly repo?: string;
  readonly path: string;
  readonly language?: string;
  readonly before: string;
  readonly after: string;
  /** The text that the edit was written for, where the file has changed since. */
  readonly base?: string;
}

/** The edit as written in one style: a line of `sketches.*.jsonl`. */
export interface ApplySketch {
  readonly id: string;
  /** The id of its case. */
  readonly case: string;
  readonly style: string;
  readonly format: string;
  readonly sketch?: string;
  /** The text follows from the file after the edit: as it is, or in a fence without its final newline. */
  readonly derive?: string;
  readonly noise?: readonly string[];
}

/** The names of the data for our formats. */
const formats: Readonly<Record<string, FormatName>> = {
  lazy: "lazy",
  search_replace: "search-replace",
  "search-replace": "search-replace",
  udiff: "unified-diff",
  "unified-diff": "unified-diff",
  codex_patch: "patch",
  patch: "patch",
  whole: "whole",
};

/** Reads a folder with `cases.*.jsonl` and `sketches.*.jsonl`, or one such sketches file beside its cases. */
export function* readCases(path: string): Generator<ApplyCase> {
  const { folder, files } = locate(path);
  const pairs = new Map<string, ApplyPair>();
  const names = files.filter((name) => /^cases\..*jsonl$/.test(name));
  const sketches = files.filter((name) => /^sketches\..*jsonl$/.test(name));
  if (names.length === 0 || sketches.length === 0) {
    throw new RedraftError(
      "usage",
      `${folder} has no cases.*.jsonl or no sketches.*.jsonl: --data needs a folder with both.`,
    );
  }
  for (const name of names) {
    for (const pair of jsonLines<ApplyPair>(join(folder, name))) pairs.set(pair.id, pair);
  }
  for (const name of sketches) {
    for (const sketch of jsonLines<ApplySketch>(join(folder, name))) {
      const pair = pairs.get(sketch.case);
      if (!pair)
        throw new RedraftError("usage", `${name}: case ${sketch.case} of ${sketch.id} is missing.`);
      const format = formats[sketch.format];
      if (!format)
        throw new RedraftError(
          "usage",
          `${name}: unknown format ${sketch.format} in ${sketch.id}.`,
        );
      yield {
        id: sketch.id,
        style: sketch.style,
        noise: sketch.noise ?? [],
        language: pair.language ?? "",
        path: pair.path,
        format,
        before: pair.before,
        after: pair.after,
        edit: textOf(sketch, pair),
        ...(pair.repo === undefined ? {} : { repository: pair.repo }),
        ...(pair.base === undefined ? {} : { base: pair.base }),
      };
    }
  }
}

function locate(path: string): { folder: string; files: string[] } {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry) throw new RedraftError("usage", `--data: ${path} does not exist.`);
  if (entry.isDirectory()) return { folder: path, files: readdirSync(path) };
  const folder = dirname(path);
  const name = basename(path);
  const split = /^(?:cases|sketches)\.(.*)$/.exec(name)?.[1];
  if (!split)
    throw new RedraftError("usage", `--data: ${path} is neither a folder nor a sketches.*.jsonl.`);
  return { folder, files: [`cases.${split}`, `sketches.${split}`] };
}

/**
 * Reads a file of JSON lines; empty lines are left out.
 *
 * @throws `RedraftError` `usage` where the file is missing or a line is not JSON.
 */
export function* jsonLines<T>(path: string): Generator<T> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new RedraftError("usage", `${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      yield JSON.parse(line) as T;
    } catch {
      throw new RedraftError("usage", `${path}: line ${index + 1} is not JSON.`);
    }
  }
}

function textOf(sketch: ApplySketch, pair: ApplyPair): string {
  if (sketch.derive === "whole") return pair.after;
  if (sketch.derive !== undefined) {
    const plain = pair.after.replace(/\r\n/g, "\n").replace(/\n$/, "");
    return `\`\`\`${pair.language ?? ""}\n${plain}\n\`\`\``;
  }
  return sketch.sketch ?? "";
}
