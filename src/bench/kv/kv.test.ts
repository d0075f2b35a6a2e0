import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { editCase, editKinds } from "./edit-cases.ts";
import { kvRows } from "./kv-rows.ts";
import { costSvg, positionSvg } from "./kv-svg.ts";
import { editSimilarity } from "./measure.ts";
import { type KvResult, openResults } from "./results.ts";
import { type SourceFile, seededNumbers } from "./sources.ts";
import { staleCases } from "./stale-cases.ts";

const folder = mkdtempSync(path.join(tmpdir(), "redraft-kv-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string): SourceFile => ({
  path: `${name}.ts`,
  language: "typescript",
  text: Array.from({ length: 80 }, (_, i) => `const value${i % 9} = compute(${name}, ${i});`).join(
    "\n",
  ),
});
const files = [file("first"), file("second"), file("third")];

describe("edit cases", () => {
  it("end in the first word of a line, change one place or more, and are the same for a seed", () => {
    for (const edit of editKinds) {
      for (const setting of ["in-file", "cross-file-first", "cross-file-random"] as const) {
        const options = { file: files[0]!, edit, setting, characters: 1800, at: 0.3, id: "x" };
        const one = editCase(files, options, seededNumbers(4))!;
        expect(one.after.endsWith("\nconst"), edit).toBe(true);
        expect(one.restOfLine).toMatch(/^value\d = compute\(first, \d+\);$/);
        expect(one.before).not.toBe(one.after);
        const shorter = { insertion: one.before, deletion: one.after }[edit as "insertion"];
        if (shorter) expect(shorter.length).toBe(Math.min(one.before.length, one.after.length));
        if (edit === "rename")
          expect(one.before.replaceAll(/oldV(alue\d)/g, "v$1")).toBe(one.after);
        expect(editCase(files, options, seededNumbers(4))).toEqual(one);
        const crosses = one.after.includes("second.ts") || one.after.includes("third.ts");
        if (setting === "cross-file-first")
          expect(crosses).toBe(one.after.length > 1000 && crosses);
      }
    }
  });

  it("of stale meaning differ before the filler, and only there", () => {
    const cases = staleCases("line one\nline two\nline three\n");
    expect(cases).toHaveLength(20);
    for (const { before, after } of cases) {
      expect(before).not.toBe(after);
      expect(before.slice(-30)).toBe(after.slice(-30));
    }
  });
});

const result = (policy: string, more: Partial<KvResult> = {}): KvResult => ({
  set: "edits",
  model: "m",
  id: "1",
  edit: "insertion",
  language: "python",
  setting: "in-file",
  policy,
  context: 100,
  length: 200,
  suffix: 100,
  newTokens: 5,
  recomputed: 10,
  top1: true,
  kl: 0.5,
  exactMatch: true,
  editSimilarity: 80,
  sameAsFull: true,
  ...more,
});

describe("results", () => {
  it("are kept, and not measured again", () => {
    const state = path.join(folder, "state.jsonl");
    openResults(state).add(result("splice"));
    const again = openResults(state);
    expect(again.all).toEqual([result("splice")]);
    expect([again.has(result("splice")), again.has(result("full"))]).toEqual([true, false]);
    appendFileSync(state, '{"set":');
    expect(() => openResults(state)).toThrow(/middle of a line/);
  });

  it("become means per cell and over all kinds of edits", () => {
    const rows = kvRows(
      [
        result("splice"),
        result("splice", { id: "2", top1: false, recomputed: 30, kl: 0, sameAsFull: false }),
        result("splice", { id: "3", edit: "deletion", recomputed: 0 }),
        result("splice", { model: "other" }),
      ],
      "m",
    );
    expect(rows.map(({ edit, cases }) => [edit, cases])).toEqual([
      ["insertion", 2],
      ["all", 3],
      ["deletion", 1],
    ]);
    expect(rows[0]).toMatchObject({
      saved: 0.9,
      savedOfSuffix: 0.8,
      recomputed: 20,
      top1: 50,
      kl: 0.25,
    });
    expect(costSvg(rows)).toMatch(/<circle[^>]*><title>edits, 100 tokens, splice/);
  });

  it("are drawn by the place of the change", () => {
    const near = result("splice", { suffix: 20, recomputed: 10 });
    const far = result("splice", { id: "2", suffix: 2000, recomputed: 10 });
    const svg = positionSvg([near, far, result("full"), result("splice", { set: "stale" })]);
    const x = (title: string): number =>
      Number(new RegExp(`cx="([\\d.]+)"[^>]*><title>${title}`).exec(svg)?.[1]);
    expect(x("insertion, 20 tokens follow, splice: 50 %")).toBeLessThan(
      x("insertion, 2000 tokens follow, splice: 100 %"),
    );
    expect(svg.match(/<circle[^>]*><title>/g)).toHaveLength(2);
  });

  it("compare lines as fuzz.ratio does", () => {
    expect(editSimilarity("abcd", "abcd")).toBe(100);
    expect(editSimilarity("abcd", "bcde")).toBe(75);
    expect(editSimilarity("", "x")).toBe(0);
  });
});
