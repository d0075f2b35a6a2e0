import { describe, expect, it } from "vitest";
import { targetConformance } from "../testing/target-conformance.ts";
import { decode } from "../verify/decode.ts";
import { replayTarget } from "./replay.ts";

const bytes = (text: string): number[] => [...Buffer.from(text)];

function replay(prompt: string, output: string) {
  return replayTarget({
    recording: { prompt: bytes(prompt), output: bytes(output) },
    vocabSize: 300,
    end: 299,
    tokenize: bytes,
    detokenize: (tokens) => Uint8Array.from(tokens),
  });
}

describe("replay target", () => {
  const cases = targetConformance(() => replay("def add(a, b):\n", "    return a + b\n"));
  for (const { name, run } of cases) it(name, run);

  it("writes the recorded output, one pass per token when nothing is drafted", async () => {
    const target = replay("prompt", "output");
    const generation = decode(await target.open(), {
      request: { prompt: bytes("prompt") },
      capabilities: target.capabilities,
      maxTokens: 100,
      isEnd: target.isEnd,
    });
    const written: number[] = [];
    for await (const step of generation) written.push(...step.tokens);
    expect(Buffer.from(written).toString()).toBe("output");
    expect(target.passes[0]).toEqual({ committed: 6, nodes: 0 });
    expect(target.passes).toHaveLength("output".length + 1); // the last one finds the end
  });
});
