import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasEngine } from "../../../test/support/native.ts";
import { modelFolder } from "../../../test/support/tiny-models.ts";
import { RedraftError } from "../../core/errors.ts";
import type { DraftNode, Token } from "../../core/target.ts";
import { targetConformance } from "../../testing/target-conformance.ts";
import { findLibrary, packageNames } from "./library.ts";
import { type LlamaTarget, llamaTarget, llamaVocabulary } from "./target.ts";

const models = modelFolder();
const tiny = models.file("tiny", {
  chatTemplate: "{% for m in messages %}<|im_start|>{% endfor %}",
});
afterAll(models.remove);

const text = "def add(a, b):\n    return a + b\n\n\ndef subtract(a, b):\n    return a - b\n";
const line = (tokens: readonly Token[]): DraftNode[] =>
  tokens.map((token, i) => ({ token, parent: i - 1 }));

describe("findLibrary", () => {
  it("says what to install where nothing is", () => {
    const find = () => findLibrary({ platform: "linux", arch: "arm64" });
    expect(find).toThrowError(/npm install @node-llama-cpp\/linux-arm64@3.22.1/);
    expect(() => findLibrary({ platform: "aix", arch: "ppc64" })).toThrowError(/no prebuilt/);
  });

  it("prefers a GPU build only where one is wanted", () => {
    expect(packageNames("linux", "x64", false)).toEqual(["@node-llama-cpp/linux-x64"]);
    expect(packageNames("win32", "x64", true)[0]).toBe("@node-llama-cpp/win-x64-cuda");
    expect(packageNames("darwin", "arm64", false)).toEqual(["@node-llama-cpp/mac-arm64-metal"]);
  });
});

// Without the optional native package there is nothing to test; findLibrary's own tests run everywhere.
describe.skipIf(!hasEngine)("llama target", () => {
  // The other cases of the suite run in ../registry.test.ts, on one process for all.
  const own = () => llamaTarget({ model: tiny, threads: 1 });
  const twice = targetConformance(own).find(({ name }) => name === "can be disposed twice")!;
  it("closes its process twice", twice.run);

  describe("one tiny model", () => {
    let target: LlamaTarget;
    let tokens: readonly Token[];
    beforeAll(async () => {
      target = await llamaTarget({ model: tiny, threads: 1, outputs: 8, contextSize: 256 });
      tokens = await target.tokenize(text);
    });
    afterAll(() => target.dispose());

    const opened = async (prompt: readonly Token[]) => {
      const sequence = await target.open();
      await sequence.append(prompt);
      return sequence;
    };

    it("tokenises bytes it has no piece for, and spells them again", async () => {
      const odd = 'naïve "日本" \t\r\n\u0000 end';
      const ids = await target.tokenize(odd);
      expect(Buffer.from(await target.detokenize(ids)).toString()).toBe(odd);
      expect(await target.tokenize("")).toEqual([]);
      expect(await target.tokenize("<|role|>", { special: true })).toHaveLength(1);
    });

    it("scores a tree over more passes than one, whatever its shape", async () => {
      const [a, b, c, d] = tokens as [Token, Token, Token, Token];
      // 21 nodes in passes of 8: a comb whose branches leave at different depths.
      const nodes: DraftNode[] = line([a, b, c, d, a, b, c]);
      for (let trunk = 0; trunk < 7; trunk += 2) {
        nodes.push({ token: d, parent: trunk }, { token: c, parent: nodes.length });
        nodes.push({ token: a, parent: trunk });
      }
      const sequence = await opened(tokens.slice(0, 9));
      const size = target.capabilities.vocabSize;
      const rows = await sequence.verify(nodes, { topK: size, logsumexp: true, nodeLogits: true });
      nodes.forEach(({ token, parent }, i) => {
        const row = (parent + 1) * size;
        const at = rows.ids.subarray(row, row + size).indexOf(token);
        expect(rows.nodeLogits![i]).toBe(rows.logits[row + at]);
      });
      for (let leaf = 0; leaf < nodes.length; leaf++) {
        const path: number[] = [];
        for (let node = leaf; node >= 0; node = nodes[node]!.parent) path.unshift(node);
        const alone = await opened(tokens.slice(0, 9));
        const expected = await alone.verify(line(path.map((node) => nodes[node]!.token)), {
          topK: 2,
          logsumexp: true,
        });
        expect(rows.ids[size * (leaf + 1)]).toBe(expected.ids[2 * path.length]);
        expect(rows.logsumexp![leaf + 1]).toBeCloseTo(expected.logsumexp![path.length]!, 2);
        await alone.dispose();
      }
      await sequence.dispose();
    });

    it("forks a sequence that then goes its own way", async () => {
      const sequence = await opened(tokens.slice(0, 8));
      await sequence.verify(line(tokens.slice(8, 10)));
      await sequence.commit([0]);
      const branch = await sequence.fork!();
      expect(branch.length).toBe(9);
      await branch.append([tokens[3]!]);
      await sequence.append([tokens[5]!]);
      for (const [one, last] of [
        [branch, tokens[3]!],
        [sequence, tokens[5]!],
      ] as const) {
        const reference = await opened([...tokens.slice(0, 9), last]);
        const expected = await reference.verify([], { logsumexp: true });
        const found = await one.verify([], { logsumexp: true });
        expect(found.logsumexp![0]).toBeCloseTo(expected.logsumexp![0]!, 2);
        await reference.dispose();
        await one.dispose();
      }
    });

    it("splices committed tokens and goes on", async () => {
      const sequence = await opened(tokens.slice(0, 30));
      await sequence.verify([]);
      await sequence.commit([]);
      await sequence.splice!([
        { start: 4, end: 6, tokens: tokens.slice(8, 13) },
        { start: 12, end: 15, tokens: [] },
        { start: 20, end: 20, tokens: tokens.slice(0, 1) },
      ]);
      expect(sequence.length).toBe(30 + 3 - 3 + 1);
      const rows = await sequence.verify(line(tokens.slice(0, 3)));
      expect(rows.count).toBe(4);
      await sequence.commit([0, 1, 2]);
      expect(sequence.length).toBe(34);
      await sequence.dispose();
    });

    it("stops a pass that runs, and the sequence stays usable", async () => {
      // Long enough that the pass still runs when it hears of the abort, on any machine.
      const large = await llamaTarget({ model: tiny, threads: 1, outputs: 8, contextSize: 8192 });
      const long = Array.from({ length: 8000 }, (_, i) => tokens[i % tokens.length]!);
      const sequence = await large.open();
      await sequence.append(long);
      const controller = new AbortController();
      const pass = sequence.verify([], { signal: controller.signal });
      controller.abort();
      await expect(pass).rejects.toMatchObject({ code: "cancelled" });
      const found = await sequence.verify([], { logsumexp: true });
      await sequence.dispose();
      const reference = await large.open();
      await reference.append(long);
      const expected = await reference.verify([], { logsumexp: true });
      expect(found.logsumexp![0]).toBeCloseTo(expected.logsumexp![0]!, 2);
      await large.dispose();
    });

    it("says when the context is too small, alone and together", async () => {
      const sequence = await target.open();
      const many = new Array<Token>(257).fill(tokens[0]!);
      await expect(sequence.append(many)).rejects.toThrowError(/holds 256/);
      await sequence.append(many.slice(0, 200));
      await sequence.verify([]);
      // Rows of other sequences stay what they were while one is refused.
      const other = await opened(many.slice(0, 200));
      await expect(other.verify([])).rejects.toThrowError(
        /context of 256 tokens is full: all open sequences share it/,
      );
      await sequence.dispose();
      await expect(other.verify([])).resolves.toMatchObject({ count: 1 });
      await other.dispose();
    });

    it("refuses only the one of several for which there is no room", async () => {
      const long = (count: number) =>
        Array.from({ length: count }, (_, i) => tokens[i % tokens.length]!);
      const fits = await opened(long(150));
      const tooMuch = await opened(long(200));
      const small = await opened(long(20));
      const [first, second, third] = await Promise.allSettled([
        fits.verify([]),
        tooMuch.verify([]),
        small.verify([]),
      ]);
      expect(first.status).toBe("fulfilled");
      expect(second).toMatchObject({ status: "rejected", reason: { code: "engine-failed" } });
      expect(third.status).toBe("fulfilled");
      await fits.dispose();
      // With the room that the first gave back it goes on where it was.
      expect((await tooMuch.verify([])).count).toBe(1);
      await tooMuch.dispose();
      await small.dispose();
    });

    it("evaluates what several sequences want in shared passes", async () => {
      const together: number[] = [];
      const watched = await llamaTarget({
        model: tiny,
        threads: 1,
        onPass: ({ passWorks }) => together.push(passWorks),
      });
      try {
        const sequences = await Promise.all([1, 2, 3].map(() => watched.open()));
        for (const sequence of sequences) await sequence.append(tokens.slice(0, 9));
        const rows = await Promise.all(sequences.map((sequence) => sequence.verify([])));
        expect(rows.map(({ ids }) => ids[0])).toEqual(new Array(3).fill(rows[0]!.ids[0]));
        expect(Math.max(...together)).toBeGreaterThan(1);
      } finally {
        await watched.dispose();
      }
    });

    it("refuses wrong use without losing the process", async () => {
      const sequence = await target.open();
      await expect(sequence.verify([])).rejects.toThrowError(/sequence is empty/);
      await sequence.append(tokens.slice(0, 3));
      await expect(sequence.commit([])).rejects.toThrowError(/call verify first/);
      await expect(sequence.verify([{ token: tokens[0]!, parent: 0 }])).rejects.toThrowError(
        /parents must come before/,
      );
      await expect(sequence.verify(line([999_999]))).rejects.toThrowError(/invalid token/);
      await expect(sequence.truncate(9)).rejects.toThrowError(/truncate/);
      await expect(sequence.verify(line(tokens.slice(3, 5)))).resolves.toMatchObject({ count: 3 });
      await sequence.dispose();
    });
  });

  it("starts a new process after the old one died", async () => {
    const target = await llamaTarget({ model: tiny, threads: 1 });
    const sequence = await target.open();
    await sequence.append(await target.tokenize(text));
    process.kill(target.processId()!, "SIGKILL");
    await expect(sequence.verify([])).rejects.toMatchObject({
      code: "engine-failed",
      retryable: true,
    });
    const again = await target.open();
    await again.append(await target.tokenize(text));
    await expect(again.verify([])).resolves.toMatchObject({ count: 1 });
    await expect(sequence.verify([])).rejects.toMatchObject({ code: "engine-failed" });
    await target.dispose();
  });

  it("runs a recurrent model without drafts, and rewinds it the slow way", async () => {
    const target = await llamaTarget({
      model: models.file("recurrent", { architecture: "mamba" }),
      threads: 1,
    });
    expect(target.capabilities).toMatchObject({
      rewind: false,
      trees: false,
      maxVerify: 0,
      kvEdit: "none",
    });
    const tokens = await target.tokenize(text);
    const sequence = await target.open();
    await sequence.append(tokens.slice(0, 6));
    await expect(sequence.verify(line(tokens.slice(6, 8)))).rejects.toThrowError(/drafts are off/);
    const first = await sequence.verify([], { logsumexp: true });
    await sequence.commit([]);
    await sequence.append(tokens.slice(6, 9));
    await sequence.verify([]);
    await sequence.truncate(6);
    const again = await sequence.verify([], { logsumexp: true });
    expect(again.logsumexp![0]).toBeCloseTo(first.logsumexp![0]!, 3);
    await target.dispose();
  });

  it("moves keys only where positions are plain", async () => {
    const kvEdit = async (ropeScaling: "linear" | "yarn") => {
      const target = await llamaTarget({
        model: models.file(ropeScaling, { ropeScaling }),
        threads: 1,
      });
      await target.dispose();
      return target.capabilities.kvEdit;
    };
    expect(await kvEdit("linear")).toBe("splice");
    expect(await kvEdit("yarn")).toBe("none");
  });

  it("loads a vocabulary alone", async () => {
    const vocabulary = await llamaVocabulary(tiny);
    const tokens = await vocabulary.tokenize("return a");
    expect(Buffer.from(await vocabulary.detokenize(tokens)).toString()).toBe("return a");
    expect(vocabulary.isEnd(2)).toBe(true);
    expect(vocabulary.info.trainedContext).toBe(1024);
    await vocabulary.dispose();
  });

  it("names a file that is no model", async () => {
    const absent = path.join(path.dirname(tiny), "absent.gguf");
    const noModel = path.join(path.dirname(tiny), "text.gguf");
    const damaged = path.join(path.dirname(tiny), "damaged.gguf");
    writeFileSync(noModel, "hello");
    writeFileSync(damaged, "GGUF\u0003\0\0\0 and then nonsense");
    for (const model of [absent, noModel, damaged]) {
      const error = await llamaTarget({ model }).catch((caught: unknown) => caught);
      expect(RedraftError.is(error) && error.code).toBe("model-unavailable");
      expect((error as Error).message).toContain(model);
    }
  });
});
