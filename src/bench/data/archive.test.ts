import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { readArchive, sha256, writeArchive } from "./archive.ts";
import { setsOf } from "./data.ts";

const folder = mkdtempSync(join(tmpdir(), "redraft-archive-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "a.jsonl.gz");

const sketch = "// ... existing code ...\nfunction f() {\n  return 2;\n}\n";
const sketches = [
  { id: "a#S1", case: "a", style: "S1", format: "lazy", sketch, noise: [] },
  { id: "a#WF", case: "a", style: "WF", format: "whole", derive: "whole", noise: [] },
  { id: "b#S1", case: "b", style: "S1", format: "lazy", sketch, noise: [] },
];
const symbols = [{ id: "a", symbol: "f", lines: 3, sketch: "function f() {\n  return 2;\n}\n" }];
const { bytes, sum } = writeArchive({ sketches, symbols }, { "o/n": "MIT" });

describe("the archive of sketches", () => {
  it("is read as it was written, packed by whatever gzip", () => {
    expect(sum).toMatchObject({ sketches: 3, symbols: 1 });
    for (const level of [1, 9]) {
      writeFileSync(path, gzipSync(gunzipSync(bytes), { level }));
      expect(readArchive(path, sum.sha256)).toEqual({ sketches, symbols });
    }
  });

  it("names the licence of every repository that it quotes in its first line", () => {
    const [head] = gunzipSync(bytes).toString("utf8").split("\n");
    expect(JSON.parse(head!)).toEqual({
      name: "redraft-apply-sketches",
      version: 1,
      licences: { "o/n": "MIT" },
    });
  });

  it("is refused when it is another one, cut off, or no archive", () => {
    const changed = gunzipSync(bytes).toString("utf8").replace("return 2", "return 3");
    writeFileSync(path, gzipSync(changed));
    expect(() => readArchive(path, sum.sha256)).toThrow("another archive or damaged");
    writeFileSync(path, bytes.subarray(0, bytes.length - 20));
    expect(() => readArchive(path, sum.sha256)).toThrow("cannot be read");
    expect(() => readArchive(join(folder, "none"), sum.sha256)).toThrow("cannot be read");
    const other = Buffer.from('{"name":"other","version":1}\n');
    writeFileSync(path, gzipSync(other));
    expect(() => readArchive(path, sha256(other))).toThrow("is no redraft-apply-sketches");
  });

  it("is joined with the files: other cases' sketches are left out", () => {
    const before = "function f() {\n  return 1;\n}\n\nfunction g() {\n  return 0;\n}\n";
    const pair = {
      id: "a",
      path: "a.ts",
      language: "typescript",
      before,
      after: before.replace("1", "2"),
    };
    const sets = setsOf([pair], { sketches, symbols });
    const counts = sets.map(({ name, edits }) => [name, edits.map(({ style }) => style).join(" ")]);
    expect(Object.fromEntries(counts)).toEqual({
      apply: "S1 WF",
      more: "S1v S1w S5 S6",
      drift: "",
      append: "S7a S7a",
    });
    expect(setsOf([pair]).map(({ name }) => name)).toEqual(["apply", "append"]);
  });
});

describe("the list of cases", () => {
  const root = new URL("../../../", import.meta.url);
  const rows = readFileSync(new URL("bench-data/apply-cases.jsonl", root), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string>);

  it("says for each case where its texts are, what they sum to, and under which licence", () => {
    expect(new Set(rows.map(({ id }) => id)).size).toBe(300);
    for (const row of rows) {
      expect(row.commit).toMatch(/^[0-9a-f]{40}$/);
      expect(row.beforeSha256).toMatch(/^[0-9a-f]{64}$/);
      expect(row.afterSha256).toMatch(/^[0-9a-f]{64}$/);
      expect(row.license).toMatch(/^(?:MIT|Apache-2\.0|MIT OR Apache-2\.0)$/);
      expect(row).not.toHaveProperty("before");
    }
  });
});
