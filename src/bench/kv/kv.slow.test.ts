import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { hasEngine } from "../../../test/support/native.ts";
import { modelFolder } from "../../../test/support/tiny-models.ts";
import type { LlamaSequence } from "../../engines/llama/sequence.ts";
import { llamaTarget } from "../../engines/llama/target.ts";
import { divergence } from "../../session/divergence.ts";
import { conflictEncode } from "../baselines/conflict.ts";
import { runDrift } from "./drift.ts";
import { keyDistances, readKeys } from "./key-states.ts";
import { kvCommand } from "./kv.ts";
import type { KvRow } from "./kv-rows.ts";
import { nextRow } from "./measure.ts";

const models = modelFolder();
const folder = mkdtempSync(path.join(tmpdir(), "redraft-kv-"));
afterAll(() => {
  models.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!hasEngine)("bench kv", () => {
  it("leaves positions as they are in the conflict baseline: wrong after an insertion, right where none moves", async () => {
    const model = models.file("one", { layers: 1 });
    const target = await llamaTarget({
      model,
      threads: 1,
      flashAttention: "off",
      contextSize: 1024,
    });
    const text =
      "def add(a, b):\n    return a + b\n\n\nclass Other:\n  x = 3 # note\n  y = [1, 2, 5]\nz = sub(q, w) + 'text of it'\n";
    const tokens = await target.tokenize(text);
    const followed = async (
      edit: { start: number; end: number; count: number },
      conflict: boolean,
    ) => {
      const sequence = await target.open();
      await sequence.append(tokens);
      await nextRow(sequence);
      const edits = [{ ...edit, tokens: tokens.slice(40, 40 + edit.count) }];
      if (conflict) await conflictEncode(sequence, edits);
      else await sequence.splice!(edits);
      const first = await nextRow(sequence);
      await sequence.append(tokens.slice(3, 5));
      const later = await nextRow(sequence);
      await sequence.dispose();
      return [first, later] as const;
    };
    for (const [edit, differs] of [
      [{ start: 10, end: 10, count: 12 }, true],
      [{ start: 10, end: 25, count: 0 }, true],
      [{ start: 10, end: 14, count: 4 }, false],
    ] as const) {
      const splice = await followed(edit, false);
      const conflict = await followed(edit, true);
      for (const [i, row] of splice.entries()) {
        const { kl } = divergence(row, conflict[i]!);
        if (differs) expect(kl, `${edit.start}, row ${i}`).toBeGreaterThan(1e-3);
        else expect(kl).toBeLessThan(1e-9);
      }
    }
    await target.dispose();
  });

  it("reads keys out of the engine's state: after a splice on one layer they are those of full evaluation", async () => {
    for (const cacheType of ["f32", "f16"] as const) {
      const model = models.file("one", { layers: 1 });
      const target = await llamaTarget({ model, threads: 1, contextSize: 1024, cacheType });
      const tokens = await target.tokenize("def add(a, b):\n    return a + b\n".repeat(8));
      const keysOf = async (change: (sequence: LlamaSequence) => Promise<unknown>) => {
        const sequence = (await target.open()) as LlamaSequence;
        await sequence.append(tokens);
        await nextRow(sequence);
        await change(sequence);
        await nextRow(sequence);
        const keys = readKeys(await sequence.state());
        await sequence.dispose();
        return keys;
      };
      const edits = [{ start: 10, end: 10, tokens: tokens.slice(20, 27) }];
      const exact = await keysOf(async (sequence) => {
        await sequence.truncate(10);
        await sequence.append([...edits[0]!.tokens, ...tokens.slice(10)]);
      });
      expect(exact).toMatchObject({ tokens: tokens.length + 7, layers: 1 });
      const spliced = await keysOf((sequence) => sequence.splice(edits));
      expect(Math.max(...keyDistances(exact, spliced, 0, 0))).toBeLessThan(1e-4);
      const conflict = await keysOf((sequence) => sequence.spliceInPlace(edits));
      expect(Math.max(...keyDistances(exact, conflict, 0, 20))).toBeGreaterThan(0.01);
      await target.dispose();
    }
  });

  it("refuses a state of another form", () => {
    expect(() => readKeys(new Uint8Array(64))).toThrow("its form is new");
    expect(() => readKeys(new Uint8Array(2))).toThrow("it ends early");
  });

  it("prints a row per kind of edit and policy, and goes on from its state", async () => {
    const repo = path.join(folder, "repo");
    mkdirSync(repo);
    for (const name of ["a", "b"]) {
      const lines = Array.from(
        { length: 60 },
        (_, i) => `def add${i}(a, b): return self.${name}${i % 5}_value`,
      );
      writeFileSync(path.join(repo, `${name}.py`), lines.join("\n"));
    }
    const model = models.file("two", { contextLength: 4096 });
    const state = path.join(folder, "state.jsonl");
    const printed: string[] = [];
    const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      printed.push(String(text));
      return true;
    });
    const run = async (): Promise<KvRow[]> => {
      printed.length = 0;
      const words = `--model ${model} --repo ${repo} --set edits,stale --select tail,keys --context 300 --cases 1 --state ${state} --json`;
      await kvCommand().parseAsync(words.split(" "), { from: "user" });
      return printed
        .join("")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as KvRow);
    };
    try {
      const rows = await run();
      const splice = rows.find(({ policy, edit }) => policy === "splice" && edit === "insertion")!;
      const full = rows.find(({ policy, edit }) => policy === "full" && edit === "insertion")!;
      expect(full).toMatchObject({
        suite: "kv",
        savedOfSuffix: 0,
        top1: 100,
        kl: 0,
        sameAsFull: 100,
      });
      expect(splice.savedOfSuffix).toBeGreaterThan(0.2);
      expect(rows.filter(({ set, edit }) => set === "stale" && edit === "all")).toHaveLength(6);
      expect(splice.keyCosine).toBeGreaterThan(0.5);
      expect(await run()).toEqual(rows);
    } finally {
      write.mockRestore();
    }
  });

  it("follows many edits in a row: full evaluation never differs, splices are compared", async () => {
    const text = Array.from({ length: 80 }, (_, i) => `x${i} = f(${i}, y${i % 7})`).join("\n");
    const files = [{ path: "a.py", language: "python", text }];
    const target = await llamaTarget({ model: models.file("two"), threads: 1, contextSize: 2048 });
    const course = { policies: ["full", "splice"], edits: 40, every: 4, lines: 20 } as const;
    const [full, splice] = await runDrift(target, files, course);
    expect(full).toMatchObject({ compared: 10, top1: 100, savedOfSuffix: 0 });
    expect(full!.largestKl).toBeLessThan(1e-3);
    expect(splice).toMatchObject({ compared: 10, edits: 40 });
    expect(splice!.savedOfSuffix).toBeGreaterThan(0.3);
    await target.dispose();
  });
});
