import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTinyModel } from "../../test/support/tiny-models.ts";
import { readGgufMetadata } from "./gguf.ts";
import { type Machine, memoryNeed, modelShape } from "./memory.ts";
import { requireMemory } from "./require-memory.ts";
import {
  catalogue,
  catalogued,
  comparedContext,
  largestFitting,
  needOf,
} from "./store/catalogue.ts";

let folder: string;
let tiny: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redraft-memory-"));
  tiny = join(folder, "tiny.gguf");
  writeTinyModel(tiny, {});
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const machine = (available: number): Machine => ({ available, processors: 2 });

describe("the memory of a model", () => {
  it("is what was measured for real models, or at most 5 % more", () => {
    // Peak of the engine's process with 4,096 tokens, after a prefill of 600 and a pass of 64 with all rows; 2026-11-29, Linux.
    const measured = { "smollm2-135m": 379e6, "qwen-0.5b": 774e6, "qwen-1.5b": 1508e6 };
    for (const [alias, peak] of Object.entries(measured)) {
      const { total } = needOf(catalogued(alias)!);
      expect(total / peak, alias).toBeGreaterThanOrEqual(1);
      expect(total / peak, alias).toBeLessThan(1.05);
    }
  });

  it("is read from the file, arrays passed over", async () => {
    const whole = await readGgufMetadata(tiny);
    const short = await readGgufMetadata(tiny, { lengths: true });
    expect([...short.keys()]).toEqual([...whole.keys()]);
    for (const [key, value] of whole) {
      expect(short.get(key), key).toEqual(Array.isArray(value) ? value.length : value);
    }
    const shape = (await modelShape(tiny))!;
    expect(shape.vocabSize).toBe((whole.get("tokenizer.ggml.tokens") as unknown[]).length);
    const need = memoryNeed(shape, { contextSize: 256 });
    expect(need.total).toBe(need.weights + need.cache + need.buffers);
  });

  it("is refused before anything is loaded, with what fits instead", async () => {
    const need = memoryNeed((await modelShape(tiny))!, { contextSize: 8192, outputs: 8 });
    const ask = (available: number) =>
      requireMemory(tiny, { contextSize: 0, outputs: 8 }, machine(available));
    await expect(ask(need.total)).resolves.toBeUndefined();
    await expect(ask(need.total - 1)).rejects.toMatchObject({
      code: "model-unavailable",
      message: expect.stringMatching(/Nothing was loaded\. A context of \d+ tokens fits/),
    });
    await expect(ask(need.weights)).rejects.toThrow(/Free some memory/);
    await expect(
      requireMemory(join(folder, "none.gguf"), { contextSize: 0, outputs: 8 }),
    ).resolves.toBe(undefined);
  });
});

describe("the catalogue", () => {
  it("has well-formed entries, smallest first, each alias and sum once", () => {
    const all = catalogue();
    for (const entry of all) {
      expect(entry.alias).toMatch(/^[a-z0-9][a-z0-9.-]*$/);
      expect(entry.repository).toMatch(/^[\w-]+\/[\w.-]+$/);
      if (entry.file !== undefined) expect(entry.file).toMatch(/\.gguf$/);
      if (entry.sha256 !== undefined) expect(entry.sha256).toMatch(/^[0-9a-f]{64}$/);
      if (entry.checked) expect(entry.sha256).toBeDefined();
      expect(entry.licence).not.toBe("");
    }
    const bytes = all.map((entry) => entry.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    for (const key of ["alias", "sha256"] as const) {
      const values = all.flatMap((entry) => entry[key] ?? []);
      expect(new Set(values).size).toBe(values.length);
    }
  });

  it("names the largest model that fits", () => {
    expect(comparedContext).toBe(4096);
    expect(largestFitting(24e9)?.alias).toBe("qwen-32b");
    expect(largestFitting(2e9)?.alias).toBe("qwen-1.5b");
    expect(largestFitting(1e8)).toBeUndefined();
  });
});
