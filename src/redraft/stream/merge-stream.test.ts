import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  blocksOf,
  generate,
  type Random,
  randomOf,
  sketchOf,
  textOf,
} from "../../../test/merge/generate.ts";
import type { FormatName } from "../../core/edit.ts";
import { RedraftError } from "../../core/errors.ts";
import type { MergeOutcome } from "../../core/merge.ts";
import { readEdit } from "../../edit/read.ts";
import { merge } from "../../merge/merge.ts";
import { unifiedDiff } from "../../workspace/diff.ts";
import { type FinalHunk, fullLines } from "./final-hunks.ts";
import { mergeStream } from "./merge-stream.ts";

type Format = FormatName | "auto";

async function* inPieces(text: string, random: Random, isSlow = false): AsyncGenerator<string> {
  for (let at = 0; at < text.length; ) {
    const size = 1 + random(random(4) === 0 ? 200 : 12);
    if (isSlow) await new Promise((resolve) => setTimeout(resolve, 1));
    yield text.slice(at, at + size);
    at += size;
  }
}

interface Streamed {
  /** A refusal of the reader is its code. */
  readonly outcome: MergeOutcome | string;
  readonly hunks: readonly FinalHunk[];
}

async function streamed(
  source: string,
  pieces: AsyncIterable<string>,
  path: string,
  format: Format,
): Promise<Streamed> {
  const hunks: FinalHunk[] = [];
  try {
    for await (const event of mergeStream(source, pieces, { path, format })) {
      if (event.type === "hunk") hunks.push(event.hunk);
      else return { outcome: event.outcome, hunks };
    }
  } catch (error) {
    if (RedraftError.is(error)) return { outcome: error.code, hunks };
    throw error;
  }
  throw new Error("no outcome");
}

function atOnce(source: string, text: string, path: string, format: Format): MergeOutcome | string {
  try {
    return merge(source, readEdit(text, { path, source, format }));
  } catch (error) {
    if (RedraftError.is(error)) return error.code;
    throw error;
  }
}

function applied(source: string, hunks: readonly FinalHunk[]): string {
  const lines = fullLines(source);
  for (const { start, end, lines: others } of hunks.toReversed())
    lines.splice(start, end - start, ...others);
  return lines.join("");
}

/** What `mergeStream` promises, for one edit. */
async function expectPromise(
  source: string,
  text: string,
  path: string,
  format: Format,
  random: Random,
): Promise<Streamed> {
  const whole = atOnce(source, text, path, format);
  const result = await streamed(source, inPieces(text, random), path, format);
  expect(result.outcome).toEqual(whole);
  if (typeof whole === "object" && whole.kind === "proved")
    expect(applied(source, result.hunks)).toBe(whole.text);
  return result;
}

const edits = fileURLToPath(new URL("../../../test/edits/", import.meta.url));
const golden = readdirSync(edits).flatMap((name) => {
  const files = readdirSync(join(edits, name));
  const before = files.find((file) => file.startsWith("before."));
  if (before === undefined || !files.includes("edit.txt")) return [];
  const read = (file: string): string => readFileSync(join(edits, name, file), "utf8");
  return [
    { name, path: before, source: read(before).replace(/^\uFEFF/, ""), edit: read("edit.txt") },
  ];
});

describe("mergeStream", () => {
  it("gives the outcome of the whole edit, for every golden edit in every format", async () => {
    expect(golden.length).toBeGreaterThan(25);
    for (const [index, { path, source, edit }] of golden.entries()) {
      for (const format of ["auto", "lazy", "unified-diff", "whole", "search-replace"] as const)
        await expectPromise(source, edit, path, format, randomOf(index));
    }
  });

  it("gives the outcome of the whole edit, for random edits in random pieces", async () => {
    let early = 0;
    for (let seed = 0; seed < 40; seed++) {
      const random = randomOf(900_000 + seed);
      const edit = generate(random, seed % 3 === 0);
      const source = textOf(edit.before);
      const after = textOf(edit.after);
      const path = "a.ts";
      const sketch = sketchOf(edit, 2);
      await expectPromise(source, blocksOf(edit, 2), path, "search-replace", random);
      await expectPromise(source, after, path, "whole", random);
      await expectPromise(source, `\`\`\`ts\n${sketch}\`\`\`\n`, path, "lazy", random);
      const diff = unifiedDiff({ path, text: source }, { path, text: after });
      await expectPromise(source, diff, path, "unified-diff", random);
      await expectPromise(source, sketch, path, "lazy", random);
      const lines = fullLines(sketch);
      const begun = lines.slice(0, lines.length - 1).join("");
      early += (await hunksBefore(source, begun, path, "lazy")).length;
    }
    expect(early).toBeGreaterThan(8);
  });

  it("never changes a final hunk, whatever follows", async () => {
    let refused = 0;
    let kept = 0;
    for (let seed = 0; seed < 80; seed++) {
      const random = randomOf(300_000 + seed);
      const edit = generate(random, true);
      const source = textOf(edit.before);
      const own = fullLines(sketchOf(edit, 2));
      const cut = 1 + random(own.length);
      const begun = own.slice(0, cut).join("");
      const early = await hunksBefore(source, begun, "a.ts", "lazy");
      // What follows quotes lines from anywhere, in any order, or is the sketch again.
      const tail = random(2) === 0 ? own : fullLines(source).slice(random(20), 20 + random(20));
      const text = `${begun}${tail.join("")}`;
      const { outcome, hunks } = await streamed(source, inPieces(text, random), "a.ts", "lazy");
      expect(hunks.slice(0, early.length)).toEqual(early);
      const whole = atOnce(source, text, "a.ts", "lazy");
      if (typeof outcome === "object" && outcome.kind === "proved") {
        expect(outcome).toEqual(whole);
        expect(applied(source, hunks)).toBe(outcome.text);
        kept += early.length;
      } else if (typeof whole === "object" && whole.kind === "proved") {
        expect(outcome).toMatchObject({ kind: "refused", code: "check-failed" });
        refused++;
      }
    }
    expect(kept).toBeGreaterThan(4);
    // These edits contradict themselves; real ones do not (docs/guide/library.md).
    expect(refused).toBeLessThan(10);
  });

  it("yields a hunk before the model writes the next part", async () => {
    const source = Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join("");
    const seen: string[] = [];
    async function* model(): AsyncGenerator<string> {
      yield "// ... existing code ...\nline 3\nLINE 4\nline 5\n";
      seen.push("a part");
      yield "// ... existing code ...\n";
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push("a marker");
      yield "line 20\nLINE 21\nline 22\n// ... exist";
      await new Promise((resolve) => setTimeout(resolve, 5));
      yield "ing code ...";
    }
    for await (const event of mergeStream(source, model(), { path: "a.txt", format: "lazy" }))
      seen.push(event.type === "hunk" ? event.hunk.lines.join("") : event.outcome.kind);
    expect(seen).toEqual(["a part", "LINE 4\n", "a marker", "LINE 21\n", "proved"]);
  });

  it("refuses an edit whose end takes back what was final", async () => {
    const source = Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join("");
    const thought = "// ...\nline 3\nLINE 4\nline 5\n// ...\n";
    const text = `${thought}</think>\n// ...\nline 20\nLINE 21\nline 22\n// ...\n`;
    expect(atOnce(source, text, "a.txt", "lazy")).toMatchObject({ kind: "proved" });
    const { outcome, hunks } = await streamed(source, inPieces(text, randomOf(1)), "a.txt", "lazy");
    expect(hunks).toEqual([{ start: 4, end: 5, lines: ["LINE 4\n"] }]);
    expect(outcome).toMatchObject({ kind: "refused", code: "check-failed" });
  });

  it("ends the model's text when its reader stops", async () => {
    let isClosed = false;
    async function* model(): AsyncGenerator<string> {
      try {
        for (;;) yield "line 1\n// ...\n";
      } finally {
        isClosed = true;
      }
    }
    const source = "line 0\nline 1\n";
    const text = mergeStream(source, onlyFirst(model()), { path: "a.txt", format: "lazy" });
    for await (const _ of text) break;
    expect(isClosed).toBe(true);
  });
});

async function* onlyFirst(pieces: AsyncGenerator<string>): AsyncGenerator<string> {
  for await (const piece of pieces) {
    yield piece;
    return;
  }
}

/** The hunks that are final when the model pauses after a text. */
async function hunksBefore(
  source: string,
  text: string,
  path: string,
  format: Format,
): Promise<FinalHunk[]> {
  const hunks: FinalHunk[] = [];
  let isOver = false;
  async function* begun(): AsyncGenerator<string> {
    yield text;
    isOver = true;
  }
  try {
    for await (const event of mergeStream(source, begun(), { path, format }))
      if (event.type === "hunk" && !isOver) hunks.push(event.hunk);
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
  }
  return hunks;
}
