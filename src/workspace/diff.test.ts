import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Proof } from "../core/merge.ts";
import { readEdit } from "../edit/read.ts";
import { merge } from "../merge/merge.ts";
import { type DiffSide, unifiedDiff } from "./diff.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-diff-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Change {
  readonly before: DiffSide | null;
  readonly after: DiffSide | null;
  readonly proof?: Proof;
}

/** Writes the old sides, lets git apply all diffs at once, and answers whether the new sides stand there. */
async function gitApplies(changes: readonly Change[]): Promise<void> {
  let patch = "";
  for (const { before, after, proof } of changes) {
    patch += unifiedDiff(before, after, proof);
    if (before === null) continue;
    await mkdir(dirname(join(folder, before.path)), { recursive: true });
    await writeFile(join(folder, before.path), before.text);
  }
  await writeFile(join(folder, "all.patch"), patch);
  await promisify(execFile)("git", ["apply", "--whitespace=nowarn", "all.patch"], { cwd: folder });
  for (const { before, after } of changes) {
    if (after !== null) {
      expect(await readFile(join(folder, after.path), "utf8")).toBe(after.text);
    }
    if (before !== null && before.path !== after?.path) {
      await expect(stat(join(folder, before.path))).rejects.toThrow();
    }
  }
}

const side = (path: string, text: string): DiffSide => ({ path, text });

/** The same numbers every time. */
function randomness(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

describe("unifiedDiff", () => {
  it("is what git writes", () => {
    const before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\n";
    const after = before.replace("b\n", "B\n").replace("l\n", "");
    expect(unifiedDiff(side("x", before), side("x", after))).toBe(
      "--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\n a\n-b\n+B\n c\n d\n e\n@@ -9,5 +9,4 @@\n i\n j\n k\n-l\n m\n",
    );
    expect(unifiedDiff(side("x", "a"), side("x", "a\n"))).toBe(
      "--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n",
    );
    expect(unifiedDiff(side("x", before), side("x", before))).toBe("");
  });

  it("joins changes whose context meets, and no others", () => {
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    const changed = (...at: number[]): string =>
      lines.map((line, i) => (at.includes(i) ? `${line}!` : line)).join("\n");
    const hunks = (after: string): number =>
      unifiedDiff(side("x", changed()), side("x", after)).split("\n@@ ").length - 1;
    expect(hunks(changed(5, 12))).toBe(1);
    expect(hunks(changed(5, 13))).toBe(2);
  });

  it("shows the lines that changed, though the proof says that the whole function was replaced", () => {
    const source = "function a() {\n  one();\n  two();\n  three();\n}\n";
    const edit = JSON.stringify({
      old_string: source.trimEnd(),
      new_string: source.trimEnd().replace("two", "2"),
    });
    const outcome = merge(source, readEdit(edit, { path: "a.js", source }));
    if (outcome.kind !== "proved") throw new Error(outcome.message);
    const proof: Proof = {
      ...outcome.proof,
      source: outcome.proof.source.map(() => ({ fate: "replaced", because: "replaced" })),
      result: outcome.proof.result.map((_, i) => ({ from: "edit", edit: i })),
    };
    for (const known of [proof, outcome.proof, undefined]) {
      const diff = unifiedDiff(side("a.js", source), side("a.js", outcome.text), known);
      expect(diff.match(/^[-+] .*$/gm)).toEqual(["-  two();", "+  2();"]);
    }
  });

  it("is right though the proof is of other texts", async () => {
    const proof: Proof = {
      source: [0, 1, 2].map((i) => ({ fate: "kept", result: i, because: "outside" })),
      result: [2, 0, 1].map((source) => ({ from: "source", source })),
      edit: [],
      cost: 0,
      runnerUp: 1,
    };
    const [before, after] = [side("x", "a\nb\nc\n"), side("x", "b\na\nc\n")];
    await gitApplies([{ before, after, proof }]);
  });

  it("is applied by git: creations, deletions, moves, empty files, odd names", async () => {
    await gitApplies([
      { before: null, after: side("new.txt", "a\r\nb") },
      { before: null, after: side("empty.txt", "") },
      { before: side("gone.txt", "a\nb\n"), after: null },
      { before: side("gone-empty.txt", ""), after: null },
      { before: side("old.txt", "a\nb\n"), after: side("folder/moved.txt", "a\nc\n") },
      { before: side("same.txt", "a\n"), after: side("renamed.txt", "a\n") },
      { before: side("filled.txt", ""), after: side("filled.txt", "a\n\n") },
      { before: side("cleared.txt", "a"), after: side("cleared.txt", "") },
      { before: side("with a blank.txt", "a\n"), after: side("with a blank.txt", "b\n") },
      { before: side('a "quoted"\tname', "a\n"), after: side('a "quoted"\tname', "b\n") },
      { before: null, after: side("empty with blank", "") },
    ]);
  });

  it("is applied by git: generated edits, CRLF, lone CR, no final newline", async () => {
    const random = randomness(7);
    const ends = ["\n", "\r\n", "\n\n", "\r"];
    const changes = Array.from({ length: 300 }, (_, n): Change => {
      const line = (): string => `${"ab{}".charAt(random(4))}${random(1 + (n % 9))}`;
      const lines = Array.from({ length: random(40) }, () => line() + ends[random(n % 2 ? 1 : 4)]!);
      const fresh = lines.flatMap((text): string[] => {
        const what = random(8);
        return what === 0
          ? []
          : what === 1
            ? [text, `${line()}\n`]
            : what === 2
              ? [text, text]
              : [text];
      });
      const cut = (text: string): string => (random(3) === 0 ? text.replace(/\n$/, "") : text);
      const path = `f${n}.txt`;
      return { before: side(path, cut(lines.join(""))), after: side(path, cut(fresh.join(""))) };
    });
    await gitApplies(changes);
  });

  it("is applied by git: proved edits, printed from their proofs", async () => {
    const random = randomness(11);
    const changes: Change[] = [];
    for (let n = 0; n < 60; n++) {
      const end = n % 3 === 0 ? "\r\n" : "\n";
      const lines = Array.from({ length: 20 }, (_, i) => `  call_${i}(${random(3)});`);
      const at = 3 + random(12);
      const source = lines.join(end) + (n % 2 ? end : "");
      const sketch = [
        "// ... existing code ...",
        lines[at]!,
        `  fresh(${n});`,
        lines[at + 2]!,
        "// ... existing code ...",
      ];
      const outcome = merge(source, readEdit(sketch.join("\n"), { path: "a.js", source }));
      if (outcome.kind !== "proved") continue;
      const [before, after] = [side(`p${n}.js`, source), side(`p${n}.js`, outcome.text)];
      const diff = unifiedDiff(before, after, outcome.proof);
      expect(diff).toBe(unifiedDiff(before, after));
      changes.push({ before, after, proof: outcome.proof });
    }
    expect(changes.length).toBeGreaterThan(40);
    await gitApplies(changes);
  });

  it.each([
    ["every line changed", (line: string) => `${line} // x`],
    ["every other line changed", (line: string, i: number) => (i % 2 ? `${line} // x` : line)],
    ["every line twice", (line: string) => `${line}\n${line}`],
    ["all of few kinds", (_: string, i: number) => `x${(i * 7919) % 13}`],
    ["nothing left", () => "y"],
  ])("takes little time for 100,000 lines: %s", (_, change) => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `  call_${i % 40_000}();`);
    const [before, after] = [lines.join("\n"), lines.map(change).join("\n")];
    // Processor time: other work on the machine does not count.
    const start = process.cpuUsage();
    unifiedDiff(side("x", before), side("x", after));
    unifiedDiff(null, side("x", after));
    unifiedDiff(side("x", before), null);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(3000);
  });
});
