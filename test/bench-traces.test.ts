import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { taskOf } from "../src/bench/traces/data.ts";
import type { TracesRow } from "../src/bench/traces/rows.ts";
import { traceRows } from "../src/bench/traces.ts";
import { loadTokenizer } from "../src/engines/bpe.ts";
import { tinyVocabulary } from "./support/tiny-vocabulary.ts";

const folder = mkdtempSync(join(tmpdir(), "redraft-traces-"));
const vocab = join(folder, "vocab.gguf");
const data = join(folder, "edits.jsonl");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const original = `class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        return self.items.pop()
`;
const edited = original.replace(
  "return self.items.pop()",
  "return self.items.pop() if self.items else None",
);
const sketch = `# ... existing code ...
    def pop(self):
        return self.items.pop() if self.items else None
`;

const rows = async (
  options: Partial<Parameters<typeof traceRows>[0]> = {},
): Promise<TracesRow[]> => {
  const all: TracesRow[] = [];
  for await (const some of traceRows({ data, vocab, ...options })) all.push(...some);
  return all;
};

describe("bench traces", () => {
  let all: TracesRow[] = [];
  const row = (name: string): TracesRow => all.find(({ strategy }) => strategy === name)!;
  beforeAll(async () => {
    writeFileSync(vocab, tinyVocabulary());
    const record = {
      instruction: "pop of an empty stack gives None",
      context: "",
      original,
      sketch,
    };
    writeFileSync(
      data,
      [
        { id: "model/own/1/a", ...record, edited },
        { id: "model/own/2/a", ...record, edited: original },
      ]
        .map((one) => `${JSON.stringify(one)}\n`)
        .join(""),
    );
    all = await rows();
  });

  it("counts as many forwards as tokens for plain decoding, and speeds of 1", () => {
    const plain = row("ar");
    expect(plain.traces).toBe(2);
    expect(plain.forwards).toBe(plain.tokens / 2);
    expect(plain).toMatchObject({
      tokensPerForward: 1,
      macro: 1,
      draftForwards: 0,
      positions: 0,
      worst: 1,
    });
    expect(plain.speedup).toEqual({ "4": 1, "8": 1, "16": 1, "64": 1 });
  });

  it("has a row for every strategy, ours ahead of the others without a model", () => {
    expect(all.map(({ strategy }) => strategy)).toEqual([
      "ar",
      "sd-7",
      "pld-3-10",
      "pld-5-64",
      "ngram-2-5-64",
      "suffix-64-8",
      "suffix-1",
      "suffix-4",
      "fastfixer",
      "ee-reuse",
      "ee-full",
      "ouroboros",
      "redraft-line",
      "redraft-tree",
      "redraft-line+draft",
      "redraft-tree+draft",
      "redraft-sketch",
    ]);
    for (const other of ["pld-3-10", "pld-5-64", "suffix-1", "fastfixer", "ee-reuse"]) {
      expect(row("redraft-line").forwards).toBeLessThanOrEqual(row(other).forwards);
    }
    expect(row("redraft-tree").forwards).toBeLessThanOrEqual(row("redraft-line").forwards);
    expect(row("redraft-sketch").forwards).toBeLessThan(row("redraft-line").forwards);
    expect(row("redraft-tree").worst).toBeGreaterThan(0.95);
  });

  it("reads the whole source in one pass of EfficientEdit when nothing changes", async () => {
    writeFileSync(
      join(folder, "same.jsonl"),
      `${JSON.stringify({ id: "a", instruction: "", original, edited: original })}\n`,
    );
    const [same] = await rows({ data: join(folder, "same.jsonl"), strategy: ["ee-reuse"] });
    // The pass over the source, then plain steps for the fence.
    expect(same!.forwards).toBeLessThan(8);
  });

  it("counts one pass more when the prompt is read alone", async () => {
    const [alone] = await rows({ strategy: ["redraft-line"], promptAlone: true });
    expect(alone!.forwards).toBeGreaterThan(row("redraft-line").forwards);
  });

  it("prints the ablation from EfficientEdit's Reuse to ours", async () => {
    const steps = await rows({ ablation: true });
    expect(steps).toHaveLength(10);
    expect(steps.at(-1)!.forwards).toBeLessThan(steps[0]!.forwards);
  });

  it("says what is wrong with its input", async () => {
    await expect(rows({ strategy: ["best"] })).rejects.toThrow(/known: ar/);
    await expect(rows({ data: join(folder, "none.jsonl") })).rejects.toThrow(/cannot read --data/);
    writeFileSync(join(folder, "odd.jsonl"), '{"id":"1"}\n');
    await expect(rows({ data: join(folder, "odd.jsonl") })).rejects.toThrow(
      /odd.jsonl:1 has no instruction/,
    );
  });

  it("reads vocabularies from GGUF files and refuses others", async () => {
    const tokenizer = await loadTokenizer(vocab);
    const tokens = tokenizer.tokenize("def f(self):\n\n    return ä");
    expect(Buffer.from(tokenizer.detokenize(tokens)).toString()).toBe(
      "def f(self):\n\n    return ä",
    );
    expect(tokens.length).toBeLessThan(20);
    writeFileSync(join(folder, "no.gguf"), "GGUF but not really, only a text of some length");
    await expect(loadTokenizer(join(folder, "no.gguf"))).rejects.toThrow(/GGUF version/);
  });
});

describe("tasks of recorded edits", () => {
  it.each([
    ["qwen2.5-32b/fn_multi/11/Code Standard", "fn/11"],
    ["other/fn_round/11/Edge Case Handling", "fn/11"],
    ["canitedit/10_csv_parser/lazy", "canitedit/10_csv_parser"],
    ["canitedit/10_csv_parser/descriptive", "canitedit/10_csv_parser"],
  ])("%s belongs to %s", (id, task) => {
    expect(taskOf(id)).toBe(task);
  });
});
